// SPDX-License-Identifier: Apache-2.0
//
// TimerWheel: a worker's deadlines. Arming and disarming cost a few instructions whatever the
// number of timers, which suits deadlines that hardly ever fire; the ring waits for one time only,
// the next due one.
//
// Four levels of 64 slots; a slot of level n spans 64^n ms:
//
//     level 0:  64 slots of      1 ms      due within the current 64 ms
//     level 1:  64 slots of     64 ms      due within the current 4 s
//     level 2:  64 slots of  4,096 ms      due within the current 4.4 min
//     level 3:  64 slots of    262 s       due within 4.6 h; later ones wait here and are placed
//     anew
//
// A timer's level is that of the highest base-64 digit in which its due time differs from now, its
// slot is that digit. When time reaches a slot of a higher level, the slot's timers move down; so
// every timer moves at most three times and fires in its exact millisecond.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "base/assert.h"

namespace pkigate::ring {

namespace detail {
// A place in a circular list; null when in none.
struct TimerLink {
  TimerLink* next = nullptr;
  TimerLink* previous = nullptr;
};
}  // namespace detail

// A deadline, a member of what it belongs to. Disarm it before it dies.
class Timer : private detail::TimerLink {
 public:
  Timer() = default;
  // `kind` and `owner` are the user's: Advance hands the timer back, and these say whose it is.
  Timer(uint8_t timer_kind, void* timer_owner) : kind(timer_kind), owner(timer_owner) {}
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  ~Timer() { PKIGATE_ASSERT(!armed()); }

  bool armed() const { return next != nullptr; }
  uint64_t due_ms() const { return due_ms_; }

  uint8_t kind = 0;
  void* owner = nullptr;

 private:
  friend class TimerWheel;

  static constexpr uint16_t kNoSlot = std::numeric_limits<uint16_t>::max();

  uint64_t due_ms_ = 0;
  uint16_t slot_ = kNoSlot;  // level * 64 + slot, or kNoSlot while it is about to fire
};

class TimerWheel {
 public:
  // NextDueMs of an empty wheel.
  static constexpr uint64_t kNever = std::numeric_limits<uint64_t>::max();

  explicit TimerWheel(uint64_t now_ms);
  TimerWheel(const TimerWheel&) = delete;
  TimerWheel& operator=(const TimerWheel&) = delete;
  // Timers may outlive the wheel; they are then disarmed.
  ~TimerWheel();

  // Fires `timer` once, in the first Advance that reaches `due_ms`; a time that is past already
  // counts as the next millisecond. A timer that is armed is moved.
  void Arm(Timer& timer, uint64_t due_ms);
  // Nothing happens if it is not armed. A timer that is disarmed in a callback does not fire, even
  // when it was due in the same millisecond.
  void Disarm(Timer& timer);

  // Calls `fire(Timer&)` for every timer due up to and including `now_ms`, earliest first, each
  // disarmed before its call. The callback may arm and disarm any timer; what it arms fires in a
  // later Advance. Time never goes backwards: an earlier `now_ms` is taken as the last one.
  template <typename Fire>
  void Advance(uint64_t now_ms, Fire&& fire) {
    PKIGATE_ASSERT(!advancing_);
    advancing_ = true;
    target_ms_ = now_ms > now_ms_ ? now_ms : now_ms_;
    while (Timer* timer = TakeDue()) {
      fire(*timer);
    }
    advancing_ = false;
  }

  // When Advance should be called next, or kNever. Never later than the earliest due time; it may
  // be earlier, when timers of a higher level have to move down.
  uint64_t NextDueMs() const;

  uint64_t now_ms() const { return now_ms_; }
  size_t armed() const { return num_armed_; }

 private:
  static constexpr unsigned kLevels = 4;
  static constexpr unsigned kDigitBits = 6;
  static constexpr unsigned kSlots = 1U << kDigitBits;

  // Puts an unlinked timer where its due time belongs, seen from now_ms_.
  void Place(Timer& timer);
  void Unlink(Timer& timer);
  // The earliest start of a slot with timers in it, and which slot; kNever when there is none.
  uint64_t NextSlot(uint16_t* slot) const;
  // Moves time forward, up to target_ms_, until a timer is due; unlinks and returns it. Null when
  // none is due any more; then now_ms_ == target_ms_.
  Timer* TakeDue();

  uint64_t now_ms_;
  uint64_t target_ms_;
  bool advancing_ = false;
  size_t num_armed_ = 0;
  std::array<uint64_t, kLevels> occupied_{};               // bit per slot
  std::array<detail::TimerLink, kLevels * kSlots> slots_;  // list heads
  detail::TimerLink due_;                                  // head of those that fire right now
};

}  // namespace pkigate::ring
