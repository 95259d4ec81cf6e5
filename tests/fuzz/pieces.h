// SPDX-License-Identifier: Apache-2.0
//
// Cuts a fuzz input in two: a few bytes that say how the rest arrives, and the rest.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace pkigate {

class Pieces {
 public:
  // The first byte is for the target's own choices, the next three give lengths of pieces.
  Pieces(const uint8_t* data, size_t size)
      : control_(data, std::min<size_t>(size, 4)),
        text_(reinterpret_cast<const char*>(data) + control_.size(), size - control_.size()) {}

  uint8_t choice() const { return control_.empty() ? 0 : control_[0]; }
  std::string_view text() const { return text_; }

  // Where the next piece ends, given that `num_bytes` have arrived; the lengths take turns.
  size_t NextEnd(size_t num_bytes) {
    const size_t piece = control_.size() < 4 ? text_.size() : control_[1 + turn_++ % 3];
    return std::min(text_.size(), num_bytes + std::max<size_t>(1, piece));
  }

 private:
  std::span<const uint8_t> control_;
  std::string_view text_;
  size_t turn_ = 0;
};

}  // namespace pkigate
