// SPDX-License-Identifier: Apache-2.0
//
// ChunkQueue holds bytes on their way out: a list of fixed-size chunks, appended at the tail,
// gathered into iovecs and consumed at the head. Bytes never move once appended, so a send may be
// in flight over the head while the tail grows.
//
// Chunks come from a ChunkPool, one per worker, which keeps a bounded number for reuse; a worker
// that is warm allocates nothing per request.
#pragma once

#include <sys/uio.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/assert.h"
#include "base/limits.h"

namespace pkigate {

struct Chunk {
  Chunk* next = nullptr;
  uint32_t begin = 0;  // first byte not yet consumed
  uint32_t end = 0;    // one past the last byte written
  std::array<uint8_t, limits::kChunkBytes> bytes;
};

// Keeps freed chunks for the next taker. Not thread-safe: one per worker. Must outlive its queues.
class ChunkPool {
 public:
  // `num_kept_max`: chunks kept for reuse; more are returned to the allocator.
  explicit ChunkPool(size_t num_kept_max) : num_kept_max_(num_kept_max) {}
  ChunkPool(const ChunkPool&) = delete;
  ChunkPool& operator=(const ChunkPool&) = delete;
  ~ChunkPool();

  Chunk* Take();
  void Give(Chunk* chunk);
  size_t num_taken() const { return num_taken_; }

 private:
  Chunk* free_ = nullptr;
  size_t num_kept_ = 0;
  size_t num_kept_max_;
  size_t num_taken_ = 0;
};

class ChunkQueue {
 public:
  explicit ChunkQueue(ChunkPool& pool) : pool_(&pool) {}
  ChunkQueue(const ChunkQueue&) = delete;
  ChunkQueue& operator=(const ChunkQueue&) = delete;
  ~ChunkQueue() { Clear(); }

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  void Append(std::span<const uint8_t> bytes);
  void Append(std::string_view text) {
    Append({reinterpret_cast<const uint8_t*>(text.data()), text.size()});
  }

  // Room at the tail, at least one byte: for writers that fill in place. What was written is
  // announced with Commit before the next call.
  std::span<uint8_t> Tail();
  void Commit(size_t num_bytes);

  // Fills `out` with up to out.size() pieces from the head and returns how many. The pieces stay
  // valid until those bytes are consumed.
  size_t Gather(std::span<iovec> out) const;
  // The first contiguous piece.
  std::span<const uint8_t> Front() const;
  // Drops bytes from the head, num_bytes <= size().
  void Consume(size_t num_bytes);
  void Clear();

 private:
  ChunkPool* pool_;
  Chunk* head_ = nullptr;
  Chunk* tail_ = nullptr;
  size_t size_ = 0;
};

}  // namespace pkigate
