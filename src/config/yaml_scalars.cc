// SPDX-License-Identifier: Apache-2.0
#include "config/yaml_scalars.h"

#include <fmt/format.h>

#include <cstdint>

#include "base/ascii.h"

namespace pkigate::config {

namespace {

// Onto the next line of a quoted text.
bool ScanQuotedLineBreak(YamlCursor& cursor, int parent_column) {
  cursor.NextLine();
  cursor.SkipSpaces();
  if (cursor.AtLineEnd()) {
    return true;
  }
  if (cursor.Peek() == '\t') {
    return cursor.FailForTab();
  }
  if (cursor.Column() <= parent_column || cursor.AtDocumentMarker()) {
    return cursor.Fail("a quoted text goes on outside its indentation",
                       "a closing quote is missing, or indent this line further");
  }
  return true;
}

// A backslash in double quotes (YAML 1.2, 5.7). Left out: `\0`, which no setting can mean, and `\N`
// and `\_`, for which yaml-cpp gives a byte that is no UTF-8.
bool ScanEscape(YamlCursor& cursor) {
  const char c = cursor.Peek(1);
  if (c == '\n' || (c == '\r' && cursor.Peek(2) == '\n')) {
    cursor.Advance();
    return true;
  }
  const size_t num_digits = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
  constexpr std::string_view kSingle = "abtnvfre \"/\\LP";
  if (num_digits == 0 && (c == '\0' || kSingle.find(c) == std::string_view::npos)) {
    return cursor.Fail("an escape that YAML does not know",
                       "write a backslash twice, or use single quotes");
  }
  uint32_t code_point = 0;
  for (size_t index = 0; index < num_digits; ++index) {
    const int digit = HexDigitValue(cursor.Peek(2 + index));
    if (digit < 0) {
      return cursor.Fail(fmt::format("`\\{}` needs {} hexadecimal digits", c, num_digits));
    }
    code_point = code_point << 4 | static_cast<uint32_t>(digit);
  }
  const bool is_surrogate = code_point >= 0xd800 && code_point <= 0xdfff;
  if (num_digits > 0 && (code_point == 0 || code_point > 0x10ffff || is_surrogate)) {
    return cursor.Fail("an escape of what is no character");
  }
  cursor.Advance(2 + num_digits);
  return true;
}

// One further line of a plain text, of which the cursor stands at the first character. `ended`: a
// comment follows, behind which no text goes on.
bool ScanPlainContinuation(YamlCursor& cursor, bool* ended) {
  if (cursor.Peek() == '\t') {
    return cursor.FailForTab();
  }
  // YAML would take the dash as text; nobody who writes this means it.
  if (cursor.Peek() == '-' && cursor.BreaksAt(1)) {
    return cursor.Fail("a list item inside a text", "check the indentation");
  }
  ScanYamlPlainLine(cursor, YamlContextKind::kBlock);
  cursor.SkipBlanks();
  if (cursor.Peek() == ':') {
    return cursor.Fail("a key inside a text of several lines", "check the indentation");
  }
  *ended = !cursor.AtLineEnd();
  cursor.NextLine();
  return true;
}

}  // namespace

bool CheckYamlPlainStart(YamlCursor& cursor, YamlContextKind kind) {
  const char c = cursor.Peek();
  switch (c) {
    case '&':
    case '*':
      return cursor.Fail(fmt::format("anchors and aliases (`{}`) are not accepted", c),
                         "a text that begins so needs quotes");
    case '!':
      return cursor.Fail("tags (`!`) are not accepted", "a text that begins so needs quotes");
    case '@':
    case '`':
    case '%':
    case ',':
    case ']':
    case '}':
    case '#':
    case '|':
    case '>':
      return cursor.Fail(fmt::format("a text cannot begin with `{}`", c), "put it in quotes");
    case '?':
    case ':':
    case '-':
      if (cursor.BreaksAt(1) ||
          (kind == YamlContextKind::kFlow && IsYamlFlowIndicator(cursor.Peek(1)))) {
        return cursor.Fail(fmt::format("`{}` cannot stand here", c),
                           c == '?' ? "a key must be a text on one line" : "a text needs quotes");
      }
      return true;
    default:
      return true;
  }
}

void ScanYamlPlainLine(YamlCursor& cursor, YamlContextKind kind) {
  const bool flow = kind == YamlContextKind::kFlow;
  int column_end = cursor.Column();
  while (!cursor.AtLineEnd()) {
    const char c = cursor.Peek();
    if ((c == ':' && (cursor.BreaksAt(1) || (flow && IsYamlFlowIndicator(cursor.Peek(1))))) ||
        (c == '#' && cursor.BehindBlank()) || (flow && IsYamlFlowIndicator(c))) {
      break;
    }
    cursor.Advance();
    if (!IsYamlBlank(c)) {
      column_end = cursor.Column();
    }
  }
  cursor.BackTo(column_end);
}

bool ScanYamlPlain(YamlCursor& cursor, int parent_column, bool* line_done) {
  ScanYamlPlainLine(cursor, YamlContextKind::kBlock);
  // Only a text that reaches its line's end can go on; one before `:` is a key.
  const int column_end = cursor.Column();
  cursor.SkipBlanks();
  if (!cursor.AtLineEnd()) {
    cursor.BackTo(column_end);
    return true;
  }
  cursor.NextLine();
  *line_done = true;
  bool ended = false;
  while (!ended && !cursor.AtEnd()) {
    cursor.SkipSpaces();
    const int indent = cursor.Column();
    cursor.SkipBlanks();
    if (cursor.AtLineEnd()) {
      cursor.NextLine();
      continue;
    }
    cursor.BackTo(indent);
    if (indent <= parent_column || cursor.Peek() == '#' || cursor.AtDocumentMarker()) {
      cursor.BackTo(0);
      return true;
    }
    if (!ScanPlainContinuation(cursor, &ended)) {
      return false;
    }
  }
  return true;
}

bool ScanYamlQuoted(YamlCursor& cursor, int parent_column) {
  const char quote = cursor.Peek();
  const int line = cursor.line();
  const int column = cursor.Column();
  bool blank = true;
  cursor.Advance();
  while (!cursor.AtEnd()) {
    const char c = cursor.Peek();
    if (cursor.AtLineEnd()) {
      if (!ScanQuotedLineBreak(cursor, parent_column)) {
        return false;
      }
    } else if (c == quote && quote == '\'' && cursor.Peek(1) == quote) {
      cursor.Advance(2);
      blank = false;
    } else if (c == quote) {
      cursor.Advance();
      // yaml-cpp loses the line breaks of such a text.
      return !blank || line == cursor.line() ||
             cursor.FailAt(line, column, "a quoted text of empty lines only");
    } else if (c == '\\' && quote == '"') {
      if (!ScanEscape(cursor)) {
        return false;
      }
      blank = false;
    } else {
      blank = blank && IsYamlBlank(c);
      cursor.Advance();
    }
  }
  return cursor.FailAt(line, column, "the closing quote is missing");
}

bool ScanYamlBlockScalar(YamlCursor& cursor, int parent_column) {
  cursor.Advance();
  if (cursor.Peek() == '+' || cursor.Peek() == '-') {
    cursor.Advance();
  }
  if (IsAsciiDigit(cursor.Peek())) {
    return cursor.Fail("indentation indicators are not accepted");
  }
  if (!ScanYamlLineRest(cursor, "unexpected text behind a block indicator")) {
    return false;
  }
  int indent = -1;       // of the first line with text
  int indent_blank = 0;  // the widest of the empty lines before it
  while (!cursor.AtEnd()) {
    while (cursor.Peek() == ' ' && (indent < 0 || cursor.Column() < indent)) {
      cursor.Advance();
    }
    const int column = cursor.Column();
    if (cursor.AtLineEnd() && !cursor.AtEnd()) {
      indent_blank = indent < 0 && column > indent_blank ? column : indent_blank;
      cursor.NextLine();
      continue;
    }
    if (!cursor.AtEnd() && (column <= parent_column || (indent >= 0 && column < indent) ||
                            cursor.AtDocumentMarker())) {
      cursor.BackTo(0);
      return true;
    }
    if (indent < 0 && cursor.Peek() == '\t') {
      return cursor.FailForTab();
    }
    if (indent < 0 && column < indent_blank) {
      return cursor.Fail("less indented than the empty lines before it");
    }
    indent = indent < 0 ? column : indent;
    cursor.SkipBlanks();
    // yaml-cpp and the standard differ in whether such a line counts.
    if (cursor.AtEnd()) {
      return cursor.Fail("the file ends inside a line of a block text", "end it with a line break");
    }
    cursor.NextLine();
  }
  return true;
}

bool ScanYamlLineRest(YamlCursor& cursor, const char* otherwise) {
  cursor.SkipBlanks();
  if (!cursor.AtLineEnd() && cursor.Peek() != '#') {
    return cursor.Fail(otherwise);
  }
  if (cursor.Peek() == '#' && !cursor.BehindBlank()) {
    return cursor.Fail("a comment needs a blank before its `#`");
  }
  cursor.NextLine();
  return true;
}

}  // namespace pkigate::config
