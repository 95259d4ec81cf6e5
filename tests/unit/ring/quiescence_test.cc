// SPDX-License-Identifier: Apache-2.0
#include "ring/quiescence.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

namespace pkigate::ring {
namespace {

TEST(Quiescence, AnEpochIsOverWhenEveryWorkerPassed) {
  Quiescence quiescence(2);
  const uint64_t epoch = quiescence.Begin();
  EXPECT_FALSE(quiescence.AllPassed(epoch));
  quiescence.Pass(0);
  EXPECT_FALSE(quiescence.AllPassed(epoch)) << "worker 1 has not";
  quiescence.Pass(0);
  EXPECT_FALSE(quiescence.AllPassed(epoch));
  quiescence.Pass(1);
  EXPECT_TRUE(quiescence.AllPassed(epoch));
}

TEST(Quiescence, PassingBeforeItBeganDoesNotCount) {
  Quiescence quiescence(1);
  quiescence.Pass(0);
  const uint64_t first = quiescence.Begin();
  EXPECT_FALSE(quiescence.AllPassed(first));
  const uint64_t second = quiescence.Begin();
  quiescence.Pass(0);
  EXPECT_TRUE(quiescence.AllPassed(first)) << "a later one covers the earlier";
  EXPECT_TRUE(quiescence.AllPassed(second));
  EXPECT_FALSE(quiescence.AllPassed(second + 1)) << "not begun";
}

TEST(Quiescence, AWorkerThatLeftIsNotWaitedFor) {
  Quiescence quiescence(2);
  quiescence.Leave(1);
  const uint64_t epoch = quiescence.Begin();
  EXPECT_FALSE(quiescence.AllPassed(epoch));
  quiescence.Pass(0);
  EXPECT_TRUE(quiescence.AllPassed(epoch));
}

// Workers read what control replaces and frees. ASan would see a read of freed memory, TSan a read
// that the free does not wait for.
TEST(QuiescenceThreads, NobodyReadsWhatWasFreed) {
  constexpr size_t kWorkers = 3;
  constexpr int kReplacements = 300;
  struct Policy {
    explicit Policy(int n) : first(n), second(n) {}
    int first;
    int second;
  };
  Quiescence quiescence(kWorkers);
  std::atomic<const Policy*> current{new Policy(0)};
  std::atomic<bool> stop{false};
  std::vector<std::thread> workers;
  for (size_t worker = 0; worker < kWorkers; ++worker) {
    workers.emplace_back([&, worker] {
      int last = 0;
      while (!stop.load(std::memory_order_relaxed)) {
        quiescence.Pass(worker);
        const Policy* policy = current.load(std::memory_order_acquire);
        EXPECT_EQ(policy->first, policy->second);
        EXPECT_GE(policy->first, last) << "never back to an older one";
        last = policy->first;
        std::this_thread::yield();
      }
      quiescence.Leave(worker);
    });
  }
  for (int i = 1; i <= kReplacements; ++i) {
    const Policy* old = current.exchange(new Policy(i), std::memory_order_acq_rel);
    const uint64_t epoch = quiescence.Begin();
    while (!quiescence.AllPassed(epoch)) {
      std::this_thread::yield();
    }
    delete old;
  }
  stop = true;
  for (std::thread& worker : workers) {
    worker.join();
  }
  delete current.load();
}

}  // namespace
}  // namespace pkigate::ring
