// SPDX-License-Identifier: Apache-2.0
//
// Mailbox: what other threads want from a worker. Any thread posts, the owner drains once per turn;
// a message owns its payload. Bounded, and no thread ever waits for another: a full mailbox
// refuses.
//
// Every cell has a sequence number that says whose turn it is, by the scheme of D. Vyukov's bounded
// queue. For the cell of position p (p counts messages since the start, cell = p mod capacity):
//
//     sequence == p                 free for the poster that takes position p
//     sequence == p + 1             holds message p, for the owner
//     sequence == p + capacity      taken by the owner: free for the next time around
//
// The poster's release store of p + 1 and the owner's acquire load of it order the payload; the
// wake is only a hint. Wakes are merged: the poster that turns `wake_due_` from false to true sends
// one, and the owner turns it back *before* it looks into the cells, so a message it misses finds
// the flag false and wakes again.
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "base/assert.h"
#include "ring/ring.h"
#include "ring/waker.h"

namespace pkigate::ring {

template <typename Message>
class Mailbox {
 public:
  // `capacity` is at least two, since a single cell that is full and one that is free for the next
  // time around would look the same, and is rounded up to a power of two. `owner` is the ring of
  // the thread that drains and must outlive every Post.
  Mailbox(size_t capacity, Waker& owner)
      : mask_(std::bit_ceil(capacity) - 1), cells_(new Cell[mask_ + 1]), owner_(owner) {
    PKIGATE_ASSERT(capacity > 1);
    for (size_t i = 0; i <= mask_; ++i) {
      cells_[i].sequence.store(i, std::memory_order_relaxed);
    }
  }
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;

  // From any thread. False: full, and `message` is destroyed here.
  [[nodiscard]] bool Post(Message message) {
    if (!Put(std::move(message))) {
      return false;
    }
    if (!wake_due_.exchange(true, std::memory_order_acq_rel)) {
      owner_.Wake();
    }
    return true;
  }

  // The same, but a message that was refused stays with the caller, who may offer it again.
  [[nodiscard]] bool Offer(Message& message) {
    if (!Put(std::move(message))) {
      return false;
    }
    if (!wake_due_.exchange(true, std::memory_order_acq_rel)) {
      owner_.Wake();
    }
    return true;
  }

  // The same from the thread that owns `from`: the wake travels with that ring's next submit.
  [[nodiscard]] bool Post(Message message, Ring& from) {
    if (!Put(std::move(message))) {
      return false;
    }
    if (!wake_due_.exchange(true, std::memory_order_acq_rel)) {
      from.Wake(owner_);
    }
    return true;
  }

  // Owner only: hands every message that is complete to `receive(Message)`, in the order of
  // posting, at most one mailbox full so that posters cannot hold the loop. Returns how many.
  template <typename Receive>
  size_t Drain(Receive&& receive) {
    wake_due_.exchange(false, std::memory_order_acq_rel);
    size_t num_received = 0;
    while (num_received <= mask_) {
      Cell& cell = cells_[head_ & mask_];
      if (cell.sequence.load(std::memory_order_acquire) != head_ + 1) {
        break;
      }
      Message message = std::move(*cell.message);
      cell.message.reset();
      cell.sequence.store(head_ + mask_ + 1, std::memory_order_release);
      ++head_;
      ++num_received;
      receive(std::move(message));
    }
    return num_received;
  }

  size_t capacity() const { return mask_ + 1; }

 private:
  struct Cell {
    std::atomic<uint64_t> sequence{0};
    std::optional<Message> message;
  };

  bool Put(Message&& message) {
    uint64_t position = tail_.load(std::memory_order_relaxed);
    for (;;) {
      Cell& cell = cells_[position & mask_];
      const uint64_t sequence = cell.sequence.load(std::memory_order_acquire);
      if (sequence == position) {
        if (tail_.compare_exchange_weak(position, position + 1, std::memory_order_relaxed)) {
          cell.message.emplace(std::move(message));
          cell.sequence.store(position + 1, std::memory_order_release);
          return true;
        }
      } else if (sequence < position) {
        return false;  // one round behind: the owner has not taken it yet
      } else {
        position = tail_.load(std::memory_order_relaxed);
      }
    }
  }

  // Posters and the owner write different cache lines.
  static constexpr size_t kCacheLine = 64;

  const uint64_t mask_;
  const std::unique_ptr<Cell[]> cells_;
  Waker& owner_;
  alignas(kCacheLine) std::atomic<uint64_t> tail_{0};
  alignas(kCacheLine) std::atomic<bool> wake_due_{false};
  alignas(kCacheLine) uint64_t head_ = 0;
};

}  // namespace pkigate::ring
