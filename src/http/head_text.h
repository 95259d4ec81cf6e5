// SPDX-License-Identifier: Apache-2.0
//
// HeadText appends text to a ChunkQueue in place: many short pieces cost a copy each and no more.
// What was appended is in the queue once the object is gone; meanwhile nobody else may use it.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

#include "base/chunk_queue.h"

namespace pkigate::http {

class HeadText {
 public:
  explicit HeadText(ChunkQueue& out) : out_(&out), tail_(out.Tail()) {}
  HeadText(const HeadText&) = delete;
  HeadText& operator=(const HeadText&) = delete;
  ~HeadText() { out_->Commit(num_used_); }

  HeadText& operator<<(std::string_view text) {
    while (text.size() > tail_.size() - num_used_) {
      const size_t fits = tail_.size() - num_used_;
      Copy(text.substr(0, fits));
      out_->Commit(num_used_);
      tail_ = out_->Tail();
      num_used_ = 0;
      text.remove_prefix(fits);
    }
    Copy(text);
    return *this;
  }

  HeadText& operator<<(uint64_t number) {
    std::array<char, 20> digits;
    size_t begin = digits.size();
    do {
      digits[--begin] = static_cast<char>('0' + number % 10);
      number /= 10;
    } while (number != 0);
    return *this << std::string_view(digits.data() + begin, digits.size() - begin);
  }

 private:
  void Copy(std::string_view text) {
    if (text.empty()) {
      return;
    }
    std::memcpy(tail_.data() + num_used_, text.data(), text.size());
    num_used_ += text.size();
  }

  ChunkQueue* out_;
  std::span<uint8_t> tail_;
  size_t num_used_ = 0;
};

}  // namespace pkigate::http
