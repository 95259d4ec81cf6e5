// SPDX-License-Identifier: Apache-2.0
//
// Block structure: lines, their indentation, and the mappings and lists it opens and closes.
#include "config/yaml_grammar.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "base/limits.h"
#include "config/yaml_characters.h"
#include "config/yaml_cursor.h"
#include "config/yaml_flow.h"
#include "config/yaml_scalars.h"

namespace pkigate::config {

namespace {

class BlockCheck {
 public:
  explicit BlockCheck(YamlCursor& cursor) : cursor_(cursor) {}

  bool ScanDocument() {
    while (!cursor_.AtEnd()) {
      cursor_.SkipSpaces();
      if (cursor_.Peek() == '\t') {
        return cursor_.FailForTab();
      }
      if (cursor_.AtLineEnd() || cursor_.Peek() == '#') {
        cursor_.NextLine();
        continue;
      }
      const bool directive = cursor_.Column() == 0 && cursor_.Peek() == '%';
      if (directive) {
        return cursor_.Fail("YAML directives are not accepted");
      }
      if (!(cursor_.AtDocumentMarker() ? ScanMarker() : ScanLine())) {
        return false;
      }
    }
    return true;
  }

 private:
  enum class Kind : uint8_t { kMapping, kSequence };

  // One block collection that is open at the current line.
  struct Level {
    Kind kind;
    int column;        // of its keys or dashes
    bool wants_value;  // its newest entry has none yet
  };

  // What stands where a key or a value can be.
  struct Node {
    int line;
    int column;
    bool is_scalar;
    bool line_done;  // it has eaten its line's end too
  };

  // `---` and `...` on lines of their own.
  bool ScanMarker() {
    const bool starts = cursor_.Peek() == '-';
    if (starts && document_ != Document::kNotBegun) {
      return cursor_.Fail("a second document in the file", "one document per file");
    }
    document_ = starts ? Document::kBegun : Document::kEnded;
    cursor_.Advance(3);
    return ScanYamlLineRest(cursor_, starts ? "text behind `---`" : "text behind `...`");
  }

  // One line of block structure: dashes, at most one key, at most one value (which may go on over
  // further lines).
  bool ScanLine() {
    if (document_ == Document::kEnded) {
      return cursor_.Fail("text after the end of the document");
    }
    document_ = Document::kBegun;
    CloseLevels();
    while (AtDash()) {
      if (!OpenEntry(Kind::kSequence, cursor_.Column())) {
        return false;
      }
      cursor_.Advance();
      if (SkipToNext()) {
        return true;
      }
      if (cursor_.BehindTab()) {
        return cursor_.FailForTab();
      }
    }
    Node node{};
    if (!ScanNode(&node)) {
      return false;
    }
    if (!AtColon(node)) {
      return EndWithValue(node);
    }
    if (!node.is_scalar || node.line != cursor_.line()) {
      return cursor_.FailAt(node.line, node.column, "a key must be a text on one line");
    }
    if (!OpenEntry(Kind::kMapping, node.column)) {
      return false;
    }
    cursor_.Advance();
    return SkipToNext() || ScanValueOfKey();
  }

  bool ScanValueOfKey() {
    if (AtDash()) {
      return cursor_.Fail("a `-` right behind a key", "begin the list on the next line");
    }
    Node node{};
    if (!ScanNode(&node)) {
      return false;
    }
    if (AtColon(node)) {
      return cursor_.Fail("a second `: ` on the line", "put the text in quotes");
    }
    return EndWithValue(node);
  }

  bool AtDash() const { return cursor_.Peek() == '-' && cursor_.BreaksAt(1); }

  // Whether `node` is a key: moves to the `:` behind it, or stays.
  bool AtColon(const Node& node) {
    if (node.line_done) {
      return false;
    }
    const int column_end = cursor_.Column();
    cursor_.SkipBlanks();
    if (cursor_.Peek() == ':' && cursor_.BreaksAt(1)) {
      return true;
    }
    cursor_.BackTo(column_end);
    return false;
  }

  // Behind a dash or colon: to what follows on the line; true, and on to the next line, when
  // nothing does.
  bool SkipToNext() {
    cursor_.SkipBlanks();
    if (!cursor_.AtLineEnd() && cursor_.Peek() != '#') {
      return false;
    }
    cursor_.NextLine();
    return true;
  }

  bool ScanNode(Node* node) {
    *node = {cursor_.line(), cursor_.Column(), true, false};
    switch (cursor_.Peek()) {
      case '"':
      case '\'':
        return ScanYamlQuoted(cursor_, ParentColumn());
      case '[':
      case '{':
        node->is_scalar = false;
        return ScanYamlFlowCollection(cursor_, ParentColumn(), levels_.size());
      case '|':
      case '>':
        node->line_done = true;
        return ScanYamlBlockScalar(cursor_, ParentColumn());
      default:
        return CheckYamlPlainStart(cursor_, YamlContextKind::kBlock) &&
               ScanYamlPlain(cursor_, ParentColumn(), &node->line_done);
    }
  }

  // `node` is the value of what is open, and the last thing on its line.
  bool EndWithValue(const Node& node) {
    if (!TakeValue(node.column, false)) {
      return cursor_.FailAt(node.line, node.column, "a text that is neither a key nor a list item",
                            "write `key: value` or `- item`, and check the indentation");
    }
    return node.line_done || ScanYamlLineRest(cursor_, "unexpected text behind a value");
  }

  // Leaves the collections that the current line, by its column, is no longer part of.
  void CloseLevels() {
    const int column = cursor_.Column();
    while (!levels_.empty()) {
      const Level& top = levels_.back();
      const bool list_of_key_ended =
          top.column == column && top.kind == Kind::kSequence && !AtDash() && levels_.size() > 1;
      if (top.column <= column && !list_of_key_ended) {
        return;
      }
      levels_.pop_back();
    }
  }

  // A dash or key at `column`: the next entry of the innermost collection or the first of a new
  // one, which then is the value that the collection around it was waiting for.
  bool OpenEntry(Kind kind, int column) {
    const Level* top = levels_.empty() ? nullptr : &levels_.back();
    if (top != nullptr && top->column == column && top->kind == kind) {
      levels_.back().wants_value = true;
      return true;
    }
    // A list may stand at the column of its key.
    const bool list_of_key = kind == Kind::kSequence && top != nullptr &&
                             top->kind == Kind::kMapping && top->column == column;
    if (!TakeValue(column, list_of_key)) {
      return cursor_.FailAt(
          cursor_.line(), column,
          kind == Kind::kSequence ? "a list item where none can be" : "a key where none can be",
          "check the indentation");
    }
    if (levels_.size() >= limits::kYamlDepthMax) {
      return cursor_.FailAt(cursor_.line(), column,
                            fmt::format("nested deeper than {} levels", limits::kYamlDepthMax));
    }
    levels_.push_back({kind, column, true});
    return true;
  }

  // True when a value at `column` is expected; from then on it no longer is.
  bool TakeValue(int column, bool same_column_allowed) {
    bool& wanted = levels_.empty() ? root_wanted_ : levels_.back().wants_value;
    const int parent = ParentColumn();
    if (!wanted || column < parent || (column == parent && !same_column_allowed)) {
      return false;
    }
    wanted = false;
    return true;
  }

  int ParentColumn() const { return levels_.empty() ? -1 : levels_.back().column; }

  enum class Document : uint8_t { kNotBegun, kBegun, kEnded };

  YamlCursor& cursor_;
  std::vector<Level> levels_;
  bool root_wanted_ = true;  // the document's value is still to come
  Document document_ = Document::kNotBegun;
};

}  // namespace

std::optional<YamlProblem> CheckYamlGrammar(std::string_view text) {
  if (auto problem = CheckYamlCharacters(text)) {
    return problem;
  }
  YamlCursor cursor(text, YamlByteOrderMarkLength(text));
  if (BlockCheck(cursor).ScanDocument()) {
    return std::nullopt;
  }
  return cursor.TakeProblem();
}

}  // namespace pkigate::config
