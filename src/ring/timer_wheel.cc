// SPDX-License-Identifier: Apache-2.0
#include "ring/timer_wheel.h"

#include <algorithm>
#include <bit>

namespace pkigate::ring {

namespace {

using detail::TimerLink;

void MakeEmpty(TimerLink& head) {
  head.next = &head;
  head.previous = &head;
}

bool IsEmpty(const TimerLink& head) { return head.next == &head; }

void Append(TimerLink& head, TimerLink& link) {
  link.next = &head;
  link.previous = head.previous;
  head.previous->next = &link;
  head.previous = &link;
}

void Remove(TimerLink& link) {
  link.previous->next = link.next;
  link.next->previous = link.previous;
  link.next = nullptr;
  link.previous = nullptr;
}

}  // namespace

TimerWheel::TimerWheel(uint64_t now_ms) : now_ms_(now_ms), target_ms_(now_ms) {
  for (TimerLink& head : slots_) {
    MakeEmpty(head);
  }
  MakeEmpty(due_);
}

TimerWheel::~TimerWheel() {
  PKIGATE_ASSERT(!advancing_);
  for (TimerLink& head : slots_) {
    while (!IsEmpty(head)) {
      Remove(*head.next);
    }
  }
}

void TimerWheel::Arm(Timer& timer, uint64_t due_ms) {
  Disarm(timer);
  // While advancing, "later" is seen from where the advance ends: else a callback that arms its own
  // timer again could run without end.
  const uint64_t after_ms = advancing_ ? target_ms_ : now_ms_;
  timer.due_ms_ = std::max(due_ms, after_ms + 1);
  Place(timer);
  ++num_armed_;
}

void TimerWheel::Disarm(Timer& timer) {
  if (timer.armed()) {
    Unlink(timer);
    --num_armed_;
  }
}

void TimerWheel::Place(Timer& timer) {
  PKIGATE_ASSERT(timer.due_ms_ > now_ms_);
  const auto highest_bit = static_cast<unsigned>(std::bit_width(timer.due_ms_ ^ now_ms_)) - 1;
  const unsigned level = std::min(highest_bit / kDigitBits, kLevels - 1);
  const unsigned shift = level * kDigitBits;
  // Only the top level goes round; what lies beyond its reach waits in its farthest slot.
  const uint64_t distance =
      std::min<uint64_t>((timer.due_ms_ >> shift) - (now_ms_ >> shift), kSlots - 1);
  const auto slot = static_cast<unsigned>(((now_ms_ >> shift) + distance) % kSlots);
  timer.slot_ = static_cast<uint16_t>(level * kSlots + slot);
  occupied_[level] |= uint64_t{1} << slot;
  Append(slots_[timer.slot_], timer);
}

void TimerWheel::Unlink(Timer& timer) {
  Remove(timer);
  if (timer.slot_ != Timer::kNoSlot && IsEmpty(slots_[timer.slot_])) {
    occupied_[timer.slot_ / kSlots] &= ~(uint64_t{1} << (timer.slot_ % kSlots));
  }
  timer.slot_ = Timer::kNoSlot;
}

uint64_t TimerWheel::NextSlot(uint16_t* slot) const {
  // Timers of a lower level share more digits with now, so all of them come before those of the
  // next level. Within a level, slots lie ahead of now's own; rotating puts the nearest at bit 0.
  for (unsigned level = 0; level < kLevels; ++level) {
    if (occupied_[level] == 0) {
      continue;
    }
    const unsigned shift = level * kDigitBits;
    const uint64_t position = now_ms_ >> shift;
    const auto ahead = static_cast<int>((position + 1) % kSlots);
    const auto distance =
        static_cast<uint64_t>(std::countr_zero(std::rotr(occupied_[level], ahead))) + 1;
    *slot = static_cast<uint16_t>(level * kSlots + (position + distance) % kSlots);
    return (position + distance) << shift;
  }
  return kNever;
}

uint64_t TimerWheel::NextDueMs() const {
  uint16_t slot = 0;
  return NextSlot(&slot);
}

Timer* TimerWheel::TakeDue() {
  for (;;) {
    if (!IsEmpty(due_)) {
      Timer* timer = static_cast<Timer*>(due_.next);
      Remove(*timer);
      --num_armed_;
      return timer;
    }
    uint16_t slot = 0;
    const uint64_t start_ms = NextSlot(&slot);
    if (start_ms > target_ms_) {
      now_ms_ = target_ms_;
      return nullptr;
    }
    now_ms_ = start_ms;
    while (!IsEmpty(slots_[slot])) {
      Timer& timer = *static_cast<Timer*>(slots_[slot].next);
      Unlink(timer);
      if (timer.due_ms_ == now_ms_) {
        Append(due_, timer);
      } else {
        Place(timer);
      }
    }
  }
}

}  // namespace pkigate::ring
