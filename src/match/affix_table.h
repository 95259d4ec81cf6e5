// SPDX-License-Identifier: Apache-2.0
//
// AffixTable finds, for a text, all patterns of the shape `prefix*suffix`, `prefix*`, `*suffix` and
// `*`: those that DNs are mostly matched with. A hash lookup per distinct prefix length and, below
// each prefix found, per distinct suffix length; so the cost grows with the number of lengths in
// use, not with the number of patterns, and nothing has to be compiled (io_uring.md, 14: literals
// with long common tails are what Hyperscan is slow at).
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "match/glob.h"
#include "match/hit_set.h"

namespace pkigate::match {

// Looks up strings by string_view without making a string.
struct TextHash {
  using is_transparent = void;
  size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};
template <typename Value>
using TextMap = std::unordered_map<std::string, Value, TextHash, std::equal_to<>>;

class AffixTable {
 public:
  void Add(const Glob::Affixes& affixes, uint32_t id);
  // Adds the ids of all patterns that match all of `text`.
  void Find(std::string_view text, HitSet& hits) const;

 private:
  // Sorted, without duplicates.
  using Lengths = std::vector<size_t>;
  struct Suffixes {
    Lengths lengths;
    TextMap<std::vector<uint32_t>> ids;
  };

  Lengths prefix_lengths_;
  TextMap<Suffixes> prefixes_;
};

}  // namespace pkigate::match
