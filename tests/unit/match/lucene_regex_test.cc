// SPDX-License-Identifier: Apache-2.0
//
// Lucene's syntax with its oddities, each expectation taken from its grammar (lucene_parser.h) or
// from Lucene 9.12 itself, which agreed with the automaton on 1.2 million random pairs; the random
// test in pattern_set_test.cc covers the rest.
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
  ExpectRefused("a{3,2}", "regex_invalid", "invalid repetition range(out of order): 3..2");
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
  EXPECT_TRUE(Matches("\\*\\1\\\u00e9", "*1\u00e9")) << "any but a letter stands for itself";
  for (const char* letter : {"\\q", "\\b", "\\u0041", "\\n", "[\\n]", "\\p{L}"}) {
    ExpectRefused(letter, "regex_invalid", "invalid character class \\");
  }
  EXPECT_TRUE(Matches("[a-\\d]", "c")) << "not at the end of a range";
  ExpectRefused("[a", "regex_invalid", "expected ']'");
  ExpectRefused("[b-a]", "regex_invalid", "invalid range: from (98) cannot be > to (97)");
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
  ExpectRefused("<1>", "regex_invalid", "'1' not found");
  ExpectRefused("<1-2-3>", "regex_invalid", "interval syntax error");
  ExpectRefused("<1-99999999999>", "regex_invalid", "interval syntax error");
}

TEST(LuceneRegex, NothingMatchesNothing) {
  EXPECT_FALSE(Matches("#", ""));
  EXPECT_FALSE(Matches("a#", "a"));
  EXPECT_TRUE(Matches("a|#", "a"));
  EXPECT_TRUE(Matches("a#?", "a"));
  EXPECT_FALSE(Matches("a#*", "a")) << "as Lucene: repeated, it is still nothing";
  EXPECT_FALSE(Matches("a(b&c)*", "a"));
  EXPECT_TRUE(Matches("a(b&c){0,2}", "a"));
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

TEST(LuceneRegex, ComplementAndIntersectionWithin) {
  EXPECT_TRUE(Matches("a~b", "a"));
  EXPECT_TRUE(Matches("a~b", "abb"));
  EXPECT_FALSE(Matches("a~b", "ab"));
  EXPECT_TRUE(Matches("x(a.*&.*b)", "xa-b"));
  EXPECT_FALSE(Matches("x(a.*&.*b)", "xa-c"));
  EXPECT_FALSE(Matches("x(a&b)", "xa"));
  EXPECT_TRUE(Matches("((a.)&(.b)|c)*d", "cabcd"));
  EXPECT_FALSE(Matches("((a.)&(.b)|c)*d", "cacd"));
  EXPECT_TRUE(Matches("(~a)*", "aa"));
  EXPECT_FALSE(Matches("(~a)*", "a"));
  EXPECT_TRUE(Matches("cn=~(.*admin.*),o=x", "cn=lena,o=x"));
  EXPECT_FALSE(Matches("cn=~(.*admin.*),o=x", "cn=the admin,o=x"));
  EXPECT_TRUE(Matches("u<1-20>~(.*[^0-9].*)", "u133"));
  EXPECT_TRUE(Matches("a~\u00e9b", "a\u00e8b"));
  EXPECT_FALSE(Matches("a~\u00e9b", "a\u00e9b"));
}

// X-RE-3. What is refused here is refused by 8.19.4; of what is taken all but the last is taken.
TEST(LuceneRegex, StatesAreBounded) {
  EXPECT_TRUE(Matches("(.{10}){10}", std::string(100, 'x')));
  for (const char* pattern : {"(.{1000}){11}", "(a{100}){100}", "(a|b)*a(a|b){14}", ".*a.{13}",
                              "a{20000}", "a{99999999999}", "(a{0,100}){0,100}"}) {
    ExpectRefused(pattern, "regex_invalid", "would require more than 10000 effort.");
  }
  EXPECT_TRUE(Matches("(a|b)*a(a|b){12}",
                      "ab"
                      "bbbbbbbbbbb"));
  EXPECT_TRUE(Matches(".*a.{12}", "xxabbbbbbbbbbbb"));
  EXPECT_TRUE(Matches("a{9999}", std::string(9999, 'a')));
  EXPECT_FALSE(Matches("a{9999}", std::string(9998, 'a')));
  EXPECT_TRUE(Matches("(a?){1000}", "aaa"));
  EXPECT_FALSE(Matches("(a{100}){99}", "a"));
}

TEST(LuceneRegex, SomeAtMostAreRunOneByOne) {
  PatternSet::Builder builder;
  for (size_t index = 0; index < limits::kLuceneAutomataMax; ++index) {
    ASSERT_TRUE(builder.Add(PatternKind::kLucene, "a~b" + std::to_string(index)).ok());
  }
  const Result<uint32_t> one_more = builder.Add(PatternKind::kLucene, "a~b");
  ASSERT_FALSE(one_more.ok());
  EXPECT_STREQ(one_more.error().code, "too_many_patterns");
}

}  // namespace
}  // namespace pkigate::match
