// SPDX-License-Identifier: Apache-2.0
//
// Lucene's syntax with its oddities, each expectation taken from its grammar (lucene_syntax.h); the
// random test in pattern_set_test.cc covers the rest.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "base/limits.h"
#include "match/lucene_syntax.h"
#include "match/pattern_set.h"

namespace pkigate::match {
namespace {

using testing::HasSubstr;

bool Matches(std::string_view pattern, std::string_view text) {
  PatternSet::Builder builder;
  const Result<uint32_t> id = builder.Add(PatternKind::kLucene, pattern);
  EXPECT_TRUE(id.ok()) << pattern << ": " << (id.ok() ? "" : id.error().message);
  if (!id.ok()) {
    return false;
  }
  const auto set = builder.Compile();
  EXPECT_TRUE(set.ok()) << pattern;
  Scratch scratch;
  scratch.Reserve(**set);
  HitSet hits;
  hits.Reset(1);
  EXPECT_TRUE((*set)->Scan(text, scratch, hits));
  return hits.Contains(*id);
}

void ExpectRefused(std::string_view pattern, std::string_view code, std::string_view reason) {
  PatternSet::Builder builder;
  const Result<uint32_t> id = builder.Add(PatternKind::kLucene, pattern);
  ASSERT_FALSE(id.ok()) << pattern;
  EXPECT_EQ(id.error().code, code) << pattern;
  EXPECT_THAT(id.error().message, HasSubstr(std::string(reason))) << pattern;
}

TEST(LuceneRegex, IsAnchoredAndCaseSensitive) {
  EXPECT_TRUE(Matches("cn=[a-z.]+,ou=sales", "cn=lena.roth,ou=sales"));
  EXPECT_FALSE(Matches("ou=sales", "cn=lena.roth,ou=sales"));
  EXPECT_FALSE(Matches("LENA.*", "lena.roth"));
  EXPECT_FALSE(Matches("a", "a\n"));
  EXPECT_TRUE(Matches("a.b", "a\nb")) << "`.` is any character";
}

TEST(LuceneRegex, CaretAndDollarAreCharacters) {
  EXPECT_TRUE(Matches("^a$", "^a$"));
  EXPECT_FALSE(Matches("^a$", "a"));
}

TEST(LuceneRegex, RepetitionsCanBeStacked) {
  EXPECT_TRUE(Matches("a{2}{3}", "aaaaaa"));
  EXPECT_FALSE(Matches("a{2}{3}", "aa"));
  EXPECT_TRUE(Matches("(ab)?", ""));
  EXPECT_TRUE(Matches("a{2,}", "aaaa"));
  EXPECT_FALSE(Matches("a{2,3}", "aaaa"));
  EXPECT_TRUE(Matches("a{0}b", "b"));
  EXPECT_FALSE(Matches("a{3,2}", "aa"));
  EXPECT_FALSE(Matches("a{3,2}", "aaa"));
  ExpectRefused("a{x}", "regex_invalid", "integer expected");
  ExpectRefused("a{2", "regex_invalid", "expected '}'");
  EXPECT_TRUE(Matches("a" + std::string(limits::kRegexDepthMax, '?'), "a"));
  ExpectRefused("a" + std::string(limits::kRegexDepthMax + 1, '?'), "regex_unsupported",
                "nested too deeply");
}

TEST(LuceneRegex, ReadsOperatorsWithoutOperandsAsCharacters) {
  EXPECT_TRUE(Matches("*a", "*a"));
  EXPECT_TRUE(Matches("a||b", "|b"));
  EXPECT_TRUE(Matches("a||b", "a"));
  EXPECT_FALSE(Matches("a||b", ""));
  EXPECT_TRUE(Matches("[]a]", "]"));
  EXPECT_TRUE(Matches("()", ""));
  EXPECT_TRUE(Matches("", ""));
  EXPECT_FALSE(Matches("", "x"));
}

TEST(LuceneRegex, Classes) {
  EXPECT_TRUE(Matches("[^a-c]", "d"));
  EXPECT_FALSE(Matches("[^a-c]", "b"));
  EXPECT_TRUE(Matches("[^a]", "\n"));
  EXPECT_TRUE(Matches("[\u00e0-\u00ef]", "\u00e9"));
  EXPECT_TRUE(Matches("\\d\\w\\s", "1_ "));
  EXPECT_FALSE(Matches("\\d", "\u0661")) << "ASCII only";
  EXPECT_TRUE(Matches("[\\d.]+", "1.2"));
  EXPECT_TRUE(Matches("\\D", "d"));
  EXPECT_FALSE(Matches("\\D", "1"));
  EXPECT_TRUE(Matches("\\*\\q", "*q"));
  ExpectRefused("[a", "regex_invalid", "expected ']'");
  ExpectRefused("[b-a]", "regex_invalid", "invalid range");
  ExpectRefused("[!-]", "regex_invalid", "expected ']'");  // the bracket is the range's end
  ExpectRefused("a\\", "regex_invalid", "unexpected end-of-string");
}

TEST(LuceneRegex, QuotedText) {
  EXPECT_TRUE(Matches("\"a.*\"b", "a.*b"));
  EXPECT_FALSE(Matches("\"a.*\"b", "axb"));
  EXPECT_TRUE(Matches("\"ab\"{2}", "abab"));
  ExpectRefused("\"a", "regex_invalid", "expected '\"'");
}

TEST(LuceneRegex, Groups) {
  ExpectRefused("(a", "regex_invalid", "expected ')'");
  ExpectRefused("a)", "regex_invalid", "end-of-string expected");
  const std::string deep(limits::kRegexDepthMax, '(');
  EXPECT_TRUE(Matches(deep + "a" + std::string(limits::kRegexDepthMax, ')'), "a"));
  ExpectRefused(deep + "(a)" + std::string(limits::kRegexDepthMax, ')'), "regex_unsupported",
                "nested too deeply");
}

TEST(LuceneRegex, NumericIntervals) {
  EXPECT_TRUE(Matches("n<5-117>", "n5"));
  EXPECT_TRUE(Matches("n<5-117>", "n0099")) << "other lengths: leading zeros are free";
  EXPECT_TRUE(Matches("n<5-117>", "n117"));
  EXPECT_FALSE(Matches("n<5-117>", "n118"));
  EXPECT_FALSE(Matches("n<5-117>", "n4"));
  EXPECT_TRUE(Matches("n<007-115>", "n099"));
  EXPECT_FALSE(Matches("n<007-115>", "n99")) << "equal lengths: exactly so many digits";
  EXPECT_TRUE(Matches("<9-1>", "5")) << "the bounds may be in either order";
  for (int number = 0; number <= 1200; ++number) {
    EXPECT_EQ(Matches("<87-1034>", std::to_string(number)), number >= 87 && number <= 1034)
        << number;
    number += number % 7 == 0 ? 0 : 6;  // every boundary digit in some place, in fewer steps
  }
  ExpectRefused("<1-2", "regex_invalid", "expected '>'");
  ExpectRefused("<a-2>", "regex_invalid", "interval syntax error");
  ExpectRefused("<1>", "regex_invalid", "interval syntax error");
  ExpectRefused("<1-2-3>", "regex_invalid", "interval syntax error");
  ExpectRefused("<1-99999999999>", "regex_invalid", "interval syntax error");
}

TEST(LuceneRegex, NothingMatchesNothing) {
  EXPECT_FALSE(Matches("#", ""));
  EXPECT_FALSE(Matches("a#", "a"));
  EXPECT_TRUE(Matches("a|#", "a"));
  EXPECT_TRUE(Matches("a#*", "a"));
  EXPECT_TRUE(Matches("@", "any\ntext"));
}

TEST(LuceneRegex, ComplementAndIntersectionOfTheWhole) {
  // The built-in roles viewer and editor (X-RE-4).
  const std::string viewer = "~(([.]|ilm-history-).*)";
  EXPECT_TRUE(Matches(viewer, "logs-1"));
  EXPECT_FALSE(Matches(viewer, ".security"));
  EXPECT_FALSE(Matches(viewer, "ilm-history-5"));
  EXPECT_TRUE(Matches(viewer, ""));
  EXPECT_TRUE(Matches("a.*&.*b", "a-b"));
  EXPECT_FALSE(Matches("a.*&.*b", "a-c"));
  EXPECT_TRUE(Matches("~~a", "a"));
  EXPECT_TRUE(Matches("x|(a.*&~(.*b))", "ac"));
  EXPECT_FALSE(Matches("x|(a.*&~(.*b))", "ab"));
  EXPECT_TRUE(Matches("~#", "anything"));
}

TEST(LuceneRegex, ComplementInsideIsRefusedNotApproximated) {
  ExpectRefused("a~b", "regex_unsupported", "`~` and `&` are taken only where");
  ExpectRefused("(~a)*", "regex_unsupported", "`~` and `&` are taken only where");
  ExpectRefused("x(a&b)", "regex_unsupported", "`~` and `&` are taken only where");
}

TEST(LuceneRegex, StatesAreBounded) {
  EXPECT_TRUE(Matches("(.{10}){10}", std::string(100, 'x')));
  ExpectRefused("(.{1000}){11}", "regex_invalid", "more than 10000 states");
  ExpectRefused("a{1001}", "regex_unsupported", "more than 1000");
}

}  // namespace
}  // namespace pkigate::match
