// SPDX-License-Identifier: Apache-2.0
#include "base/chunk_queue.h"

#include <algorithm>
#include <cstring>

namespace pkigate {

ChunkPool::~ChunkPool() {
  PKIGATE_ASSERT(num_taken_ == 0);
  while (free_ != nullptr) {
    Chunk* next = free_->next;
    delete free_;
    free_ = next;
  }
}

Chunk* ChunkPool::Take() {
  ++num_taken_;
  if (free_ == nullptr) {
    return new Chunk;
  }
  Chunk* chunk = free_;
  free_ = chunk->next;
  --num_kept_;
  chunk->next = nullptr;
  chunk->begin = 0;
  chunk->end = 0;
  return chunk;
}

void ChunkPool::Give(Chunk* chunk) {
  PKIGATE_ASSERT(num_taken_ > 0);
  --num_taken_;
  if (num_kept_ >= num_kept_max_) {
    delete chunk;
    return;
  }
  chunk->next = free_;
  free_ = chunk;
  ++num_kept_;
}

std::span<uint8_t> ChunkQueue::Tail() {
  if (tail_ == nullptr || tail_->end == tail_->bytes.size()) {
    Chunk* chunk = pool_->Take();
    (tail_ == nullptr ? head_ : tail_->next) = chunk;
    tail_ = chunk;
  }
  return std::span(tail_->bytes).subspan(tail_->end);
}

void ChunkQueue::Commit(size_t num_bytes) {
  PKIGATE_ASSERT(tail_ != nullptr && tail_->end + num_bytes <= tail_->bytes.size());
  tail_->end += static_cast<uint32_t>(num_bytes);
  size_ += num_bytes;
}

void ChunkQueue::Append(std::span<const uint8_t> bytes) {
  while (!bytes.empty()) {
    const std::span<uint8_t> room = Tail();
    const size_t piece = std::min(room.size(), bytes.size());
    std::memcpy(room.data(), bytes.data(), piece);
    Commit(piece);
    bytes = bytes.subspan(piece);
  }
}

size_t ChunkQueue::Gather(std::span<iovec> out) const {
  size_t count = 0;
  for (Chunk* chunk = head_; chunk != nullptr && count < out.size(); chunk = chunk->next) {
    if (chunk->end > chunk->begin) {
      out[count++] = {chunk->bytes.data() + chunk->begin, chunk->end - chunk->begin};
    }
  }
  return count;
}

std::span<const uint8_t> ChunkQueue::Front() const {
  if (head_ == nullptr) {
    return {};
  }
  return std::span<const uint8_t>(head_->bytes).subspan(head_->begin, head_->end - head_->begin);
}

void ChunkQueue::Consume(size_t num_bytes) {
  PKIGATE_ASSERT(num_bytes <= size_);
  size_ -= num_bytes;
  while (head_ != nullptr) {
    const size_t piece = std::min<size_t>(num_bytes, head_->end - head_->begin);
    head_->begin += static_cast<uint32_t>(piece);
    num_bytes -= piece;
    if (head_->begin != head_->end) {
      return;
    }
    // An empty chunk goes back at once, also the last one: an idle connection holds none.
    Chunk* next = head_->next;
    pool_->Give(head_);
    head_ = next;
    if (head_ == nullptr) {
      tail_ = nullptr;
    }
  }
}

void ChunkQueue::Clear() { Consume(size_); }

}  // namespace pkigate
