// SPDX-License-Identifier: Apache-2.0
#include "match/dialect_pattern.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pkigate::match {
namespace {

PatternKind OpendistroKind(std::string_view text) {
  const auto pattern = ReadOpendistroPattern(text, /*blank_matches_itself=*/true);
  EXPECT_TRUE(pattern.ok()) << text;
  return pattern.ok() ? pattern->kind : PatternKind::kNever;
}

PatternKind XpackKind(std::string_view text) {
  const auto pattern = ReadXpackPattern(text);
  EXPECT_TRUE(pattern.ok()) << text;
  return pattern.ok() ? pattern->kind : PatternKind::kNever;
}

TEST(DialectPattern, Opendistro) {
  EXPECT_EQ(OpendistroKind("abc"), PatternKind::kExact);
  EXPECT_EQ(OpendistroKind("a.c[b]\\"), PatternKind::kExact);
  EXPECT_EQ(OpendistroKind("a?c"), PatternKind::kGlob);
  EXPECT_EQ(OpendistroKind("*"), PatternKind::kGlob);
  EXPECT_EQ(OpendistroKind("/a*/"), PatternKind::kJava);
  EXPECT_EQ(ReadOpendistroPattern("/a*/", true)->text, "a*");
  EXPECT_EQ(OpendistroKind("//"), PatternKind::kJava);
  EXPECT_EQ(OpendistroKind("/a*"), PatternKind::kGlob);
  EXPECT_EQ(OpendistroKind("/a"), PatternKind::kExact);
  const auto slash = ReadOpendistroPattern("/", true);
  ASSERT_FALSE(slash.ok());
  EXPECT_THAT(slash.error().message, testing::HasSubstr("lone `/`"));
}

TEST(DialectPattern, BlankInEachDialect) {
  EXPECT_EQ(OpendistroKind(""), PatternKind::kExact);
  EXPECT_EQ(OpendistroKind(" "), PatternKind::kExact);
  EXPECT_EQ(ReadOpendistroPattern("", false)->kind, PatternKind::kNever);
  EXPECT_EQ(ReadOpendistroPattern(" ", false)->kind, PatternKind::kNever);
  EXPECT_EQ(ReadOpendistroPattern(" a", false)->kind, PatternKind::kExact);
}

TEST(DialectPattern, Xpack) {
  EXPECT_EQ(XpackKind("a?c"), PatternKind::kExact) << "X-MAP-42";
  EXPECT_EQ(XpackKind("a?c*"), PatternKind::kEscapedGlob);
  EXPECT_EQ(XpackKind("/a/"), PatternKind::kLucene);
  EXPECT_EQ(XpackKind("/"), PatternKind::kExact);
  EXPECT_EQ(XpackKind("//"), PatternKind::kLucene);
  EXPECT_EQ(XpackKind("/a"), PatternKind::kExact);
  const auto open = ReadXpackPattern("/a*");
  ASSERT_FALSE(open.ok());
  EXPECT_THAT(open.error().message, testing::HasSubstr("invalid pattern"));
}

}  // namespace
}  // namespace pkigate::match
