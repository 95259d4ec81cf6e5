// SPDX-License-Identifier: Apache-2.0
//
// Secret: a password or key that has to be kept for a while. It leaves nothing behind: the bytes
// are overwritten when it ends, and moving it moves the one copy (a std::string that is moved may
// leave a short text where it was).
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

namespace pkigate {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string_view text) : bytes_(new char[text.size()]), size_(text.size()) {
    std::memcpy(bytes_.get(), text.data(), text.size());
  }
  Secret(Secret&& other) noexcept
      : bytes_(std::move(other.bytes_)), size_(std::exchange(other.size_, 0)) {}
  Secret& operator=(Secret&& other) noexcept {
    if (this != &other) {
      Wipe();
      bytes_ = std::move(other.bytes_);
      size_ = std::exchange(other.size_, 0);
    }
    return *this;
  }
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret() { Wipe(); }

  // Valid until the secret is moved or ends.
  std::string_view view() const { return {bytes_.get(), size_}; }

 private:
  // explicit_bzero: the compiler may leave out any other way of writing to what is about to go.
  void Wipe() {
    if (bytes_ != nullptr) {
      ::explicit_bzero(bytes_.get(), size_);
    }
  }

  std::unique_ptr<char[]> bytes_;
  size_t size_ = 0;
};

}  // namespace pkigate
