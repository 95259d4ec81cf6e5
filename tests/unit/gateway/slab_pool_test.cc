// SPDX-License-Identifier: Apache-2.0
#include "gateway/slab_pool.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>

namespace pkigate::gateway {
namespace {

void Put(InputSlab& input, std::string_view text, size_t capacity = 0) {
  const std::span<uint8_t> room = input.Room(capacity);
  ASSERT_GE(room.size(), text.size());
  std::memcpy(room.data(), text.data(), text.size());
  input.Commit(text.size());
}

TEST(InputSlab, IsAWindowThatMovesForward) {
  SlabPool pool(32, 1);
  InputSlab input(pool);
  EXPECT_TRUE(input.empty());
  Put(input, "hello ");
  Put(input, "world");
  input.Consume(6);
  EXPECT_EQ(input.text(), "world");
}

TEST(InputSlab, StartsAgainAtTheFrontOnceEmpty) {
  SlabPool pool(8, 1);
  InputSlab input(pool);
  Put(input, "12345678");
  EXPECT_TRUE(input.Room(0).empty());
  input.Consume(8);
  EXPECT_EQ(input.Room(0).size(), 8u);
}

TEST(InputSlab, MovesTextOnlyWhenTheCapacityAskedForIsNotThere) {
  SlabPool pool(16, 1);
  InputSlab input(pool);
  Put(input, "0123456789ab");
  input.Consume(10);
  const char* before = input.text().data();
  EXPECT_EQ(input.Room(6).size(), 4u);
  EXPECT_EQ(input.text().data(), before) << "6 bytes from the text on are there";
  EXPECT_EQ(input.Room(7).size(), 14u);
  EXPECT_NE(input.text().data(), before);
  EXPECT_EQ(input.text(), "ab");
}

TEST(InputSlab, GivesItsSlabBackForReuse) {
  SlabPool pool(16, 1);
  InputSlab first(pool);
  Put(first, "x");
  const char* slab = first.text().data();
  first.Consume(1);
  first.ReleaseIfEmpty();
  InputSlab second(pool);
  Put(second, "y");
  EXPECT_EQ(second.text().data(), slab);
}

TEST(InputSlabDeathTest, ConsumingMoreThanThereIsStopsTheProgram) {
  SlabPool pool(16, 1);
  InputSlab input(pool);
  Put(input, "x");
  EXPECT_DEATH(input.Consume(2), "num_bytes <= size");
}

}  // namespace
}  // namespace pkigate::gateway
