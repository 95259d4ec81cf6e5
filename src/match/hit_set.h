// SPDX-License-Identifier: Apache-2.0
//
// HitSet: which patterns of one set were found, over one or several scans.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/assert.h"

namespace pkigate::match {

class HitSet {
 public:
  // Empty, for a set of `num_patterns`. Cost: the hits there were, not the patterns.
  void Reset(size_t num_patterns) {
    for (const uint32_t id : ids_) {
      present_[id] = false;
    }
    ids_.clear();
    num_patterns_ = num_patterns;
    if (present_.size() < num_patterns) {  // never less, as the next set may be larger again
      present_.resize(num_patterns, false);
    }
  }

  void Add(uint32_t id) {
    PKIGATE_ASSERT(id < num_patterns_);
    if (!present_[id]) {
      present_[id] = true;
      ids_.push_back(id);
    }
  }

  bool Contains(uint32_t id) const { return id < num_patterns_ && present_[id]; }
  std::span<const uint32_t> ids() const { return ids_; }  // in no particular order

 private:
  size_t num_patterns_ = 0;
  std::vector<bool> present_;
  std::vector<uint32_t> ids_;
};

}  // namespace pkigate::match
