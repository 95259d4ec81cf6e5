// SPDX-License-Identifier: Apache-2.0
//
// ReadyList: the connections with work to do, first come, first served. Completion handlers only
// record and enqueue; once per turn RunRound gives each queued one a single bounded step, and who
// wants more queues up again behind the others. So no connection starves another.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/assert.h"

namespace pkigate::ring {

// Base of what can stand in a ReadyList. An object stands in at most one, at most once; take it out
// (Remove) before it dies.
class ReadyLink {
 public:
  ReadyLink() = default;
  ReadyLink(const ReadyLink&) = delete;
  ReadyLink& operator=(const ReadyLink&) = delete;
  ~ReadyLink() { PKIGATE_ASSERT(!queued_); }

  bool queued() const { return queued_; }

 private:
  template <typename T>
  friend class ReadyList;

  ReadyLink* next_ = nullptr;
  ReadyLink* previous_ = nullptr;
  uint64_t round_ = 0;
  bool queued_ = false;
};

// T derives from ReadyLink.
template <typename T>
class ReadyList {
 public:
  ReadyList() = default;
  ReadyList(const ReadyList&) = delete;
  ReadyList& operator=(const ReadyList&) = delete;
  ~ReadyList() { PKIGATE_ASSERT(first_ == nullptr); }

  bool empty() const { return first_ == nullptr; }
  size_t size() const { return size_; }

  // Puts `item` at the end. Nothing happens if it is queued already.
  void Push(T& item) {
    ReadyLink& link = item;
    if (link.queued_) {
      return;
    }
    link.queued_ = true;
    link.round_ = round_;
    link.next_ = nullptr;
    link.previous_ = last_;
    (last_ == nullptr ? first_ : last_->next_) = &link;
    last_ = &link;
    ++size_;
  }

  // Takes `item` out, wherever it stands. Nothing happens if it is not queued.
  void Remove(T& item) {
    ReadyLink& link = item;
    if (!link.queued_) {
      return;
    }
    (link.previous_ == nullptr ? first_ : link.previous_->next_) = link.next_;
    (link.next_ == nullptr ? last_ : link.next_->previous_) = link.previous_;
    link.next_ = nullptr;
    link.previous_ = nullptr;
    link.queued_ = false;
    --size_;
  }

  // The first, or null when there is none.
  T* Pop() {
    if (first_ == nullptr) {
      return nullptr;
    }
    T* item = static_cast<T*>(first_);
    Remove(*item);
    return item;
  }

  // Calls `step(T&)` once for each item that was queued when the round began, each taken out before
  // its call. What is pushed meanwhile, by its own step or another's, waits for the next round. A
  // step may remove and destroy any item. Returns the number of steps.
  template <typename Step>
  size_t RunRound(Step&& step) {
    ++round_;
    size_t num_steps = 0;
    while (first_ != nullptr && first_->round_ < round_) {
      step(*Pop());
      ++num_steps;
    }
    return num_steps;
  }

 private:
  ReadyLink* first_ = nullptr;
  ReadyLink* last_ = nullptr;
  size_t size_ = 0;
  uint64_t round_ = 0;
};

}  // namespace pkigate::ring
