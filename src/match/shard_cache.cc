// SPDX-License-Identifier: Apache-2.0
#include "match/shard_cache.h"

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/limits.h"

namespace pkigate::match {

namespace {

// The expressions of a set, and which of them have a shard.
class Wanted {
 public:
  explicit Wanted(std::span<const std::string> expressions)
      : expressions_(expressions), covered_(expressions.size(), false) {
    indices_.reserve(expressions.size());
    for (uint32_t index = 0; index < expressions.size(); ++index) {
      indices_.emplace(expressions[index], index);
    }
  }

  // How many of the shard's expressions are wanted and have none yet.
  size_t CountMissing(const HyperscanShard& shard) const {
    return static_cast<size_t>(std::count_if(
        shard.expressions().begin(), shard.expressions().end(), [this](const std::string& text) {
          const auto place = indices_.find(text);
          return place != indices_.end() && !covered_[place->second];
        }));
  }

  ShardUse Use(std::shared_ptr<const HyperscanShard> shard) {
    ShardUse use{std::move(shard), {}};
    for (const std::string& text : use.shard->expressions()) {
      const auto place = indices_.find(text);
      const bool missing = place != indices_.end() && !covered_[place->second];
      use.indices.push_back(missing ? place->second : ShardUse::kMasked);
      if (missing) {
        covered_[place->second] = true;
      }
    }
    return use;
  }

  // Takes back what Use said.
  void GiveUp(const ShardUse& use) {
    for (const uint32_t index : use.indices) {
      if (index != ShardUse::kMasked) {
        covered_[index] = false;
      }
    }
  }

  std::vector<std::string> Missing() const {
    std::vector<std::string> missing;
    for (size_t index = 0; index < covered_.size(); ++index) {
      if (!covered_[index]) {
        missing.push_back(expressions_[index]);
      }
    }
    return missing;
  }

 private:
  const std::span<const std::string> expressions_;
  std::unordered_map<std::string_view, uint32_t> indices_;
  std::vector<bool> covered_;
};

size_t NumReported(const ShardUse& use) {
  return use.indices.size() -
         static_cast<size_t>(std::count(use.indices.begin(), use.indices.end(), ShardUse::kMasked));
}

bool IsSmall(const ShardUse& use) { return NumReported(use) <= limits::kPatternsPerShardMax / 2; }

// Gives up the smaller half of the small shards if, with one for what is missing, there would be
// too many. `uses` is sorted, largest first.
void GiveUpSmall(Wanted& wanted, std::vector<ShardUse>& uses) {
  const auto num_small = static_cast<size_t>(std::count_if(uses.begin(), uses.end(), IsSmall));
  const size_t num_new = wanted.Missing().empty() ? 0 : 1;
  if (num_small + num_new <= limits::kSmallShardsMax) {
    return;
  }
  for (size_t count = (num_small + 1) / 2; count > 0; --count) {
    wanted.GiveUp(uses.back());
    uses.pop_back();
  }
}

}  // namespace

Result<std::vector<ShardUse>> ShardCache::Cover(std::span<const std::string> expressions) {
  Wanted wanted(expressions);
  struct Candidate {
    size_t num_wanted;
    std::shared_ptr<const HyperscanShard> shard;
  };
  std::vector<Candidate> candidates;
  for (const std::shared_ptr<const HyperscanShard>& shard : shards_) {
    candidates.push_back({wanted.CountMissing(*shard), shard});
  }
  std::stable_sort(
      candidates.begin(), candidates.end(),
      [](const Candidate& a, const Candidate& b) { return a.num_wanted > b.num_wanted; });
  std::vector<ShardUse> uses;
  for (Candidate& candidate : candidates) {
    // Those that come before it may have taken some of its expressions.
    const size_t num_missing = wanted.CountMissing(*candidate.shard);
    if (num_missing != 0 && num_missing * 2 >= candidate.shard->expressions().size()) {
      uses.push_back(wanted.Use(std::move(candidate.shard)));
    }
  }
  std::stable_sort(uses.begin(), uses.end(), [](const ShardUse& a, const ShardUse& b) {
    return NumReported(a) > NumReported(b);
  });
  GiveUpSmall(wanted, uses);

  const std::vector<std::string> missing = wanted.Missing();
  for (size_t first = 0; first < missing.size(); first += limits::kPatternsPerShardMax) {
    const size_t count = std::min(limits::kPatternsPerShardMax, missing.size() - first);
    const auto begin = missing.begin() + static_cast<std::ptrdiff_t>(first);
    std::shared_ptr<const HyperscanShard> shard =
        PKIGATE_TRY(HyperscanShard::Compile({begin, begin + static_cast<std::ptrdiff_t>(count)}));
    shards_.push_back(shard);
    uses.push_back(wanted.Use(std::move(shard)));
  }
  return uses;
}

void ShardCache::Add(std::shared_ptr<const HyperscanShard> shard) {
  shards_.push_back(std::move(shard));
}

void ShardCache::Trim() {
  std::erase_if(shards_, [](const auto& shard) { return shard.use_count() == 1; });
}

}  // namespace pkigate::match
