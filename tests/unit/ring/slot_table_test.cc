// SPDX-License-Identifier: Apache-2.0
#include "ring/slot_table.h"

#include <gtest/gtest.h>

#include <set>

namespace pkigate::ring {
namespace {

TEST(SlotTable, GivesOutEverySlotOnceAndThenNone) {
  SlotTable table(3);
  std::set<uint32_t> slots;
  for (int i = 0; i < 3; ++i) {
    const auto slot = table.Allocate();
    ASSERT_TRUE(slot.has_value());
    slots.insert(*slot);
  }
  EXPECT_EQ(slots, (std::set<uint32_t>{0, 1, 2}));
  EXPECT_FALSE(table.Allocate().has_value());
  EXPECT_EQ(table.in_use(), 3U);
  table.Free(1);
  EXPECT_EQ(table.in_use(), 2U);
  EXPECT_EQ(table.Allocate(), 1U);
  EXPECT_FALSE(table.Allocate().has_value());
}

TEST(SlotTable, AFreedSlotsOldGenerationIsRefused) {
  SlotTable table(2);
  const uint32_t slot = *table.Allocate();
  const uint32_t generation = table.Generation(slot);
  EXPECT_NE(generation, 0U);
  EXPECT_TRUE(table.Valid(slot, generation));
  EXPECT_TRUE(table.Valid(Tag{.kind = 7, .slot = slot, .generation = generation}));
  EXPECT_FALSE(table.Valid(slot, generation + 1));
  table.Free(slot);
  EXPECT_FALSE(table.Valid(slot, generation));
  EXPECT_FALSE(table.Valid(slot, table.Generation(slot))) << "nobody lives there yet";
  ASSERT_EQ(table.Allocate(), slot);
  EXPECT_FALSE(table.Valid(slot, generation));
  EXPECT_TRUE(table.Valid(slot, table.Generation(slot)));
}

TEST(SlotTable, NumbersFromOutsideAreRefused) {
  SlotTable table(2);
  EXPECT_FALSE(table.Valid(2, 1));
  EXPECT_FALSE(table.Valid(kTagSlots - 1, 1));
  EXPECT_FALSE(table.Valid(0, 0));
}

TEST(SlotTableDeathTest, FreeingTwiceIsOurMistake) {
  SlotTable table(2);
  const uint32_t slot = *table.Allocate();
  table.Free(slot);
  EXPECT_DEATH(table.Free(slot), "entry.in_use");
}

}  // namespace
}  // namespace pkigate::ring
