// SPDX-License-Identifier: Apache-2.0
//
// Which shards a set takes over, masks, compiles and merges; then random edits, after each of which
// the set must answer as one that was compiled from nothing.
#include "match/shard_cache.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/limits.h"
#include "match/pattern_set.h"
#include "reference_matcher.h"

namespace pkigate::match {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

std::vector<std::string> Numbered(size_t first, size_t last) {
  std::vector<std::string> expressions;
  for (size_t number = first; number < last; ++number) {
    expressions.push_back("^(?:n" + std::to_string(number) + "-.)\\z");
  }
  return expressions;
}

std::vector<ShardUse> Covered(ShardCache& cache, const std::vector<std::string>& expressions) {
  auto uses = cache.Cover(expressions);
  EXPECT_TRUE(uses.ok());
  // Whatever the shards: each expression is reported once.
  std::vector<size_t> num_reports(expressions.size(), 0);
  for (const ShardUse& use : *uses) {
    EXPECT_EQ(use.indices.size(), use.shard->expressions().size());
    for (size_t place = 0; place < use.indices.size(); ++place) {
      if (use.indices[place] != ShardUse::kMasked) {
        EXPECT_EQ(use.shard->expressions()[place], expressions[use.indices[place]]);
        ++num_reports[use.indices[place]];
      }
    }
  }
  EXPECT_THAT(num_reports, testing::Each(1U));
  return std::move(uses).value();
}

TEST(ShardCache, NothingWantedNothingCompiled) {
  ShardCache cache;
  EXPECT_THAT(Covered(cache, {}), SizeIs(0));
  EXPECT_THAT(cache.shards(), SizeIs(0));
}

TEST(ShardCache, TakesOverWhatDidNotChange) {
  ShardCache cache;
  const auto before = Covered(cache, Numbered(0, 20));
  const auto after = Covered(cache, Numbered(0, 20));
  ASSERT_THAT(after, SizeIs(1));
  EXPECT_EQ(after[0].shard, before[0].shard);
}

TEST(ShardCache, AddedOnesGetAShardOfTheirOwnAndRemovedOnesAreMasked) {
  ShardCache cache;
  const auto before = Covered(cache, Numbered(0, 20));
  const auto after = Covered(cache, Numbered(5, 23));
  ASSERT_THAT(after, SizeIs(2));
  EXPECT_EQ(after[0].shard, before[0].shard);
  EXPECT_EQ(std::count(after[0].indices.begin(), after[0].indices.end(), ShardUse::kMasked), 5);
  EXPECT_EQ(after[1].shard->expressions(), Numbered(20, 23));
}

TEST(ShardCache, AShardOfWhichLessThanHalfIsWantedIsNotTakenOver) {
  ShardCache cache;
  const auto before = Covered(cache, Numbered(0, 20));
  EXPECT_EQ(Covered(cache, Numbered(10, 20))[0].shard, before[0].shard);
  const auto after = Covered(cache, Numbered(11, 20));
  ASSERT_THAT(after, SizeIs(1));
  EXPECT_NE(after[0].shard, before[0].shard);
  EXPECT_EQ(after[0].shard->expressions(), Numbered(11, 20));
}

TEST(ShardCache, SmallShardsAreMergedWhenThereAreTooMany) {
  ShardCache cache;
  std::vector<ShardUse> uses;
  for (size_t count = 1; count <= limits::kSmallShardsMax; ++count) {
    uses = Covered(cache, Numbered(0, 2 * count));
    EXPECT_THAT(uses, SizeIs(count));
  }
  const std::shared_ptr<const HyperscanShard> kept = uses[0].shard;
  uses = Covered(cache, Numbered(0, 2 * limits::kSmallShardsMax + 1));
  EXPECT_THAT(uses, SizeIs(limits::kSmallShardsMax / 2 + 1));
  EXPECT_EQ(uses[0].shard, kept) << "of shards of one size the older stay";
  EXPECT_THAT(uses.back().shard->expressions(), SizeIs(limits::kSmallShardsMax + 1));
}

TEST(ShardCache, AFullShardIsNeverMerged) {
  ShardCache cache;
  const size_t full = limits::kPatternsPerShardMax;
  const auto first = Covered(cache, Numbered(0, full));
  std::vector<ShardUse> uses;
  for (size_t count = 1; count <= limits::kSmallShardsMax + 1; ++count) {
    uses = Covered(cache, Numbered(0, full + count));
  }
  EXPECT_THAT(uses, SizeIs(1 + limits::kSmallShardsMax / 2 + 1));
  EXPECT_EQ(uses[0].shard, first[0].shard);
}

TEST(ShardCache, TrimDropsWhatNoSetHolds) {
  ShardCache cache;
  {
    const auto uses = Covered(cache, Numbered(0, 4));
    cache.Trim();
    EXPECT_THAT(cache.shards(), ElementsAre(uses[0].shard));
  }
  cache.Trim();
  EXPECT_THAT(cache.shards(), SizeIs(0));
}

TEST(ShardCache, WhatCannotBeCompiledIsSaidAndNotKept) {
  ShardCache cache;
  const std::vector<std::string> expressions = {"^(?:a)\\z", "^(?:(a)\\1)\\z"};
  const auto refused = cache.Cover(expressions);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(std::string(refused.error().code), "regex_unsupported");
  EXPECT_THAT(cache.shards(), SizeIs(0));
}

// --- random ------------------------------------------------------------------------------------

struct Pattern {
  PatternKind kind;
  std::string text;
  auto operator<=>(const Pattern&) const = default;
};

Pattern RandomPattern(Random& random) {
  switch (random() % 4) {
    case 0:
      return {PatternKind::kGlob,
              ToUtf8(RandomText(random, 3)) + "?" + ToUtf8(RandomText(random, 2)) + "*"};
    case 1:
      return {PatternKind::kJava, PrintJava(RandomNode(random, 3, /*lucene=*/false))};
    case 2:
      return {PatternKind::kLucene, PrintLucene(RandomNode(random, 3, /*lucene=*/true))};
    default:
      return {PatternKind::kLucene, PrintLucene(RandomBoolean(random, 2))};
  }
}

// The patterns that match each text.
std::vector<std::set<Pattern>> Answers(const std::set<Pattern>& patterns, ShardCache& cache,
                                       const std::vector<std::string>& texts,
                                       std::unique_ptr<const PatternSet>& set) {
  PatternSet::Builder builder;
  std::map<uint32_t, Pattern> by_id;
  for (const Pattern& pattern : patterns) {
    const auto id = builder.Add(pattern.kind, pattern.text);
    EXPECT_TRUE(id.ok()) << pattern.text;
    by_id[*id] = pattern;
  }
  auto compiled = builder.Compile(cache);
  EXPECT_TRUE(compiled.ok());
  set = std::move(compiled).value();
  Scratch scratch;
  scratch.Reserve(*set);
  std::vector<std::set<Pattern>> answers;
  HitSet hits;
  for (const std::string& text : texts) {
    hits.Reset(set->size());
    EXPECT_TRUE(set->Scan(text, scratch, hits));
    std::set<Pattern>& found = answers.emplace_back();
    for (const uint32_t id : hits.ids()) {
      found.insert(by_id.at(id));
    }
  }
  return answers;
}

TEST(ShardCache, AfterRandomEditsASetAnswersAsOneCompiledFromNothing) {
  constexpr uint32_t kSeed = 20261126;
  constexpr size_t kEdits = 120;
  Random random(kSeed);
  ShardCache cache;
  std::set<Pattern> patterns;
  std::unique_ptr<const PatternSet> set;  // the one in force, as the policy would hold it
  size_t num_matches = 0;
  size_t num_shared = 0;  // edits after which a shard of the set before was still in use
  for (size_t edit = 0; edit < kEdits; ++edit) {
    const size_t num_removed = random() % 10 == 0 ? patterns.size() / 2 : random() % 3;
    for (size_t count = 0; count < num_removed && !patterns.empty(); ++count) {
      patterns.erase(
          std::next(patterns.begin(), static_cast<std::ptrdiff_t>(random() % patterns.size())));
    }
    for (size_t count = random() % 5; count > 0; --count) {
      patterns.insert(RandomPattern(random));
    }
    std::vector<std::string> texts;
    for (size_t count = 0; count < 20; ++count) {
      texts.push_back(ToUtf8(RandomText(random, 5)));
    }
    std::set<const HyperscanShard*> before;  // by address: to hold one would keep it from Trim
    for (const auto& shard : cache.shards()) {
      before.insert(shard.get());
    }
    std::unique_ptr<const PatternSet> next;
    const auto answers = Answers(patterns, cache, texts, next);
    set = std::move(next);
    cache.Trim();
    num_shared += std::any_of(cache.shards().begin(), cache.shards().end(),
                              [&](const auto& shard) { return before.contains(shard.get()); })
                      ? 1
                      : 0;
    EXPECT_LE(cache.shards().size(), limits::kSmallShardsMax);
    ShardCache none;
    std::unique_ptr<const PatternSet> cold;
    ASSERT_EQ(answers, Answers(patterns, none, texts, cold)) << "seed " << kSeed << ", " << edit;
    for (const std::set<Pattern>& found : answers) {
      num_matches += found.size();
    }
  }
  EXPECT_GE(num_matches, kEdits) << "too few matches to mean anything";
  EXPECT_GE(num_shared, kEdits / 2) << "too few shards taken over to mean anything";
}

}  // namespace
}  // namespace pkigate::match
