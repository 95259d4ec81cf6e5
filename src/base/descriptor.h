// SPDX-License-Identifier: Apache-2.0
//
// Descriptor owns a file descriptor for the length of a scope.
#pragma once

#include <unistd.h>

namespace pkigate {

// Closes `fd` when the scope is left, by whichever way; a negative one stands for none.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) {
      ::close(fd_);
    }
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

}  // namespace pkigate
