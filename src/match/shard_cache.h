// SPDX-License-Identifier: Apache-2.0
//
// ShardCache: the compiled shards of pattern sets, for the sets that come after them. Compiling is
// what a change of policy waits for, and most changes leave nearly all patterns as they were. So a
// new set takes over
//
//   - each shard at least half of whose expressions it has; the others are masked: found and not
//     reported,
//   - and compiles what then is missing, however little, into a shard of its own.
//
// A set thus consists of full shards and some small ones. When there are more than
// limits::kSmallShardsMax of the latter, the smaller half of them is compiled again as one, so that
// an expression is compiled a number of times that grows with the logarithm of the edits.
//
// One thread's: who compiles policies again and again. Tested by random edits against a cold
// compile: tests/unit/match/shard_cache_test.cc.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "match/hyperscan_shard.h"

namespace pkigate::match {

// A shard as one set uses it.
struct ShardUse {
  static constexpr uint32_t kMasked = UINT32_MAX;

  std::shared_ptr<const HyperscanShard> shard;
  // By the shard's expression: the index of the same one in the set, or kMasked.
  std::vector<uint32_t> indices;
};

class ShardCache {
 public:
  ShardCache() = default;
  ShardCache(const ShardCache&) = delete;
  ShardCache& operator=(const ShardCache&) = delete;

  // Shards in which each of `expressions`, which are distinct and passed HyperscanShard::Check, is
  // found exactly once. Seconds for thousands of new ones. What was compiled is kept.
  Result<std::vector<ShardUse>> Cover(std::span<const std::string> expressions);

  // One that was compiled by an earlier process.
  void Add(std::shared_ptr<const HyperscanShard> shard);

  // Drops the shards that no pattern set holds any more. Call it when a new policy is in force, or
  // was given up.
  void Trim();

  const std::vector<std::shared_ptr<const HyperscanShard>>& shards() const { return shards_; }

 private:
  std::vector<std::shared_ptr<const HyperscanShard>> shards_;
};

}  // namespace pkigate::match
