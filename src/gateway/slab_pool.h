// SPDX-License-Identifier: Apache-2.0
//
// SlabPool lends fixed-size contiguous buffers in which message heads are collected and parsed. A
// connection holds one only while it has unconsumed input, so an idle connection holds none.
//
// Every slab is followed by kPaddingBytes readable bytes: vector scans may read past the text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/assert.h"

namespace pkigate::gateway {

class SlabPool {
 public:
  static constexpr size_t kPaddingBytes = 64;

  // `slab_bytes`: usable size of each; `num_kept_max`: how many freed ones are kept for reuse.
  SlabPool(size_t slab_bytes, size_t num_kept_max)
      : slab_bytes_(slab_bytes), num_kept_max_(num_kept_max) {}
  SlabPool(const SlabPool&) = delete;
  SlabPool& operator=(const SlabPool&) = delete;

  size_t slab_bytes() const { return slab_bytes_; }
  std::unique_ptr<char[]> Take() {
    if (free_.empty()) {
      // Zeroed: a scan that overruns the text must not read memory nobody wrote.
      return std::make_unique<char[]>(slab_bytes_ + kPaddingBytes);
    }
    std::unique_ptr<char[]> slab = std::move(free_.back());
    free_.pop_back();
    return slab;
  }
  void Give(std::unique_ptr<char[]> slab) {
    if (free_.size() < num_kept_max_) {
      free_.push_back(std::move(slab));
    }
  }

 private:
  size_t slab_bytes_;
  size_t num_kept_max_;
  std::vector<std::unique_ptr<char[]>> free_;
};

// The unconsumed input of one connection: a window [begin, end) into a slab.
class InputSlab {
 public:
  explicit InputSlab(SlabPool& pool) : pool_(&pool) {}
  InputSlab(const InputSlab&) = delete;
  InputSlab& operator=(const InputSlab&) = delete;
  ~InputSlab() { Clear(); }

  std::string_view text() const { return {slab_.get() + begin_, end_ - begin_}; }
  std::span<const uint8_t> bytes() const {
    return {reinterpret_cast<const uint8_t*>(slab_.get()) + begin_, end_ - begin_};
  }
  bool empty() const { return begin_ == end_; }
  size_t size() const { return end_ - begin_; }

  // Free space behind the text; empty when the slab is full. The text is moved to the front (so
  // views into it die) if text and space together would be less than `capacity`; 0: never moved.
  std::span<uint8_t> Room(size_t capacity) {
    if (slab_ == nullptr) {
      slab_ = pool_->Take();
      begin_ = end_ = 0;
    }
    if (begin_ == end_) {
      begin_ = end_ = 0;
    } else if (begin_ > 0 && pool_->slab_bytes() - begin_ < capacity) {
      std::memmove(slab_.get(), slab_.get() + begin_, end_ - begin_);
      end_ -= begin_;
      begin_ = 0;
    }
    return {reinterpret_cast<uint8_t*>(slab_.get()) + end_, pool_->slab_bytes() - end_};
  }
  void Commit(size_t num_bytes) {
    PKIGATE_ASSERT(slab_ != nullptr && end_ + num_bytes <= pool_->slab_bytes());
    end_ += num_bytes;
  }
  void Consume(size_t num_bytes) {
    PKIGATE_ASSERT(num_bytes <= size());
    begin_ += num_bytes;
  }
  // Gives the slab back when nothing is left in it.
  void ReleaseIfEmpty() {
    if (empty()) {
      Clear();
    }
  }
  void Clear() {
    if (slab_ != nullptr) {
      pool_->Give(std::move(slab_));
    }
    begin_ = end_ = 0;
  }

 private:
  SlabPool* pool_;
  std::unique_ptr<char[]> slab_;
  size_t begin_ = 0;
  size_t end_ = 0;
};

}  // namespace pkigate::gateway
