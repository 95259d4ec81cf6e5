// SPDX-License-Identifier: Apache-2.0
//
// Waker: how another thread ends the wait of a ring's Turn. A wake carries nothing: what there is
// to do lies in a Mailbox, whose atomics order it. Wakes may be merged or, rarely, be lost (seen on
// 6.1, arm64); limits::kTurnWaitMsMax makes a lost one a delay.
#pragma once

namespace pkigate::ring {

class Waker {
 public:
  Waker() = default;
  Waker(const Waker&) = delete;
  Waker& operator=(const Waker&) = delete;

  // From any thread, with or without a ring of its own. Costs a system call; a thread that owns a
  // ring rather asks that one (Ring::Wake), which sends the wake along with its next submit.
  virtual void Wake() = 0;

  // What Ring::Wake of the same kind of ring needs to know: the file descriptor of the ring.
  virtual int handle() const = 0;

 protected:
  ~Waker() = default;
};

}  // namespace pkigate::ring
