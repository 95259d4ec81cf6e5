// SPDX-License-Identifier: Apache-2.0
//
// EventWaker: the Waker of the kernel's ring, an eventfd that the ring polls. It is for threads
// without a ring of their own (control, crypto pool); between rings MSG_RING is used instead.
#pragma once

#include "base/result.h"
#include "ring/waker.h"

namespace pkigate::ring {

class EventWaker final : public Waker {
 public:
  EventWaker() = default;
  ~EventWaker();

  // Opens the event; `ring_fd` is what handle() gives. A positive errno on failure, else 0.
  int Open(int ring_fd);

  void Wake() override;
  int handle() const override { return ring_fd_; }

  // To be polled for input.
  int event_fd() const { return event_fd_; }
  // Takes the wakes that have arrived, so that the event is quiet again.
  void Clear();

 private:
  int event_fd_ = -1;
  int ring_fd_ = -1;
};

}  // namespace pkigate::ring
