// SPDX-License-Identifier: Apache-2.0
//
// Acceptor: keeps one listener accepting, whatever the kernel makes of it.
//
//     state        event                                        next
//     kAccepting   connection, more follow                      kAccepting
//     kAccepting   connection or error, none follow             kAccepting, armed again
//     kAccepting   EMFILE, ENFILE, ENOBUFS, ENOMEM              kPaused for 10 ms, doubling up to 1
//     s kPaused      the timer fires                              kAccepting, armed again either
//     Stop                                         kStopping, or kStopped if idle kStopping    the
//     last completion                          kStopped
//
// Out of descriptors, the kernel answers EMFILE at once on arming and the clients stay in its
// queue: arming again at once would spin, hence the pause. When even the longest pause brought
// nothing, waiting clients are turned away (Ring::Shed) so that they learn at once instead of
// hanging.
#pragma once

#include <cstdint>
#include <optional>

#include "base/ip_address.h"
#include "ring/ring.h"
#include "ring/timer_wheel.h"

namespace pkigate::ring {

struct Accepted {
  int fd = -1;  // the caller's to close
  SocketAddress peer;
};

struct AcceptorCounters {
  uint64_t accepted = 0;
  uint64_t rearmed = 0;  // the kernel ended a multishot without an error
  uint64_t pauses = 0;   // out of descriptors or memory, or an unknown error
  uint64_t shed = 0;     // turned away unheard
  uint64_t gone = 0;     // the client left before we looked (ECONNABORTED, ENOTCONN)
  uint64_t wrong_descriptors =
      0;                // not a socket: a kernel fault of 6.6 to 6.8 (multishot goes off)
  uint64_t errors = 0;  // anything else

  // Times that accepting failed, each counted once: what is unknown makes a pause, too.
  uint64_t failures() const { return pauses + shed + gone + wrong_descriptors; }
};

class Acceptor {
 public:
  enum class State : uint8_t { kAccepting, kPaused, kStopping, kStopped };

  // `listener` stays the caller's and must live until kStopped. `accept` and `cancel` tag the
  // operations; their completions go to OnCompletion. `timer_kind` marks the timer, whose owner is
  // this acceptor; when it fires, call OnTimer.
  struct Options {
    int listener = -1;
    Tag accept;
    Tag cancel;
    uint8_t timer_kind = 0;
    AcceptMode mode = AcceptMode::kMultishot;
  };

  // Starts accepting.
  Acceptor(Ring& ring, TimerWheel& timers, const Options& options);
  Acceptor(const Acceptor&) = delete;
  Acceptor& operator=(const Acceptor&) = delete;
  // Only when kStopped.
  ~Acceptor();

  // A completion with one of the two tags. Returns the connection it brought, if any; also while
  // stopping, since what was accepted by then deserves an answer.
  std::optional<Accepted> OnCompletion(const Completion& completion);
  void OnTimer();
  // Takes no further connections. The listener may be closed once state() is kStopped.
  void Stop();

  State state() const { return state_; }
  int listener() const { return options_.listener; }
  const AcceptorCounters& counters() const { return counters_; }

 private:
  void Arm();
  void Pause();
  std::optional<Accepted> TakeConnection(int fd);
  void NoteError(int error);
  void FinishStopping();

  Ring& ring_;
  TimerWheel& timers_;
  Options options_;
  State state_ = State::kAccepting;
  AcceptMode mode_;
  uint64_t pause_ms_ = 0;   // length of the present or next pause; 0: none since the last success
  uint32_t in_flight_ = 0;  // accept and cancel operations
  bool accept_armed_ = false;
  Timer timer_;
  AcceptorCounters counters_;
};

}  // namespace pkigate::ring
