// SPDX-License-Identifier: Apache-2.0
//
// Where the YAML grammar check stands in the text, and the first problem it met. The parts of the
// grammar (yaml_scalars.h, yaml_flow.h, yaml_grammar.cc) are functions over one cursor: each Scan
// starts at its construct's first character, ends behind its last, and returns false after Fail.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "config/yaml_grammar.h"

namespace pkigate::config {

constexpr bool IsYamlBlank(char c) { return c == ' ' || c == '\t'; }
constexpr bool IsYamlFlowIndicator(char c) {
  return c == ',' || c == '[' || c == ']' || c == '{' || c == '}';
}

class YamlCursor {
 public:
  // Borrows `text`, which holds no NUL (CheckYamlCharacters), and begins at offset `begin`.
  YamlCursor(std::string_view text, size_t begin) : text_(text), at_(begin), line_start_(begin) {}

  // The character `ahead` of the cursor; NUL stands for the end of the text.
  char Peek(size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  bool AtEnd() const { return at_ >= text_.size(); }
  bool AtLineEnd() const {
    return AtEnd() || Peek() == '\n' || (Peek() == '\r' && Peek(1) == '\n');
  }
  // The character `ahead` ends a word: a blank, a line break or the end of the text.
  bool BreaksAt(size_t ahead) const {
    const char c = Peek(ahead);
    return c == '\0' || IsYamlBlank(c) || c == '\n' || c == '\r';
  }
  // The character before the cursor, on the same line, is a blank.
  bool BehindBlank() const { return at_ > line_start_ && IsYamlBlank(text_[at_ - 1]); }
  bool BehindTab() const { return at_ > line_start_ && text_[at_ - 1] == '\t'; }
  // `---` or `...` at the start of a line: they end whatever they stand in.
  bool AtDocumentMarker() const {
    const std::string_view rest = text_.substr(at_);
    return Column() == 0 && (rest.starts_with("---") || rest.starts_with("...")) && BreaksAt(3);
  }

  int line() const { return line_; }
  int Column() const { return static_cast<int>(at_ - line_start_); }  // 0-based

  void Advance(size_t num_bytes = 1) { at_ += num_bytes; }
  void NextLine() {
    SkipToLineEnd();
    if (Peek() == '\r') {
      ++at_;
    }
    if (!AtEnd()) {
      ++at_;
    }
    ++line_;
    line_start_ = at_;
  }
  void SkipToLineEnd() {
    while (!AtLineEnd()) {
      ++at_;
    }
  }
  void SkipBlanks() {
    while (IsYamlBlank(Peek())) {
      ++at_;
    }
  }
  void SkipSpaces() {
    while (Peek() == ' ') {
      ++at_;
    }
  }
  // Back to a column of the current line, at or before the cursor.
  void BackTo(int column) { at_ = line_start_ + static_cast<size_t>(column); }

  bool FailAt(int line, int column, std::string problem, std::string hint = {}) {
    problem_ = YamlProblem{line, column + 1, std::move(problem), std::move(hint)};
    return false;
  }
  bool Fail(std::string problem, std::string hint = {}) {
    return FailAt(line_, Column(), std::move(problem), std::move(hint));
  }
  bool FailForTab() { return Fail("a tab in the indentation", "indent with spaces"); }
  YamlProblem TakeProblem() { return std::move(problem_); }

 private:
  std::string_view text_;
  size_t at_;
  size_t line_start_;
  int line_ = 1;
  YamlProblem problem_;
};

}  // namespace pkigate::config
