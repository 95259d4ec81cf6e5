// SPDX-License-Identifier: Apache-2.0
#include "base/chunk_queue.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pkigate {
namespace {

std::string Drain(ChunkQueue& queue) {
  std::string text;
  while (!queue.empty()) {
    const std::span<const uint8_t> front = queue.Front();
    text.append(reinterpret_cast<const char*>(front.data()), front.size());
    queue.Consume(front.size());
  }
  return text;
}

TEST(ChunkQueue, KeepsOrderOverManyChunks) {
  ChunkPool pool(2);
  ChunkQueue queue(pool);
  std::string expected;
  for (int index = 0; index < 9000; ++index) {
    const std::string piece = std::to_string(index) + ",";
    queue.Append(piece);
    expected += piece;
  }
  EXPECT_EQ(queue.size(), expected.size());
  EXPECT_GT(pool.num_taken(), 1u);
  EXPECT_EQ(Drain(queue), expected);
  EXPECT_EQ(pool.num_taken(), 0u) << "an empty queue holds no chunk";
}

TEST(ChunkQueue, GatheredBytesStayPutWhileTheTailGrows) {
  ChunkPool pool(4);
  ChunkQueue queue(pool);
  queue.Append("head");
  iovec pieces[4];
  ASSERT_EQ(queue.Gather(pieces), 1u);
  const void* before = pieces[0].iov_base;
  queue.Append(std::string(limits::kChunkBytes * 2, 'x'));
  ASSERT_EQ(queue.Gather(pieces), 3u);
  EXPECT_EQ(pieces[0].iov_base, before);
  queue.Consume(4);
  ASSERT_EQ(queue.Gather(pieces), 3u);
  EXPECT_EQ(*static_cast<const char*>(pieces[0].iov_base), 'x');
}

TEST(ChunkQueue, GatherStopsAtTheRoomGiven) {
  ChunkPool pool(4);
  ChunkQueue queue(pool);
  queue.Append(std::string(limits::kChunkBytes * 3, 'x'));
  iovec pieces[2];
  EXPECT_EQ(queue.Gather(pieces), 2u);
}

TEST(ChunkQueue, WritesInPlaceThroughTail) {
  ChunkPool pool(1);
  ChunkQueue queue(pool);
  const std::span<uint8_t> room = queue.Tail();
  room[0] = 'o';
  room[1] = 'k';
  queue.Commit(2);
  EXPECT_EQ(Drain(queue), "ok");
}

TEST(ChunkQueue, UnusedTailGoesBackOnClear) {
  ChunkPool pool(1);
  ChunkQueue queue(pool);
  (void)queue.Tail();
  EXPECT_EQ(pool.num_taken(), 1u);
  queue.Clear();
  EXPECT_EQ(pool.num_taken(), 0u);
}

TEST(ChunkQueueDeathTest, ConsumingMoreThanThereIsStopsTheProgram) {
  ChunkPool pool(1);
  ChunkQueue queue(pool);
  queue.Append("abc");
  EXPECT_DEATH(queue.Consume(4), "num_bytes <= size_");
  queue.Clear();
}

}  // namespace
}  // namespace pkigate
