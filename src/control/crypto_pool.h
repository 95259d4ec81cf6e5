// SPDX-License-Identifier: Apache-2.0
//
// CryptoPool: the threads that check passwords, so that no worker has to. A worker's question goes
// into the intake without a lock and without waiting; a thread takes it, works on it and puts the
// verdict into the worker's mailbox.
//
//   worker --Ask--> intake --bell--> a thread: intake -> line, takes the first --> mailbox
//
// Only the threads take the lock, and only to take the next question. The bell rings once for a
// batch of newcomers; who takes one out of several rings it for the next thread.
//
// Bounded twice, from Ask to the verdict's delivery: all questions together, and those of one peer.
// A question that has waited so long that nobody is there any more is not worked on, so a flood
// cannot keep the threads busy with the past.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <semaphore>
#include <string_view>
#include <thread>
#include <vector>

#include "base/limits.h"
#include "gateway/password_pool.h"
#include "ring/mailbox.h"
#include "ring/waker.h"

namespace pkigate::control {

class CryptoPool final : public gateway::PasswordPool {
 public:
  struct Options {
    uint32_t num_threads = 1;
    // Called on the pool's threads.
    std::function<bool(std::string_view stored_hash, std::string_view password)> matches;
    uint64_t waiting_ms_max = limits::kPasswordAnswerMs;
  };

  explicit CryptoPool(Options options);
  CryptoPool(const CryptoPool&) = delete;
  CryptoPool& operator=(const CryptoPool&) = delete;
  ~CryptoPool() override;

  bool Ask(gateway::PasswordJob&& job) override;
  // Lets the checks under way finish, drops the rest, and ends the threads. To be called before a
  // mailbox that is replied to ends; later questions are refused.
  void Stop();

  // How many threads `wanted` (0: as many as fit) comes to on a machine with so many cores.
  static uint32_t NumThreads(uint32_t wanted, uint32_t num_cores);

 private:
  using Clock = std::chrono::steady_clock;

  struct Entry {
    gateway::PasswordJob job;
    Clock::time_point since;
  };

  class Bell final : public ring::Waker {
   public:
    void Wake() override { rings_.release(); }
    int handle() const override { return -1; }
    void Await() { rings_.acquire(); }

   private:
    std::counting_semaphore<> rings_{0};
  };

  void Main(uint32_t index);
  bool TakeNext(Entry* entry);
  void Work(Entry&& entry);
  std::atomic<uint32_t>& CounterOf(const IpAddress& peer);

  const Options options_;
  const uint32_t num_waiting_max_;
  const uint32_t num_waiting_peer_max_;
  const uint64_t peer_seed_;  // so that nobody can choose whom to share a counter with
  std::atomic<bool> stopping_{false};
  std::atomic<uint32_t> num_waiting_{0};
  std::array<std::atomic<uint32_t>, limits::kPasswordPeerCounters> num_waiting_by_peer_{};
  Bell bell_;
  ring::Mailbox<Entry> intake_;
  std::mutex line_mutex_;  // of those who take: the intake's other end and the line
  std::deque<Entry> line_;
  std::vector<std::thread> threads_;
};

}  // namespace pkigate::control
