// SPDX-License-Identifier: Apache-2.0
//
// Signals as readable events: blocked in every thread, read from a descriptor by the control
// thread. No handler ever runs.
#pragma once

#include <optional>

#include "base/result.h"

namespace pkigate::control {

class Signals {
 public:
  // Blocks SIGHUP, SIGTERM, SIGINT and SIGUSR1 in the calling thread and, by inheritance, in those
  // it starts from now on; ignores SIGPIPE. Call before the first thread starts.
  static Result<Signals> Block();

  Signals(Signals&& other) noexcept;
  Signals& operator=(Signals&& other) = delete;
  ~Signals();

  int descriptor() const { return descriptor_; }
  // The next signal that has arrived, if any.
  std::optional<int> Next();

 private:
  explicit Signals(int descriptor) : descriptor_(descriptor) {}

  int descriptor_;
};

}  // namespace pkigate::control
