// SPDX-License-Identifier: Apache-2.0
#include "ring/tag.h"

#include <gtest/gtest.h>

namespace pkigate::ring {
namespace {

TEST(Tag, PacksIntoTheDocumentedBits) {
  const Tag tag{.kind = 0xAB, .slot = 0x123456, .generation = 0x89ABCDEF};
  EXPECT_EQ(tag.Pack(), 0xAB12345689ABCDEFU);
  EXPECT_EQ(Tag::Unpack(0xAB12345689ABCDEFU), tag);
}

TEST(Tag, ExtremesSurvive) {
  for (const Tag& tag : {Tag{}, Tag{.kind = 0xFF, .slot = kTagSlots - 1, .generation = ~0U},
                         Tag{.kind = 0, .slot = kTagSlots - 1, .generation = 0},
                         Tag{.kind = 1, .slot = 0, .generation = ~0U}}) {
    EXPECT_EQ(Tag::Unpack(tag.Pack()), tag);
  }
}

TEST(TagDeathTest, ASlotThatDoesNotFitIsOurMistake) {
  const Tag tag{.kind = 1, .slot = kTagSlots, .generation = 0};
  EXPECT_DEATH(static_cast<void>(tag.Pack()), "slot < kTagSlots");
}

}  // namespace
}  // namespace pkigate::ring
