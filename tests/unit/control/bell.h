// SPDX-License-Identifier: Apache-2.0
//
// Bell: the waker of a mailbox that a test reads on a thread without a ring.
#pragma once

#include <semaphore>

#include "ring/waker.h"

namespace pkigate::control {

class Bell final : public ring::Waker {
 public:
  void Wake() override { rings_.release(); }
  int handle() const override { return -1; }
  // Waits for one wake.
  void Await() { rings_.acquire(); }

 private:
  std::counting_semaphore<> rings_{0};
};

}  // namespace pkigate::control
