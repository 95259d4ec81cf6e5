// SPDX-License-Identifier: Apache-2.0
//
// Text with exactly the padding that the scans may read, on the heap: AddressSanitizer reports a
// scan that goes further. The padding holds bytes of every kind, which must not matter.
#pragma once

#include <cstring>
#include <memory>
#include <string_view>

#include "http/scan.h"

namespace pkigate::http {

class Padded {
 public:
  explicit Padded(std::string_view text)
      : bytes_(new char[text.size() + kPaddingBytes]), size_(text.size()) {
    std::memcpy(bytes_.get(), text.data(), text.size());
    for (size_t index = 0; index < kPaddingBytes; ++index) {
      bytes_[size_ + index] = "\r\n:a \t\0\x80"[index % 8];
    }
  }
  std::string_view text() const { return {bytes_.get(), size_}; }

 private:
  std::unique_ptr<char[]> bytes_;
  size_t size_;
};

}  // namespace pkigate::http
