// SPDX-License-Identifier: Apache-2.0
//
// SlotTable: which of a fixed number of slots are in use, and for the how-manieth time. A slot and
// its generation name an object for as long as it lives and nothing afterwards, which is what makes
// late completions and messages harmless (tag.h). The objects themselves stand elsewhere, in a
// vector of the same size.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/assert.h"
#include "ring/tag.h"

namespace pkigate::ring {

class SlotTable {
 public:
  explicit SlotTable(uint32_t capacity) : entries_(capacity) {
    PKIGATE_ASSERT(capacity > 0);
    PKIGATE_ASSERT(capacity <= kTagSlots);
    for (uint32_t slot = 0; slot < capacity; ++slot) {
      entries_[slot].next_free = slot + 1;  // the last one points past the end: none
    }
  }

  // A free slot, or none when all are taken. The one freed last comes first: its memory is warm.
  std::optional<uint32_t> Allocate() {
    if (first_free_ == entries_.size()) {
      return std::nullopt;
    }
    const uint32_t slot = first_free_;
    first_free_ = entries_[slot].next_free;
    entries_[slot].in_use = true;
    ++in_use_;
    return slot;
  }

  // Ends the slot's generation: from now on Valid refuses what was tagged with it.
  void Free(uint32_t slot) {
    PKIGATE_ASSERT(slot < entries_.size());
    Entry& entry = entries_[slot];
    PKIGATE_ASSERT(entry.in_use);
    entry.in_use = false;
    ++entry.generation;
    if (entry.generation == 0) {
      entry.generation = 1;  // 0 stays "never given out", also after four thousand million uses
    }
    entry.next_free = first_free_;
    first_free_ = slot;
    --in_use_;
  }

  // The generation to tag operations of this slot with; never 0.
  uint32_t Generation(uint32_t slot) const {
    PKIGATE_ASSERT(slot < entries_.size());
    return entries_[slot].generation;
  }

  // Whether `slot` is in use and still for the same object. Any numbers may be asked about.
  bool Valid(uint32_t slot, uint32_t generation) const {
    return slot < entries_.size() && entries_[slot].in_use &&
           entries_[slot].generation == generation;
  }
  bool Valid(const Tag& tag) const { return Valid(tag.slot, tag.generation); }

  uint32_t in_use() const { return in_use_; }
  uint32_t capacity() const { return static_cast<uint32_t>(entries_.size()); }

 private:
  struct Entry {
    uint32_t generation = 1;
    uint32_t next_free = 0;
    bool in_use = false;
  };

  std::vector<Entry> entries_;
  uint32_t first_free_ = 0;
  uint32_t in_use_ = 0;
};

}  // namespace pkigate::ring
