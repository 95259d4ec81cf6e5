// SPDX-License-Identifier: Apache-2.0
//
// Flat settings from nested, dotted and mixed YAML (X-SET-3), and their typed reading.
#include "config/settings_tree.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/limits.h"
#include "config/settings_reader.h"
#include "config/yaml_document.h"
#include "support.h"

namespace pkigate::config {
namespace {

class SettingsTreeTest : public testing::Test {
 protected:
  SettingsTree Flatten(std::string_view yaml) {
    const auto root = ParseYaml(yaml, "f", diagnostics_);
    EXPECT_TRUE(root) << TextOf(diagnostics_);
    return SettingsTree::Flatten(*root, "f", diagnostics_);
  }
  Diagnostics diagnostics_;
};

TEST_F(SettingsTreeTest, AllSpellingsAreOne) {
  for (const std::string_view yaml :
       {"a.b.c: 1\n", "a: {b: {c: 1}}\n", "a:\n  b.c: 1\n", "a.b:\n  c: 1\n"}) {
    const SettingsTree tree = Flatten(yaml);
    const Setting* setting = tree.Find("a.b.c");
    ASSERT_NE(setting, nullptr) << yaml;
    EXPECT_EQ(setting->values.front().text, "1");
    EXPECT_EQ(tree.all().size(), 1u);
  }
  EXPECT_TRUE(diagnostics_.list().empty());
}

TEST_F(SettingsTreeTest, TwiceThroughTwoSpellingsNamesKeyAndLines) {
  Flatten("a.b: 1\na:\n  b: 2\n");
  EXPECT_EQ(TextOf(diagnostics_),
            "f:3:3: error: a.b: given twice, first on line 1 (nested and dotted spellings are the "
            "same setting; keep one)\n");
}

TEST_F(SettingsTreeTest, NullLeavesASettingUnset) {
  const SettingsTree tree = Flatten("a.b: null\na.c:\na.d: []\n");
  EXPECT_EQ(tree.Find("a.b"), nullptr);
  EXPECT_EQ(tree.Find("a.c"), nullptr);
  ASSERT_NE(tree.Find("a.d"), nullptr);
  EXPECT_TRUE(tree.Find("a.d")->values.empty());
}

TEST_F(SettingsTreeTest, PrefixesEndAtTheirOwnText) {
  const SettingsTree tree = Flatten("a.bc: 1\na.d: 2\n");
  EXPECT_TRUE(tree.HasPrefix("a.b"));
  EXPECT_FALSE(tree.HasPrefix("a.b."));
  EXPECT_EQ(tree.FirstWithPrefix("a.")->first, "a.bc");
}

TEST_F(SettingsTreeTest, ListsHoldTexts) {
  Flatten("a: [x, [y]]\n");
  EXPECT_EQ(TextOf(diagnostics_), "f:1:8: error: a: expected a text in the list, got a list\n");
}

TEST_F(SettingsTreeTest, TheRootIsAMapping) {
  Flatten("- a\n");
  EXPECT_EQ(TextOf(diagnostics_), "f:1:1: error: expected settings (`key: value`), got a list\n");
}

TEST_F(SettingsTreeTest, TypedReading) {
  const SettingsTree tree =
      Flatten("t: text\ns: true\ni: 7\nl: [x, 'y,z']\nc: \"p, q ,,r\"\nd: 10s\n");
  SettingsReader reader(tree, diagnostics_);
  std::string text;
  bool on = false;
  int64_t number = 0;
  std::vector<SettingValue> list;
  EXPECT_TRUE(reader.Text("t", &text));
  EXPECT_EQ(text, "text");
  EXPECT_TRUE(reader.Switch("s", &on));
  EXPECT_TRUE(on);
  EXPECT_TRUE(reader.Integer("i", 0, 10, &number));
  EXPECT_EQ(number, 7);
  EXPECT_TRUE(reader.List("l", &list));
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list[1].text, "y,z");  // commas split only a lone text
  list.clear();
  EXPECT_TRUE(reader.List("c", &list));
  ASSERT_EQ(list.size(), 3u);
  EXPECT_EQ(list[1].text, "q");
  EXPECT_TRUE(reader.Nanoseconds("d", &number));
  EXPECT_EQ(number, 10'000'000'000);
  EXPECT_FALSE(reader.Text("absent", &text));
  EXPECT_TRUE(diagnostics_.list().empty()) << TextOf(diagnostics_);
}

TEST_F(SettingsTreeTest, WrongTypesAreNamed) {
  const SettingsTree tree = Flatten(
      "t: [x]\ns: yes\ni: many\nj: 11\nd: 10\np: ${NOT_SET}/x\nq: [ok, \"${X_NOT_SET}\"]\n");
  SettingsReader reader(tree, diagnostics_);
  std::string text;
  bool on = false;
  int64_t number = 0;
  std::vector<SettingValue> list;
  EXPECT_FALSE(reader.Text("t", &text));
  EXPECT_FALSE(reader.Switch("s", &on));
  EXPECT_FALSE(reader.Integer("i", 0, 10, &number));
  EXPECT_FALSE(reader.Integer("j", 0, 10, &number));
  EXPECT_FALSE(reader.Nanoseconds("d", &number));
  EXPECT_FALSE(reader.Text("p", &text));
  EXPECT_FALSE(reader.List("q", &list));
  EXPECT_EQ(
      TextOf(diagnostics_),
      "f:1:1: error: t: expected one value, got a list\n"
      "f:2:1: error: s: expected true or false, got `yes`\n"
      "f:3:1: error: i: `many` does not begin with a number\n"
      "f:4:1: error: j: 11 is out of range (from 0 to 10)\n"
      "f:5:1: error: d: `10` is no time value: write a whole number and one of d, h, m, s, "
      "ms, micros, nanos\n"
      "f:6:4: error: p: Could not resolve placeholder 'NOT_SET' (set the environment variable, "
      "or give a default: ${NAME:default})\n"
      "f:7:9: error: q: Could not resolve placeholder 'X_NOT_SET' (set the environment "
      "variable, or give a default: ${NAME:default})\n");
}

TEST_F(SettingsTreeTest, WhatNobodyAskedForIsReported) {
  const SettingsTree tree = Flatten("ours.order: 1\nours.oder: 2\nours.x.y: 3\nother.z: 4\n");
  SettingsReader reader(tree, diagnostics_);
  reader.Take("ours.order");
  reader.TakePrefix("ours.x.");
  reader.ReportUnknown("ours.", "unknown setting");
  EXPECT_EQ(TextOf(diagnostics_),
            "f:2:1: error: ours.oder: unknown setting [ours.oder] (did you mean `order`?)\n");
}

TEST_F(SettingsTreeTest, UnknownSettingsAreNotListedWithoutEnd) {
  std::string yaml;
  for (int index = 0; index < 1000; ++index) {
    yaml += "ours.k" + std::to_string(index) + ": 1\n";
  }
  const SettingsTree tree = Flatten(yaml);
  SettingsReader reader(tree, diagnostics_);
  reader.ReportUnknown("ours.", "unknown setting");
  EXPECT_EQ(diagnostics_.list().size(), limits::kUnknownKeysReportedMax + 1);
}

}  // namespace
}  // namespace pkigate::config
