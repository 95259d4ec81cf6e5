// SPDX-License-Identifier: Apache-2.0
//
// Tag: what an operation is about, in 64 bits: `kind:8 | slot:24 | generation:32`. A tag names its
// owner by slot and generation, never by address: a completion that arrives after its connection
// was freed finds another generation in the slot and is dropped (the dropper still owns what the
// completion carries, see Completion in ring.h).
#pragma once

#include <cstdint>

#include "base/assert.h"

namespace pkigate::ring {

// Kinds from here on belong to the ring itself; its users choose theirs below.
inline constexpr uint8_t kReservedKinds = 0xF0;

inline constexpr uint32_t kTagSlots = 1U << 24;

struct Tag {
  uint8_t kind = 0;
  uint32_t slot = 0;  // below kTagSlots
  uint32_t generation = 0;

  constexpr uint64_t Pack() const {
    PKIGATE_ASSERT(slot < kTagSlots);
    return uint64_t{kind} << 56 | uint64_t{slot} << 32 | generation;
  }
  static constexpr Tag Unpack(uint64_t packed) {
    return Tag{.kind = static_cast<uint8_t>(packed >> 56),
               .slot = static_cast<uint32_t>(packed >> 32) & (kTagSlots - 1),
               .generation = static_cast<uint32_t>(packed)};
  }

  bool operator==(const Tag&) const = default;
};

}  // namespace pkigate::ring
