// SPDX-License-Identifier: Apache-2.0
//
// PatternSet: many patterns, tried on one text at once. Which matcher a pattern gets depends on its
// shape (io_uring.md, 14):
//
//   exact text                      a hash table
//   `prefix*suffix`, either empty   AffixTable: hash lookups, nothing to compile
//   other globs, Lucene regexes     Hyperscan, in shards that later sets share (shard_cache.h)
//   Lucene regexes it cannot do     LuceneAutomaton, one by one
//   Java regexes                    Hyperscan where it can, else PCRE2, one by one
//
// Every pattern is over the whole text and case-sensitive. Immutable; any number of threads may
// scan at once, each with a Scratch that has room reserved for this set.
//
// Tested against a plain reference matcher with random patterns and texts:
// tests/unit/match/pattern_set_test.cc.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "base/result.h"
#include "match/dialect_pattern.h"
#include "match/hit_set.h"
#include "match/scratch.h"
#include "match/shard_cache.h"

namespace pkigate::match {

class PatternSet {
 public:
  class Builder;

  PatternSet(const PatternSet&) = delete;
  PatternSet& operator=(const PatternSet&) = delete;
  ~PatternSet();

  // Ids are 0 to size() - 1.
  size_t size() const;

  // Whether a text can be judged at all: not longer than limits::kMatchedTextBytesMax, and UTF-8.
  static bool CanJudge(std::string_view text);

  // Adds the ids of all patterns that match `text` to `hits`, which was Reset for size(). False
  // when the text cannot be judged (CanJudge), or a backtracking match was given up. Then `hits`
  // may lack some, and who asks must refuse: a missing hit can also be what lets somebody in.
  [[nodiscard]] bool Scan(std::string_view text, Scratch& scratch, HitSet& hits) const;

 private:
  friend class Scratch;
  struct Parts;

  explicit PatternSet(std::unique_ptr<const Parts> parts);
  void ReserveIn(Scratch::State& state) const;

  std::unique_ptr<const Parts> parts_;
};

// Collects the patterns of a set.
class PatternSet::Builder {
 public:
  Builder();
  Builder(const Builder&) = delete;
  Builder& operator=(const Builder&) = delete;
  ~Builder();

  // The pattern's id; the same pattern added twice has one. Errors, by code: `pattern_invalid`,
  // `regex_invalid` (it means nothing in its dialect), `regex_unsupported`, `too_many_patterns`.
  Result<uint32_t> Add(PatternKind kind, std::string_view text);
  Result<uint32_t> Add(const DialectPattern& pattern) { return Add(pattern.kind, pattern.text); }

  // Takes seconds for thousands of general patterns that `cache` does not know. Leaves the builder
  // empty.
  Result<std::unique_ptr<const PatternSet>> Compile(ShardCache& cache);
  Result<std::unique_ptr<const PatternSet>> Compile();  // all anew

 private:
  struct Draft;
  std::unique_ptr<Draft> draft_;
};

}  // namespace pkigate::match
