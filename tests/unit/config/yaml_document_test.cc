// SPDX-License-Identifier: Apache-2.0
//
// The YAML reader: what the tree holds, and for each thing taken a neighbour that is refused, with
// the line, column and reason asserted.
#include "config/yaml_document.h"

#include <gtest/gtest.h>

#include <string>

#include "base/limits.h"
#include "support.h"

namespace pkigate::config {
namespace {

// The tree in one line: {key: value}, [item], 'quoted', plain, ~ for nothing.
std::string Show(const YamlNode& node) {
  std::string text;
  switch (node.kind) {
    case YamlNode::Kind::kNull:
      return "~";
    case YamlNode::Kind::kScalar:
      return node.quoted ? "'" + node.text + "'" : node.text;
    case YamlNode::Kind::kSequence:
      for (const YamlNode& item : node.items) {
        text += (text.empty() ? "" : ", ") + Show(item);
      }
      return "[" + text + "]";
    case YamlNode::Kind::kMapping:
      for (const YamlEntry& entry : node.entries) {
        text += (text.empty() ? "" : ", ") + entry.key + ": " + Show(entry.value);
      }
      return "{" + text + "}";
  }
  return text;
}

std::string Parse(std::string_view text) {
  Diagnostics diagnostics;
  const std::optional<YamlNode> node = ParseYaml(text, "f", diagnostics);
  EXPECT_EQ(node.has_value(), diagnostics.list().empty());
  return node ? Show(*node) : TextOf(diagnostics);
}

struct Case {
  std::string_view yaml;
  std::string_view shown;
};

class Accepted : public testing::TestWithParam<Case> {};

TEST_P(Accepted, HasThisTree) { EXPECT_EQ(Parse(GetParam().yaml), GetParam().shown); }

INSTANTIATE_TEST_SUITE_P(
    YamlDocument, Accepted,
    testing::Values(
        Case{"", "~"}, Case{"# only a comment\n", "~"}, Case{"---\n...\n", "~"},
        Case{"a: 1\n", "{a: 1}"},
        Case{"\xef\xbb\xbf"
             "a: 1\n",
             "{a: 1}"},
        Case{"a: 1\r\nb: 2\r\n", "{a: 1, b: 2}"}, Case{"a: 1", "{a: 1}"},
        Case{"a:\n  b.c:\n    - x\n    - 'y'\n", "{a: {b.c: [x, 'y']}}"},
        Case{"a:\n- x\n- y\nb: 1\n", "{a: [x, y], b: 1}"},
        Case{"- a: 1\n  b: 2\n-   - c\n    - d\n", "[{a: 1, b: 2}, [c, d]]"},
        Case{"a: [x, \"y\", [z], {k: v, l: }]  # why\n", "{a: [x, 'y', [z], {k: v, l: ~}]}"},
        Case{"a: [\n  x,  # first\n  y,\n ]\n", "{a: [x, y]}"},
        Case{"a: {\"k\":v}\n", "{a: {k: v}}"},
        Case{"a: one\n  two\n\n  three # end\nb: 1\n", "{a: one two\nthree, b: 1}"},
        Case{"a:\n  text below\n", "{a: text below}"},
        Case{"a: \"one\n  two\"\n", "{a: 'one two'}"}, Case{"a: 'it''s'\n", "{a: 'it's'}"},
        Case{"a: \"\\x41\\u00e9\\n\"\n", "{a: 'A\xc3\xa9\n'}"},
        Case{"a: |\n  x\n   y\nb: >-\n  p\n  q\n", "{a: 'x\n y\n', b: 'p q'}"},
        Case{"a: ~\nb: null\nc:\nd: \"\"\n", "{a: ~, b: ~, c: ~, d: ''}"},
        Case{"\"quoted key\": 1\n", "{quoted key: 1}"}, Case{"a: b:c\n", "{a: b:c}"},
        Case{"a: x#y\n", "{a: x#y}"}, Case{"a: -1\nb: ?x\nc: :x\n", "{a: -1, b: ?x, c: :x}"},
        Case{"a: cn=John Doe,ou=example,o=com\n", "{a: cn=John Doe,ou=example,o=com}"},
        Case{"true\n", "true"}));

class Refused : public testing::TestWithParam<Case> {};

TEST_P(Refused, SaysWhereAndWhy) {
  const std::string text = Parse(GetParam().yaml);
  EXPECT_TRUE(text.starts_with(GetParam().shown)) << text;
}

INSTANTIATE_TEST_SUITE_P(
    YamlDocument, Refused,
    testing::Values(
        Case{"a: 1\nb: 2\na: 3\n", "f:3:1: error: duplicate key `a`, first given on line 1"},
        Case{"a: {x: 1, x: 2}\n", "f:1:11: error: duplicate key `x`"},
        Case{"a: 1\nb\n", "f:2:1: error: a text that is neither a key nor a list item"},
        Case{"a:\n  b\nc\n", "f:3:1: error: a text that is neither a key nor a list item"},
        Case{"a: b: c\n", "f:1:5: error: a second `: ` on the line"},
        Case{"a: b\n  c: d\n", "f:2:4: error: a key inside a text of several lines"},
        Case{"a: b\n  - c\n", "f:2:3: error: a list item inside a text"},
        Case{"a:\n  b: 1\n c: 2\n", "f:3:2: error: a key where none can be"},
        Case{"a: 1\n- b\n", "f:2:1: error: a list item where none can be"},
        Case{"a: - b\n", "f:1:4: error: a `-` right behind a key"},
        Case{"a:\n\tb: 1\n", "f:2:1: error: a tab in the indentation (indent with spaces)"},
        Case{"-\ta: 1\n", "f:1:3: error: a tab in the indentation"},
        Case{"a: \"x\n", "f:1:4: error: the closing quote is missing"},
        Case{"a: 'x\nb: 1\n", "f:2:1: error: a quoted text goes on outside its indentation"},
        Case{"a: \"x\" y\n", "f:1:8: error: unexpected text behind a value"},
        Case{"a: \"x\"# y\n", "f:1:7: error: a comment needs a blank before its `#`"},
        Case{"a: \"\\y\"\n", "f:1:5: error: an escape that YAML does not know"},
        Case{"a: \"\\xg0\"\n", "f:1:5: error: `\\x` needs 2 hexadecimal digits"},
        Case{"a: \"\\0\"\n", "f:1:5: error: an escape that YAML does not know"},
        Case{"a: \"\\N\"\n", "f:1:5: error: an escape that YAML does not know"},
        Case{"a: \"\\ud800\"\n", "f:1:5: error: an escape of what is no character"},
        Case{"a: [x, y\n", "f:1:4: error: the closing `]` is missing"},
        Case{"a: [x\nb: 1\n", "f:2:1: error: a list or mapping in brackets goes on outside"},
        Case{"a: [x y\n  z]\n", "f:2:3: error: expected `,` or `]`"},
        Case{"a: [, x]\n", "f:1:5: error: a comma with nothing before it"},
        Case{"a: [x, , y]\n", "f:1:8: error: a comma with nothing before it"},
        Case{"a: [x: 1]\n", "f:1:6: error: a `key: value` pair inside `[...]`"},
        Case{"a: {x}\n", "f:1:6: error: expected `:` behind the key"},
        Case{"a: [x}\n", "f:1:6: error: expected `,` or `]`"},
        Case{"a: [-]\n", "f:1:5: error: `-` cannot stand here"},
        Case{"a: &x 1\n", "f:1:4: error: anchors and aliases (`&`) are not accepted"},
        Case{"a: *x\n", "f:1:4: error: anchors and aliases (`*`) are not accepted"},
        Case{"a: !!str 1\n", "f:1:4: error: tags (`!`) are not accepted"},
        Case{"? a\n: b\n", "f:1:1: error: `?` cannot stand here"},
        Case{"[a]: b\n", "f:1:1: error: a key must be a text on one line"},
        Case{"a: @x\n", "f:1:4: error: a text cannot begin with `@`"},
        Case{"~: 1\n", "f:1:1: error: a key must be a text"},
        Case{"%YAML 1.2\n---\na: 1\n", "f:1:1: error: YAML directives are not accepted"},
        Case{"a: 1\n---\nb: 1\n", "f:2:1: error: a second document in the file"},
        Case{"a: 1\n...\nb: 1\n", "f:3:1: error: text after the end of the document"},
        Case{"--- a\n", "f:1:5: error: text behind `---`"},
        Case{"a: |2\n  x\n", "f:1:5: error: indentation indicators are not accepted"},
        Case{"a: |x\n  y\n", "f:1:5: error: unexpected text behind a block indicator"},
        Case{"a: |\n   \n  x\n", "f:3:3: error: less indented than the empty lines before it"},
        Case{"a: |\n  x\n   ", "f:3:4: error: the file ends inside a line of a block text"},
        Case{"a: '\n  '\n", "f:1:4: error: a quoted text of empty lines only"},
        Case{"a: \xff\n", "f:1:4: error: the file is not valid UTF-8 here"},
        Case{"a: \x01\n", "f:1:4: error: control character 0x01"},
        Case{std::string_view("a: \0\n", 5), "f:1:4: error: control character 0x00"},
        Case{"a: 1\rb: 2\n", "f:1:5: error: control character 0x0d"},
        Case{"a: \xc2\x80\n", "f:1:4: error: a character that may not stand in YAML"}));

TEST(YamlDocument, MarksKeysAndValues) {
  Diagnostics diagnostics;
  const auto root = ParseYaml("a:\n  bc: x\n  d:\n    - 1\n    - 2\n", "f", diagnostics);
  ASSERT_TRUE(root);
  const YamlEntry& a = root->entries[0];
  EXPECT_EQ(a.line, 1);
  const YamlEntry& bc = a.value.entries[0];
  EXPECT_EQ(bc.line, 2);
  EXPECT_EQ(bc.column, 3);
  EXPECT_EQ(bc.value.line, 2);
  EXPECT_EQ(bc.value.column, 7);
  const YamlNode* d = a.value.Find("d");
  ASSERT_NE(d, nullptr);
  EXPECT_EQ(d->items[1].line, 5);
  EXPECT_EQ(d->items[1].column, 7);
  EXPECT_EQ(a.value.Find("e"), nullptr);
}

TEST(YamlDocument, DepthIsBounded) {
  const auto nested = [](size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']') + "\n";
  };
  EXPECT_TRUE(Parse(nested(limits::kYamlDepthMax)).starts_with("[["));
  EXPECT_EQ(Parse(nested(limits::kYamlDepthMax + 1)),
            "f:1:33: error: nested deeper than 32 levels\n");
  std::string dashes;
  for (size_t level = 0; level <= limits::kYamlDepthMax; ++level) {
    dashes += "- ";
  }
  EXPECT_EQ(Parse(dashes + "x\n"), "f:1:65: error: nested deeper than 32 levels\n");
  EXPECT_TRUE(Parse(dashes.substr(2) + "x\n").starts_with("[["));
}

TEST(YamlDocument, NumberOfValuesIsBounded) {
  std::string text;
  for (size_t item = 0; item + 1 < limits::kYamlNodesMax; ++item) {
    text += "-\n";
  }
  Diagnostics diagnostics;
  EXPECT_TRUE(ParseYaml(text, "f", diagnostics));
  EXPECT_FALSE(ParseYaml(text + "-\n", "f", diagnostics));
  EXPECT_NE(TextOf(diagnostics).find("more than 1000000 values in one file"), std::string::npos);
}

TEST(YamlDocument, FilesAreNamedInProblems) {
  const TestFolder folder;
  Diagnostics diagnostics;
  EXPECT_FALSE(ReadYamlFile(folder.Path("none.yml"), diagnostics));
  EXPECT_FALSE(ReadYamlFile(folder.path().string(), diagnostics));
  EXPECT_FALSE(ReadYamlFile(folder.Write("bad.yml", "a: [\n"), diagnostics));
  EXPECT_TRUE(ReadYamlFile(folder.Write("good.yml", "a: []\n"), diagnostics));
  const std::string where = folder.path().string();
  EXPECT_EQ(TextOf(diagnostics), where + "/none.yml: error: cannot read " + where +
                                     "/none.yml: No such file or directory\n" + where +
                                     ": error: cannot read " + where + ": not a regular file\n" +
                                     where + "/bad.yml:1:4: error: the closing `]` is missing\n");
}

}  // namespace
}  // namespace pkigate::config
