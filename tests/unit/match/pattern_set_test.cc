// SPDX-License-Identifier: Apache-2.0
//
// Each kind of pattern by hand, then random sets of all kinds against the reference matcher.
#include "match/pattern_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/limits.h"
#include "match/java_regex.h"
#include "match/lucene_syntax.h"
#include "reference_matcher.h"

namespace pkigate::match {
namespace {

using testing::HasSubstr;

bool Matches(PatternKind kind, std::string_view pattern, std::string_view text) {
  PatternSet::Builder builder;
  const Result<uint32_t> id = builder.Add(kind, pattern);
  EXPECT_TRUE(id.ok()) << pattern << ": " << (id.ok() ? "" : id.error().message);
  const auto set = builder.Compile();
  EXPECT_TRUE(set.ok());
  Scratch scratch;
  scratch.Reserve(**set);
  HitSet hits;
  hits.Reset((*set)->size());
  EXPECT_TRUE((*set)->Scan(text, scratch, hits));
  return hits.Contains(*id);
}

Error Refused(PatternKind kind, std::string_view pattern) {
  PatternSet::Builder builder;
  const Result<uint32_t> id = builder.Add(kind, pattern);
  EXPECT_FALSE(id.ok()) << pattern;
  return id.ok() ? Error{} : id.error();
}

TEST(PatternSet, EmptySetFindsNothing) {
  const auto set = PatternSet::Builder().Compile();
  ASSERT_TRUE(set.ok());
  EXPECT_EQ((*set)->size(), 0U);
  Scratch scratch;
  scratch.Reserve(**set);
  HitSet hits;
  hits.Reset(0);
  EXPECT_TRUE((*set)->Scan("x", scratch, hits));
  EXPECT_TRUE(hits.ids().empty());
}

TEST(PatternSet, ExactIsByteForByte) {
  EXPECT_TRUE(Matches(PatternKind::kExact, "CN=a,O=b", "CN=a,O=b"));
  EXPECT_FALSE(Matches(PatternKind::kExact, "CN=a,O=b", "cn=a,o=b"));
  EXPECT_FALSE(Matches(PatternKind::kExact, "CN=a,O=b", "CN=a,O=bb"));
  EXPECT_TRUE(Matches(PatternKind::kExact, "a*", "a*"));
  EXPECT_FALSE(Matches(PatternKind::kExact, "a*", "ab"));
  EXPECT_TRUE(Matches(PatternKind::kExact, "", ""));
  EXPECT_FALSE(Matches(PatternKind::kNever, "", ""));
}

TEST(PatternSet, GlobTakesTheWholeText) {
  EXPECT_TRUE(Matches(PatternKind::kGlob, "*", ""));
  EXPECT_TRUE(Matches(PatternKind::kGlob, "**", "anything"));
  EXPECT_TRUE(Matches(PatternKind::kGlob, "CN=*,OU=UNIT,*", "CN=x,OU=UNIT,O=ORG"));
  EXPECT_FALSE(Matches(PatternKind::kGlob, "CN=*,OU=UNIT,*", "CN=x,OU=UNIT"));
  EXPECT_TRUE(Matches(PatternKind::kGlob, "a*c", "ac"));
  EXPECT_TRUE(Matches(PatternKind::kGlob, "a*c", "a\nc"));
  EXPECT_FALSE(Matches(PatternKind::kGlob, "a*c", "acx"));
  EXPECT_FALSE(Matches(PatternKind::kGlob, "ab*ba", "aba")) << "the affixes may not overlap";
  EXPECT_FALSE(Matches(PatternKind::kGlob, "a?c*b*", "ac")) << "`?` needs a character";
  EXPECT_TRUE(Matches(PatternKind::kGlob, "a?c", "a\u00e9c"));
  EXPECT_FALSE(Matches(PatternKind::kGlob, "a??c", "a\u00e9c")) << "`?` is a character, not a byte";
  EXPECT_FALSE(Matches(PatternKind::kGlob, "a.c?", "abcd"));
  EXPECT_FALSE(Matches(PatternKind::kGlob, "?", "a\n")) << "nothing may follow, a newline neither";
}

TEST(PatternSet, BackslashQuotesInEscapedGlobsOnly) {
  EXPECT_TRUE(Matches(PatternKind::kEscapedGlob, "a\\**", "a*b"));
  EXPECT_FALSE(Matches(PatternKind::kEscapedGlob, "a\\**", "axb"));
  EXPECT_TRUE(Matches(PatternKind::kEscapedGlob, "*\\", "x\\")) << "a last backslash is itself";
  EXPECT_TRUE(Matches(PatternKind::kEscapedGlob, "\\*", "*"));
  EXPECT_FALSE(Matches(PatternKind::kEscapedGlob, "\\*", "x"));
  EXPECT_TRUE(Matches(PatternKind::kGlob, "a\\*", "a\\b"));
}

TEST(PatternSet, JavaRegexesWithAndWithoutBacktracking) {
  EXPECT_TRUE(Matches(PatternKind::kJava, "a[0-9]+", "a12"));
  EXPECT_FALSE(Matches(PatternKind::kJava, "a[0-9]+", "xa12"));
  EXPECT_FALSE(Matches(PatternKind::kJava, "a[0-9]+", "a12\n"));
  EXPECT_FALSE(Matches(PatternKind::kJava, "abc", "ABC"));
  EXPECT_TRUE(Matches(PatternKind::kJava, "(?i)abc", "aBC"));
  // Look-around and back references: PCRE2.
  EXPECT_TRUE(Matches(PatternKind::kJava, "(?!root).*", "user"));
  EXPECT_FALSE(Matches(PatternKind::kJava, "(?!root).*", "root1"));
  EXPECT_TRUE(Matches(PatternKind::kJava, "(a|b)\\1", "bb"));
  EXPECT_FALSE(Matches(PatternKind::kJava, "(a|b)\\1", "ab"));
  EXPECT_EQ(std::string(Refused(PatternKind::kJava, "a(").code), "regex_invalid");
  EXPECT_EQ(std::string(Refused(PatternKind::kJava, "[a&&b]").code), "regex_unsupported");
}

TEST(PatternSet, TheSamePatternHasOneId) {
  PatternSet::Builder builder;
  const uint32_t first = *builder.Add(PatternKind::kGlob, "a*");
  EXPECT_EQ(*builder.Add(PatternKind::kGlob, "a*"), first);
  EXPECT_NE(*builder.Add(PatternKind::kExact, "a*"), first);
  EXPECT_EQ((*builder.Compile())->size(), 2U);
}

TEST(PatternSet, WhatCannotBeJudgedSaysSo) {
  PatternSet::Builder builder;
  ASSERT_TRUE(builder.Add(PatternKind::kGlob, "*").ok());
  // Exponential for a backtracking matcher, and not for Hyperscan because of the look-ahead.
  ASSERT_TRUE(builder.Add(PatternKind::kJava, "(?=(a+)+$)(?=b).*").ok());
  const auto set = builder.Compile();
  ASSERT_TRUE(set.ok());
  Scratch scratch;
  scratch.Reserve(**set);
  HitSet hits;
  hits.Reset(2);
  EXPECT_FALSE((*set)->Scan("\xff", scratch, hits)) << "not UTF-8";
  EXPECT_FALSE((*set)->Scan(std::string(limits::kMatchedTextBytesMax + 1, 'x'), scratch, hits));
  EXPECT_TRUE(hits.ids().empty());
  EXPECT_FALSE((*set)->Scan(std::string(40, 'a') + "c", scratch, hits)) << "too many steps";
  EXPECT_EQ(scratch.num_given_up(), 1U);
  EXPECT_TRUE((*set)->Scan(std::string(limits::kMatchedTextBytesMax, 'x'), scratch, hits));
}

TEST(PatternSet, RefusesWhatIsTooLongOrNoText) {
  EXPECT_THAT(Refused(PatternKind::kExact, std::string(limits::kPatternBytesMax + 1, 'a')).message,
              HasSubstr("at most 4096"));
  EXPECT_THAT(Refused(PatternKind::kGlob, "a?\xc3").message, HasSubstr("not UTF-8"));
  PatternSet::Builder builder;
  EXPECT_TRUE(builder.Add(PatternKind::kExact, std::string(limits::kPatternBytesMax, 'a')).ok());
}

TEST(PatternSet, SeveralShards) {
  PatternSet::Builder builder;
  const size_t num_patterns = limits::kPatternsPerShardMax + 5;
  for (size_t index = 0; index < num_patterns; ++index) {
    ASSERT_EQ(*builder.Add(PatternKind::kGlob, "n" + std::to_string(index) + "-?"), index);
  }
  const auto set = builder.Compile();
  ASSERT_TRUE(set.ok());
  Scratch scratch;
  scratch.Reserve(**set);
  HitSet hits;
  for (const size_t wanted : {size_t{0}, num_patterns - 1}) {
    hits.Reset(num_patterns);
    ASSERT_TRUE((*set)->Scan("n" + std::to_string(wanted) + "-x", scratch, hits));
    EXPECT_THAT(hits.ids(), testing::ElementsAre(wanted));
  }
}

// --- random ------------------------------------------------------------------------------------

struct Case {
  PatternKind kind;
  std::string pattern;
  ReferenceNode node;   // of a regular expression
  std::u32string glob;  // of the others
};

Case RandomCase(Random& random) {
  Case made{};
  switch (random() % 5) {
    case 0:
      made.kind = PatternKind::kExact;
      made.glob = RandomText(random, 6);
      made.pattern = ToUtf8(made.glob);
      break;
    case 1:
      made.kind = PatternKind::kGlob;
      for (size_t index = random() % 6; index > 0; --index) {
        const size_t choice = random() % 4;
        made.glob += choice == 0 ? U"*" : choice == 1 ? U"?" : RandomText(random, 2);
      }
      made.pattern = ToUtf8(made.glob);
      break;
    case 2:
      made.kind = PatternKind::kJava;
      made.node = RandomNode(random, 3, /*lucene=*/false);
      made.pattern = PrintJava(made.node);
      break;
    case 3:
      made.kind = PatternKind::kLucene;
      made.node = RandomNode(random, 3, /*lucene=*/true);
      made.pattern = PrintLucene(made.node);
      break;
    default:
      made.kind = PatternKind::kLucene;
      made.node = RandomBoolean(random, 2);
      made.pattern = PrintLucene(made.node);
      break;
  }
  return made;
}

bool Expected(const Case& made, const std::u32string& text) {
  switch (made.kind) {
    case PatternKind::kExact:
      return text == made.glob;
    case PatternKind::kGlob:
      return GlobMatches(made.glob, text);
    default:
      return MatchesWhole(made.node, text);
  }
}

TEST(PatternSet, AgreesWithTheReferenceMatcher) {
  constexpr uint32_t kSeed = 20240611;
  constexpr size_t kSets = 50;
  constexpr size_t kPatternsPerSet = 20;
  constexpr size_t kTextsPerSet = 20;
  Random random(kSeed);
  size_t num_cases = 0;
  size_t num_matches = 0;
  for (size_t round = 0; round < kSets; ++round) {
    std::vector<Case> cases;
    PatternSet::Builder builder;
    std::vector<uint32_t> ids;
    for (size_t index = 0; index < kPatternsPerSet; ++index) {
      cases.push_back(RandomCase(random));
      const Result<uint32_t> id = builder.Add(cases.back().kind, cases.back().pattern);
      ASSERT_TRUE(id.ok()) << cases.back().pattern << ": " << id.error().message;
      ids.push_back(*id);
    }
    const auto set = builder.Compile();
    ASSERT_TRUE(set.ok()) << set.error().message;
    Scratch scratch;
    scratch.Reserve(**set);
    HitSet hits;
    for (size_t count = 0; count < kTextsPerSet; ++count) {
      const std::u32string text = RandomText(random, 6);
      hits.Reset((*set)->size());
      ASSERT_TRUE((*set)->Scan(ToUtf8(text), scratch, hits));
      for (size_t index = 0; index < cases.size(); ++index) {
        const bool expected = Expected(cases[index], text);
        ASSERT_EQ(hits.Contains(ids[index]), expected)
            << "seed " << kSeed << ", set " << round << ": /" << cases[index].pattern << "/ (kind "
            << static_cast<int>(cases[index].kind) << ") over `" << ToUtf8(text) << '`';
        if (cases[index].kind == PatternKind::kLucene) {
          const auto regex = TranslateLuceneRegex(cases[index].pattern);
          ASSERT_TRUE(regex.ok());
          ASSERT_EQ(regex->automaton.Matches(ToUtf8(text)), expected) << cases[index].pattern;
        }
        if (cases[index].kind == PatternKind::kJava) {
          const auto regex = JavaRegex::Compile(cases[index].pattern, JavaRegex::Case::kSensitive);
          ASSERT_TRUE(regex.ok());
          ASSERT_EQ(regex->MatchesWhole(ToUtf8(text), scratch), expected) << cases[index].pattern;
        }
        ++num_cases;
        num_matches += expected ? 1 : 0;
      }
    }
  }
  EXPECT_GE(num_cases, 10'000U);
  EXPECT_GE(num_matches, num_cases / 50) << "too few matches to mean anything";
}

}  // namespace
}  // namespace pkigate::match
