// SPDX-License-Identifier: Apache-2.0
#include "match/affix_table.h"

#include <algorithm>

namespace pkigate::match {

namespace {

void InsertSorted(std::vector<size_t>& lengths, size_t length) {
  const auto place = std::lower_bound(lengths.begin(), lengths.end(), length);
  if (place == lengths.end() || *place != length) {
    lengths.insert(place, length);
  }
}

}  // namespace

void AffixTable::Add(const Glob::Affixes& affixes, uint32_t id) {
  InsertSorted(prefix_lengths_, affixes.prefix.size());
  Suffixes& suffixes = prefixes_[affixes.prefix];
  InsertSorted(suffixes.lengths, affixes.suffix.size());
  suffixes.ids[affixes.suffix].push_back(id);
}

void AffixTable::Find(std::string_view text, HitSet& hits) const {
  for (const size_t prefix_length : prefix_lengths_) {
    if (prefix_length > text.size()) {
      return;
    }
    const auto prefix = prefixes_.find(text.substr(0, prefix_length));
    if (prefix == prefixes_.end()) {
      continue;
    }
    const std::string_view rest = text.substr(prefix_length);
    for (const size_t suffix_length : prefix->second.lengths) {
      if (suffix_length > rest.size()) {
        break;
      }
      const auto suffix = prefix->second.ids.find(rest.substr(rest.size() - suffix_length));
      if (suffix == prefix->second.ids.end()) {
        continue;
      }
      for (const uint32_t id : suffix->second) {
        hits.Add(id);
      }
    }
  }
}

}  // namespace pkigate::match
