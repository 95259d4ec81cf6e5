// SPDX-License-Identifier: Apache-2.0
//
// What java.util.regex means, on purpose where PCRE2 would mean something else.
#include "match/java_regex.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "base/limits.h"

namespace pkigate::match {
namespace {

using testing::HasSubstr;

std::optional<std::string> Group1(std::string_view pattern, std::string_view subject) {
  const Result<JavaRegex> regex = JavaRegex::Compile(pattern);
  EXPECT_TRUE(regex.ok()) << pattern << ": " << (regex.ok() ? "" : regex.error().message);
  Scratch scratch;
  return regex.ok() ? regex->FindGroup1(subject, scratch) : std::nullopt;
}

// Whether the pattern is found anywhere, case-sensitively.
bool Finds(std::string_view pattern, std::string_view subject) {
  const Result<JavaRegex> regex = JavaRegex::Compile(pattern, JavaRegex::Case::kSensitive);
  EXPECT_TRUE(regex.ok()) << pattern << ": " << (regex.ok() ? "" : regex.error().message);
  Scratch scratch;
  return regex.ok() && regex->Find(subject, scratch).has_value();
}

void ExpectRefused(std::string_view pattern, std::string_view code, std::string_view reason) {
  const Result<JavaRegex> regex = JavaRegex::Compile(pattern);
  ASSERT_FALSE(regex.ok()) << pattern;
  EXPECT_EQ(regex.error().code, code) << pattern;
  EXPECT_THAT(regex.error().message, HasSubstr(std::string(reason))) << pattern;
}

constexpr char kDefault[] = "CN=(.*?)(?:,|$)";

TEST(JavaRegex, DefaultUsernamePattern) {
  EXPECT_EQ(Group1(kDefault, "CN=John Doe, OU=example, O=com"), "John Doe");
  EXPECT_EQ(Group1(kDefault, "O=x, cn=last"), "last");
  EXPECT_EQ(Group1(kDefault, "UID=jdoe, O=x"), std::nullopt);
  EXPECT_EQ(Group1(kDefault, "CN=, O=x"), "");
  EXPECT_EQ(Group1(kDefault, "CN=\"a\nb\", O=x"), std::nullopt) << "`.` stops at a newline";
}

TEST(JavaRegex, Group1MayTakeNoPart) {
  EXPECT_EQ(Group1("O=x(y)?", "CN=a, O=x"), std::nullopt);
  EXPECT_EQ(Group1("CN=.*", "CN=a"), std::nullopt);
  const auto regex = JavaRegex::Compile("(a)(?<n>b)(?:c)");
  ASSERT_TRUE(regex.ok());
  EXPECT_EQ(regex->num_groups(), 2);
}

TEST(JavaRegex, FoundPlaces) {
  const auto regex = JavaRegex::Compile("OU=([a-z]+)");
  ASSERT_TRUE(regex.ok());
  Scratch scratch;
  const auto found = regex->Find("CN=x, OU=abc, O=y", scratch);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->begin, 6U);
  EXPECT_EQ(found->end, 12U);
  EXPECT_EQ(found->group1_begin, 9U);
  EXPECT_EQ(found->group1_end, 12U);
}

TEST(JavaRegex, CaseInsensitiveFoldsAsciiOnly) {
  EXPECT_EQ(Group1("k=(.*)", "K=1"), "1");
  EXPECT_EQ(Group1("k=(.*)", "\u212a=1"), std::nullopt)
      << "KELVIN SIGN is no k without UNICODE_CASE";
  EXPECT_EQ(Group1("s=(.*)", "\u017f=1"), std::nullopt) << "LONG S is no s";
  EXPECT_EQ(Group1("\u00e9=(.*)", "\u00c9=1"), std::nullopt);
  EXPECT_EQ(Group1("([k-m]+)", "xKLM"), "KLM");
  EXPECT_EQ(Group1("([k-m]+)", "\u212a"), std::nullopt);
  EXPECT_EQ(Group1("([^k])", "kK\u212a"), "\u212a");
  EXPECT_EQ(Group1("\\Qcn\\E=(.*)", "CN=1"), "1");
  EXPECT_EQ(Group1("(?-i)cn=(.*)", "CN=1"), std::nullopt);
  EXPECT_TRUE(Finds("a(?i)b|c", "aB"));
  EXPECT_TRUE(Finds("a(?i)b|c", "C")) << "a flag holds to the end of the group, past `|`";
  EXPECT_FALSE(Finds("(?:a(?i)b)c", "aBC")) << "and no further";
  EXPECT_TRUE(Finds("(?i:a)b", "Ab"));
  EXPECT_FALSE(Finds("(?i:a)b", "AB"));
}

TEST(JavaRegex, BackReferences) {
  EXPECT_EQ(Group1("(a.)=\\1", "ab=AB"), "ab");
  EXPECT_EQ(Group1("(a.)=\\1", "ab=ac"), std::nullopt);
  EXPECT_EQ(Group1("(?<x>a.)=\\k<x>", "ab=aB"), "ab");
  EXPECT_TRUE(Finds("(a)(b)(c)(d)(e)(f)(g)(h)(i)(j)(k)\\11", "abcdefghijkk"));
  EXPECT_TRUE(Finds("(a)\\11", "aa1")) << "there is no group 11, so it is group 1 and a 1";
  // PCRE2 folds beyond ASCII where it compares a group, so texts beyond ASCII are not matched.
  EXPECT_EQ(Group1("(k)=\\1", "k=\u212a"), std::nullopt);
  EXPECT_TRUE(Finds("(\u00e9)=\\1", "\u00e9=\u00e9")) << "unless case matters";
  ExpectRefused("\\1(a)", "regex_unsupported", "not closed before it");
  ExpectRefused("(a\\1)", "regex_unsupported", "not closed before it");
  ExpectRefused("\\k<no>", "regex_invalid", "does not exist");
}

TEST(JavaRegex, DollarKnowsJavasLineTerminators) {
  EXPECT_TRUE(Finds("a$", "a"));
  EXPECT_TRUE(Finds("a$", "a\n"));
  EXPECT_TRUE(Finds("a$", "a\r"));
  EXPECT_TRUE(Finds("a$", "a\r\n"));
  EXPECT_TRUE(Finds("a$", "a\u0085"));
  EXPECT_TRUE(Finds("a$", "a\u2028"));
  EXPECT_FALSE(Finds("a$", "a\n\n"));
  EXPECT_FALSE(Finds("a$", "a\u000b")) << "PCRE2's ANY newline would take a vertical tab";
  EXPECT_FALSE(Finds("\r$", "\r\n")) << "not within a line terminator";
  EXPECT_TRUE(Finds("a\\Z", "a\r\n"));
  EXPECT_FALSE(Finds("a\\z", "a\n"));
  EXPECT_TRUE(Finds("(?d)a$", "a\n"));
  EXPECT_FALSE(Finds("(?d)a$", "a\r"));
}

TEST(JavaRegex, MultilineAnchors) {
  EXPECT_TRUE(Finds("(?m)^b", "a\nb"));
  EXPECT_FALSE(Finds("^b", "a\nb"));
  EXPECT_TRUE(Finds("(?m)^b", "a\rb"));
  EXPECT_FALSE(Finds("(?m)^\n", "\r\n")) << "\\r\\n is one line terminator";
  EXPECT_FALSE(Finds("(?m)b\n^", "b\n")) << "never at the end";
  EXPECT_FALSE(Finds("(?m)^", ""));
  EXPECT_TRUE(Finds("(?m)a$", "a\u2029b"));
  EXPECT_FALSE(Finds("(?m)\r$", "\r\nb"));
}

TEST(JavaRegex, DotLeavesOutLineTerminators) {
  for (const char* terminator : {"\n", "\r", "\u0085", "\u2028", "\u2029"}) {
    EXPECT_FALSE(Finds("^.$", std::string(terminator) + "x")) << terminator;
    EXPECT_FALSE(Finds("a.b", std::string("a") + terminator + "b")) << terminator;
    EXPECT_TRUE(Finds("(?s)a.b", std::string("a") + terminator + "b")) << terminator;
  }
  EXPECT_TRUE(Finds("(?d)a.b", "a\rb"));
  EXPECT_TRUE(Finds("^.\\z", "\U0001F600")) << "one character, not two halves";
}

TEST(JavaRegex, ClassesAndEscapes) {
  EXPECT_TRUE(Finds("^[\\w.-]+\\z", "a-b.c_1"));
  EXPECT_FALSE(Finds("\\d", "\u0661"));
  EXPECT_FALSE(Finds("\\w", "\u00e9"));
  EXPECT_TRUE(Finds("\\s", "\u000b"));
  EXPECT_FALSE(Finds("\\s", "\u00a0"));
  EXPECT_TRUE(Finds("\\h", "\u00a0"));
  EXPECT_TRUE(Finds("\\v", "\u2028"));
  EXPECT_TRUE(Finds("\\V", "a"));
  EXPECT_TRUE(Finds("^[^\\D]\\z", "7"));
  EXPECT_TRUE(Finds("^[a\\]]+\\z", "a]"));
  EXPECT_TRUE(Finds("^[a-]+\\z", "a-"));
  EXPECT_TRUE(Finds("^[-a]+\\z", "-a"));
  EXPECT_TRUE(Finds("^[a^]+\\z", "^a"));
  EXPECT_TRUE(Finds("^[a&b]+\\z", "&"));
  EXPECT_TRUE(Finds("\\x41\\u0042\\x{43}\\0104\\cA\\t\\e", "ABCD\x01\t\x1b"));
  EXPECT_TRUE(Finds("^\\uD83D\\uDE00\\z", "\U0001F600"));
  EXPECT_TRUE(Finds("\\0078", "\a8")) << "octal digits end before the 8";
  EXPECT_TRUE(Finds("\\0400", " 0")) << "three digits only up to 0377";
  EXPECT_TRUE(Finds("\\Qa.*\\Eb", "a.*b"));
  EXPECT_TRUE(Finds("\\Qa+", "a+")) << "without \\E the quotation goes on to the end";
  EXPECT_TRUE(Finds("^\\Qab\\E+\\z", "abbb")) << "the quantifier is for the last character";
  EXPECT_TRUE(Finds("\\.\\-\\_\\@", ".-_@"));
  EXPECT_TRUE(Finds("a]}", "a]}"));
  EXPECT_TRUE(Finds("\\bcn\\b", "x cn="));
  EXPECT_FALSE(Finds("\\bcn\\b", "xcn"));
}

TEST(JavaRegex, Properties) {
  EXPECT_TRUE(Finds("^\\p{Alpha}\\p{Digit}\\p{Punct}\\z", "a1!"));
  EXPECT_FALSE(Finds("\\p{Alpha}", "\u00e9")) << "POSIX classes are ASCII";
  EXPECT_TRUE(Finds("\\p{L}", "\u00e9"));
  EXPECT_TRUE(Finds("\\p{IsLu}", "\u00c9"));
  EXPECT_TRUE(Finds("^\\PL\\z", "1"));
  EXPECT_TRUE(Finds("^[\\p{Lower}_]+\\z", "a_"));
  EXPECT_TRUE(Finds("^\\P{Lower}\\z", "A"));
  ExpectRefused("\\p{Lower}", "regex_unsupported", "property about case");
  ExpectRefused("\\p{Lu}", "regex_unsupported", "property about case");
  ExpectRefused("\\p{IsLatin}", "regex_unsupported", "neither POSIX nor a general category");
  ExpectRefused("\\p{Alpha", "regex_invalid", "unclosed character family");
}

TEST(JavaRegex, Groups) {
  EXPECT_TRUE(Finds("(?<=, )OU=", "CN=a, OU=b"));
  EXPECT_FALSE(Finds("(?<!, )OU=", "CN=a, OU=b"));
  EXPECT_TRUE(Finds("a(?=b)", "ab"));
  EXPECT_FALSE(Finds("a(?!b)", "ab"));
  EXPECT_FALSE(Finds("(?>a+)ab", "aaab"));
  EXPECT_FALSE(Finds("a++ab", "aaab")) << "possessive";
  EXPECT_TRUE(Finds("a+?ab", "aaab"));
  EXPECT_TRUE(Finds("(?x) a b # comment\n c", "abc"));
  EXPECT_FALSE(Finds("(?x)a\\ b", "ab"));
  EXPECT_TRUE(Finds("x|", "anything"));
  ExpectRefused("(a", "regex_invalid", "unclosed group");
  ExpectRefused("a)", "regex_invalid", "unmatched closing");
  ExpectRefused("(?#x)", "regex_invalid", "unknown inline modifier");
  ExpectRefused("(?<1>a)", "regex_invalid", "does not begin with a letter");
  ExpectRefused("(?<n>a)(?<n>b)", "regex_invalid", "name that is taken");
  ExpectRefused("(?u)a", "regex_unsupported", "Unicode case");
  ExpectRefused("(?<=a+)b", "regex_unsupported", "lookbehind assertion is not fixed length");
  const std::string deep(limits::kRegexDepthMax, '(');
  EXPECT_TRUE(Finds(deep + std::string(limits::kRegexDepthMax, ')'), ""));
  ExpectRefused(deep + "()" + std::string(limits::kRegexDepthMax, ')'), "regex_unsupported",
                "nested too deeply");
}

TEST(JavaRegex, WhatPcre2WouldTakeAndJavaDoesNot) {
  ExpectRefused("a{,3}", "regex_invalid", "illegal repetition");
  ExpectRefused("a{", "regex_invalid", "illegal repetition");
  ExpectRefused("{a", "regex_invalid", "illegal repetition");
  ExpectRefused("a{2", "regex_invalid", "unclosed counted closure");
  ExpectRefused("a{3,2}", "regex_invalid", "illegal repetition range");
  ExpectRefused("*a", "regex_invalid", "dangling quantifier");
  ExpectRefused("(*UTF8)a", "regex_invalid", "dangling quantifier");
  ExpectRefused("a**", "regex_invalid", "dangling quantifier");
  ExpectRefused("a\\", "regex_invalid", "backslash at the end");
  ExpectRefused("\\y", "regex_invalid", "illegal escape");
  ExpectRefused("\\x4", "regex_invalid", "illegal hexadecimal");
  ExpectRefused("\\x{110000}", "regex_invalid", "beyond U+10FFFF");
  ExpectRefused("\\09", "regex_invalid", "illegal octal");
  ExpectRefused("[a", "regex_invalid", "unclosed character class");
  ExpectRefused("[]", "regex_unsupported", "beginning of a class");
  ExpectRefused("[b-a]", "regex_invalid", "illegal character range");
  ExpectRefused("[a-\\d]", "regex_invalid", "illegal escape");
}

TEST(JavaRegex, WhatDiffersIsRefused) {
  ExpectRefused("[a-z&&[^b]]", "regex_unsupported", "intersection");
  ExpectRefused("[a[b]]", "regex_unsupported", "class within a class");
  ExpectRefused("\\R", "regex_unsupported", "\\R");
  ExpectRefused("\\X", "regex_unsupported", "\\X");
  ExpectRefused("a{2}{3}", "regex_unsupported", "quantifier after a quantifier");
  ExpectRefused("^*a", "regex_unsupported", "quantifier after an assertion");
  ExpectRefused("(?=a)?", "regex_unsupported", "quantifier after an assertion");
  ExpectRefused("\\b{g}", "regex_unsupported", "\\b{");
  ExpectRefused("\\uD83D", "regex_unsupported", "surrogate");
  ExpectRefused("(?x)[a b]", "regex_unsupported", "white space");
  ExpectRefused("a{1001}", "regex_unsupported", "more than 1000");
  ExpectRefused("\xff", "regex_invalid", "not UTF-8");
  ExpectRefused(std::string(limits::kPatternBytesMax + 1, 'a'), "regex_unsupported",
                "at most 4096");
}

TEST(JavaRegex, MatchesWholeMayBacktrackIntoTheEnd) {
  const auto regex = JavaRegex::Compile("a|ab", JavaRegex::Case::kSensitive);
  ASSERT_TRUE(regex.ok());
  Scratch scratch;
  EXPECT_TRUE(regex->MatchesWhole("ab", scratch));
  EXPECT_FALSE(regex->MatchesWhole("abc", scratch));
  EXPECT_FALSE(regex->MatchesWhole("xab", scratch));
  EXPECT_FALSE(regex->MatchesWhole("ab\n", scratch));
}

TEST(JavaRegex, StepsAreBounded) {
  const auto regex = JavaRegex::Compile("(a+)+=");
  ASSERT_TRUE(regex.ok());
  Scratch scratch;
  EXPECT_EQ(regex->FindGroup1(std::string(40, 'a'), scratch), std::nullopt);
  // PCRE2 sees that there is no `=`; this one it has to try.
  const auto slow = JavaRegex::Compile("(a+)+[=!]");
  ASSERT_TRUE(slow.ok());
  EXPECT_EQ(slow->FindGroup1(std::string(40, 'a') + "x", scratch), std::nullopt);
  EXPECT_GE(scratch.num_given_up(), 1U);
  const uint64_t before = scratch.num_given_up();
  EXPECT_EQ(slow->FindGroup1("aa=", scratch), "aa");
  EXPECT_EQ(scratch.num_given_up(), before);
}

TEST(JavaRegex, SubjectsThatAreNoText) {
  const auto regex = JavaRegex::Compile(kDefault);
  ASSERT_TRUE(regex.ok());
  Scratch scratch;
  EXPECT_EQ(regex->FindGroup1("CN=\xff,O=x", scratch), std::nullopt);
  EXPECT_EQ(scratch.num_given_up(), 1U);
  EXPECT_EQ(regex->FindGroup1("CN=" + std::string(limits::kMatchedTextBytesMax, 'x'), scratch),
            std::nullopt);
  EXPECT_EQ(scratch.num_given_up(), 2U);
  EXPECT_EQ(regex->FindGroup1({}, scratch), std::nullopt);
  EXPECT_EQ(scratch.num_given_up(), 2U);
}

}  // namespace
}  // namespace pkigate::match
