// SPDX-License-Identifier: Apache-2.0
#include "config/yaml_flow.h"

#include <fmt/format.h>

#include "base/limits.h"
#include "config/yaml_scalars.h"

namespace pkigate::config {

namespace {

bool IsQuote(char c) { return c == '"' || c == '\''; }

// Blanks, comments and line breaks between the parts of a collection.
bool SkipFlowSpace(YamlCursor& cursor, int parent_column) {
  for (;;) {
    cursor.SkipBlanks();
    if (cursor.Peek() == '#') {
      if (!cursor.BehindBlank() && cursor.Column() > 0) {
        return cursor.Fail("a comment needs a blank before its `#`");
      }
      cursor.SkipToLineEnd();
    }
    if (cursor.AtEnd() || !cursor.AtLineEnd()) {
      return true;
    }
    cursor.NextLine();
    cursor.SkipSpaces();
    if (cursor.Peek() == '\t') {
      return cursor.FailForTab();
    }
    if (cursor.AtDocumentMarker()) {
      return cursor.Fail("the document ends inside brackets");
    }
    if (!cursor.AtLineEnd() && cursor.Peek() != '#' && cursor.Column() <= parent_column) {
      return cursor.Fail("a list or mapping in brackets goes on outside its indentation",
                         "indent this line further");
    }
  }
}

bool ScanFlowNode(YamlCursor& cursor, int parent_column, size_t depth) {
  if (IsQuote(cursor.Peek())) {
    return ScanYamlQuoted(cursor, parent_column);
  }
  if (cursor.Peek() == '[' || cursor.Peek() == '{') {
    return ScanYamlFlowCollection(cursor, parent_column, depth);
  }
  if (!CheckYamlPlainStart(cursor, YamlContextKind::kFlow)) {
    return false;
  }
  ScanYamlPlainLine(cursor, YamlContextKind::kFlow);
  return true;
}

// One item of `[...]`.
bool ScanFlowItem(YamlCursor& cursor, int parent_column, size_t depth) {
  if (!ScanFlowNode(cursor, parent_column, depth)) {
    return false;
  }
  const int column_end = cursor.Column();
  cursor.SkipBlanks();
  if (cursor.Peek() == ':') {
    return cursor.Fail("a `key: value` pair inside `[...]`", "put it in braces");
  }
  cursor.BackTo(column_end);
  return true;
}

// One `key: value` of `{...}`; the value may be missing.
bool ScanFlowPair(YamlCursor& cursor, int parent_column, size_t depth) {
  if (cursor.Peek() == '[' || cursor.Peek() == '{') {
    return cursor.Fail("a key must be a text on one line");
  }
  const int line = cursor.line();
  const bool quoted = IsQuote(cursor.Peek());
  if (!ScanFlowNode(cursor, parent_column, depth)) {
    return false;
  }
  cursor.SkipBlanks();
  if (line != cursor.line() || cursor.Peek() != ':') {
    return cursor.Fail("expected `:` behind the key");
  }
  cursor.Advance();
  if (!quoted && !cursor.BreaksAt(0) && !IsYamlFlowIndicator(cursor.Peek())) {
    return cursor.Fail("`:` needs a blank behind it");
  }
  if (!SkipFlowSpace(cursor, parent_column)) {
    return false;
  }
  return cursor.AtEnd() || cursor.Peek() == ',' || cursor.Peek() == '}' ||
         ScanFlowNode(cursor, parent_column, depth);
}

}  // namespace

bool ScanYamlFlowCollection(YamlCursor& cursor, int parent_column, size_t depth) {
  const bool mapping = cursor.Peek() == '{';
  const char close = mapping ? '}' : ']';
  const int line = cursor.line();
  const int column = cursor.Column();
  if (depth >= limits::kYamlDepthMax) {
    return cursor.Fail(fmt::format("nested deeper than {} levels", limits::kYamlDepthMax));
  }
  cursor.Advance();
  bool wants_comma = false;
  for (;;) {
    if (!SkipFlowSpace(cursor, parent_column)) {
      return false;
    }
    if (cursor.AtEnd()) {
      return cursor.FailAt(line, column, fmt::format("the closing `{}` is missing", close));
    }
    if (cursor.Peek() == close) {
      cursor.Advance();
      return true;
    }
    if (wants_comma != (cursor.Peek() == ',')) {
      return cursor.Fail(wants_comma ? fmt::format("expected `,` or `{}`", close)
                                     : std::string("a comma with nothing before it"));
    }
    if (wants_comma) {
      cursor.Advance();
    } else if (!(mapping ? ScanFlowPair(cursor, parent_column, depth + 1)
                         : ScanFlowItem(cursor, parent_column, depth + 1))) {
      return false;
    }
    wants_comma = !wants_comma;
  }
}

}  // namespace pkigate::config
