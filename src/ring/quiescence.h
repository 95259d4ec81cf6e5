// SPDX-License-Identifier: Apache-2.0
//
// Quiescence: when nobody can still be reading what was replaced. Workers read the current policy
// through a plain pointer, load it once per turn and keep nothing of it across turns, so the end of
// a turn is a quiet point (quiescent-state-based reclamation).
//
//     control                                     worker, once per turn
//     current.store(fresh, release)               quiescence.Pass(worker)
//     epoch = quiescence.Begin()                  policy = current.load(acquire)
//     ... until AllPassed(epoch): delete old      ... reads *policy until the turn ends
//
// Why it is sound: a worker that passed `epoch` read a counter that Begin had raised after the
// store, so from then on it loads the fresh pointer; and its release store of the epoch orders all
// its earlier reads of the old one before the delete. A worker that sleeps in a long wait holds the
// epoch up for at most limits::kTurnWaitMsMax.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>

#include "base/assert.h"

namespace pkigate::ring {

class Quiescence {
 public:
  explicit Quiescence(size_t num_workers)
      : num_workers_(num_workers), cells_(new Cell[num_workers]) {}
  Quiescence(const Quiescence&) = delete;
  Quiescence& operator=(const Quiescence&) = delete;

  // Control: starts an epoch; everything replaced before the call can go once all passed it.
  uint64_t Begin() { return current_.fetch_add(1, std::memory_order_acq_rel) + 1; }

  // Control: whether every worker has passed `epoch`. Never true for an epoch that has not begun,
  // unless all workers have left.
  bool AllPassed(uint64_t epoch) const {
    for (size_t i = 0; i < num_workers_; ++i) {
      if (cells_[i].passed.load(std::memory_order_acquire) < epoch) {
        return false;
      }
    }
    return true;
  }

  // Worker `worker`, at a point where it holds nothing it read through the shared pointer.
  void Pass(size_t worker) {
    PKIGATE_ASSERT(worker < num_workers_);
    const uint64_t epoch = current_.load(std::memory_order_acquire);
    cells_[worker].passed.store(epoch, std::memory_order_release);
  }

  // Worker `worker` has stopped for good and is waited for no more.
  void Leave(size_t worker) {
    PKIGATE_ASSERT(worker < num_workers_);
    cells_[worker].passed.store(std::numeric_limits<uint64_t>::max(), std::memory_order_release);
  }

  size_t num_workers() const { return num_workers_; }

 private:
  // One cache line each: a worker writes its own every turn.
  struct alignas(64) Cell {
    std::atomic<uint64_t> passed{0};
  };

  const size_t num_workers_;
  const std::unique_ptr<Cell[]> cells_;
  std::atomic<uint64_t> current_{0};
};

}  // namespace pkigate::ring
