// SPDX-License-Identifier: Apache-2.0
//
// ScratchPool: working memory for callers of a policy that keep none of their own. Any number of
// threads may lease at once. There are as many pieces as there ever were leases at one time.
#pragma once

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "policy/policy.h"

namespace pkigate::embed {

class ScratchPool {
 public:
  // A piece in use; goes back to the pool at the end of the scope.
  class Lease {
   public:
    explicit Lease(ScratchPool& pool) : pool_(pool), scratch_(pool.Take()) {}
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    ~Lease() { pool_.GiveBack(std::move(scratch_)); }

    policy::Scratch& operator*() { return *scratch_; }

   private:
    ScratchPool& pool_;
    std::unique_ptr<policy::Scratch> scratch_;
  };

  // `policy` must outlive the pool.
  explicit ScratchPool(const policy::Policy& policy) : policy_(policy) {}
  ScratchPool(const ScratchPool&) = delete;
  ScratchPool& operator=(const ScratchPool&) = delete;

 private:
  std::unique_ptr<policy::Scratch> Take() {
    {
      const std::lock_guard guard(mutex_);
      if (!idle_.empty()) {
        std::unique_ptr<policy::Scratch> scratch = std::move(idle_.back());
        idle_.pop_back();
        return scratch;
      }
    }
    return policy_.NewScratch();
  }
  void GiveBack(std::unique_ptr<policy::Scratch> scratch) {
    const std::lock_guard guard(mutex_);
    idle_.push_back(std::move(scratch));
  }

  const policy::Policy& policy_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<policy::Scratch>> idle_;
};

}  // namespace pkigate::embed
