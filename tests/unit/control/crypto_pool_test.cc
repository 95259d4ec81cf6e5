// SPDX-License-Identifier: Apache-2.0
//
// The pool, with checks that the test holds open and lets go as it likes, so that nothing depends
// on time; and, for ThreadSanitizer, with workers that ask as fast as they can. The threads that
// ask and read mailboxes stand for workers; like those they outlive the pool.
#include "control/crypto_pool.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/limits.h"
#include "bell.h"

namespace pkigate::control {
namespace {

using gateway::PasswordChecked;
using gateway::PasswordJob;
using gateway::WorkerMessage;
using Verdict = PasswordChecked::Verdict;

constexpr uint64_t kNoLimitMs = 3'600'000;

// A worker as the pool sees it.
class Asker {
 public:
  explicit Asker(size_t mailbox_capacity = limits::kMailboxMessages)
      : mailbox(mailbox_capacity, bell_) {}

  PasswordJob Job(uint8_t number, const std::string& password,
                  IpAddress peer = IpAddress::V4({10, 0, 0, 1})) {
    PasswordJob job{
        .reply_to = &mailbox, .peer = peer, .stored_hash = "hash", .password = Secret(password)};
    job.question[0] = number;
    return job;
  }
  // Waits until `num_verdicts` more have come.
  void Await(size_t num_verdicts) {
    const size_t wanted = verdicts.size() + num_verdicts;
    for (;;) {
      mailbox.Drain([this](WorkerMessage message) {
        const auto& checked = std::get<PasswordChecked>(message);
        EXPECT_TRUE(verdicts.emplace(checked.question[0], checked.verdict).second);
      });
      if (verdicts.size() >= wanted) {
        return;
      }
      bell_.Await();
    }
  }

 private:
  Bell bell_;

 public:
  ring::Mailbox<WorkerMessage> mailbox;
  std::map<uint8_t, Verdict> verdicts;  // by the question's number
};

// Checks of the password "held" end when the gate opens.
class Gate {
 public:
  bool Matches(std::string_view stored_hash, std::string_view password) {
    EXPECT_EQ(stored_hash, "hash");
    std::unique_lock lock(mutex_);
    ++num_begun_;
    changed_.notify_all();
    if (password == "held") {
      changed_.wait(lock, [this] { return open_; });
    }
    return password == "right";
  }
  void AwaitBegun(int num_begun) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return num_begun_ >= num_begun; });
  }
  void Open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  int num_begun() {
    const std::lock_guard lock(mutex_);
    return num_begun_;
  }
  std::function<bool(std::string_view, std::string_view)> Function() {
    return [this](std::string_view stored_hash, std::string_view password) {
      return Matches(stored_hash, password);
    };
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int num_begun_ = 0;
  bool open_ = false;
};

IpAddress Peer(size_t number) {
  return IpAddress::V4({10, 1, static_cast<uint8_t>(number >> 8), static_cast<uint8_t>(number)});
}

TEST(CryptoPoolTest, OneThreadForTwoCoresUnlessToldOtherwise) {
  EXPECT_EQ(CryptoPool::NumThreads(0, 1), 1U);
  EXPECT_EQ(CryptoPool::NumThreads(0, 2), 1U);
  EXPECT_EQ(CryptoPool::NumThreads(0, 9), 4U);
  EXPECT_EQ(CryptoPool::NumThreads(3, 2), 3U);
}

TEST(CryptoPoolTest, SaysRightAndWrong) {
  Gate gate;
  Asker asker;
  CryptoPool pool({.num_threads = 2, .matches = gate.Function(), .waiting_ms_max = kNoLimitMs});
  EXPECT_TRUE(pool.Ask(asker.Job(1, "right")));
  EXPECT_TRUE(pool.Ask(asker.Job(2, "wrong")));
  EXPECT_TRUE(pool.Ask(asker.Job(3, "")));
  asker.Await(3);
  EXPECT_EQ(asker.verdicts, (std::map<uint8_t, Verdict>{
                                {1, Verdict::kRight}, {2, Verdict::kWrong}, {3, Verdict::kWrong}}));
}

TEST(CryptoPoolTest, AFullPoolRefusesAtOnceAndTakesAgainAfterwards) {
  Gate gate;
  Asker asker;
  CryptoPool pool({.num_threads = 1, .matches = gate.Function(), .waiting_ms_max = kNoLimitMs});
  uint8_t number = 0;
  for (; number < limits::kPasswordsWaitingPerThreadMax; ++number) {
    ASSERT_TRUE(pool.Ask(asker.Job(number, "held", Peer(number)))) << int{number};
  }
  EXPECT_FALSE(pool.Ask(asker.Job(number, "right", Peer(number))));
  gate.AwaitBegun(1);
  EXPECT_FALSE(pool.Ask(asker.Job(number, "right", Peer(number)))) << "one under way counts, too";
  gate.Open();
  asker.Await(number);
  // The place is free a moment after the verdict is in the mailbox.
  while (!pool.Ask(asker.Job(number, "right", Peer(number)))) {
    std::this_thread::yield();
  }
  asker.Await(1);
  EXPECT_EQ(asker.verdicts[number], Verdict::kRight);
}

TEST(CryptoPoolTest, OnePeerCannotTakeEveryPlace) {
  Gate gate;
  Asker asker;
  CryptoPool pool({.num_threads = 1, .matches = gate.Function(), .waiting_ms_max = kNoLimitMs});
  const size_t num_places =
      limits::kPasswordsWaitingPerThreadMax / limits::kPasswordsWaitingPeerPart;
  const IpAddress greedy = IpAddress::Parse("2001:db8:1:2::1").value();
  uint8_t number = 0;
  for (; number < num_places; ++number) {
    ASSERT_TRUE(pool.Ask(asker.Job(number, "held", greedy)));
  }
  EXPECT_FALSE(pool.Ask(asker.Job(number, "held", greedy)));
  // The other addresses of its network are the same peer; those of another network are not.
  EXPECT_FALSE(
      pool.Ask(asker.Job(number, "held", IpAddress::Parse("2001:db8:1:2:ffff::9").value())));
  EXPECT_TRUE(pool.Ask(asker.Job(number, "right", IpAddress::Parse("2001:db8:1:3::1").value())));
  gate.Open();
  asker.Await(num_places + 1);
}

// Who has waited too long is told so without the work being done.
TEST(CryptoPoolTest, WhatWaitedTooLongIsGivenUp) {
  Gate gate;
  Asker asker;
  CryptoPool pool({.num_threads = 1, .matches = gate.Function(), .waiting_ms_max = 0});
  // Of zero milliseconds a fraction has gone by when a thread takes it.
  EXPECT_TRUE(pool.Ask(asker.Job(1, "right")));
  asker.Await(1);
  EXPECT_EQ(asker.verdicts[1], Verdict::kGivenUp);
  EXPECT_EQ(gate.num_begun(), 0);
}

// The verdict stays with the pool until the worker has room for it.
TEST(CryptoPoolTest, AFullMailboxLosesNothing) {
  Gate gate;
  Asker asker(/*mailbox_capacity=*/2);
  CryptoPool pool({.num_threads = 2, .matches = gate.Function(), .waiting_ms_max = kNoLimitMs});
  for (uint8_t number = 0; number < 10; ++number) {
    ASSERT_TRUE(pool.Ask(asker.Job(number, "right")));
  }
  gate.AwaitBegun(4);  // so two verdicts have been delivered and a third is held
  asker.Await(10);
  EXPECT_EQ(asker.verdicts.size(), 10U);
}

TEST(CryptoPoolTest, StopFinishesWhatIsUnderWayAndDropsTheRest) {
  Gate gate;
  Asker asker;
  CryptoPool pool({.num_threads = 1, .matches = gate.Function(), .waiting_ms_max = kNoLimitMs});
  for (uint8_t number = 0; number < 10; ++number) {
    ASSERT_TRUE(pool.Ask(asker.Job(number, "held")));
  }
  gate.AwaitBegun(1);
  std::thread stopper([&pool] { pool.Stop(); });
  gate.Open();
  stopper.join();
  const auto num_begun = static_cast<size_t>(gate.num_begun());
  asker.Await(num_begun);
  EXPECT_EQ(asker.verdicts.size(), num_begun);
  EXPECT_FALSE(pool.Ask(asker.Job(11, "right"))) << "nobody would answer";
}

TEST(CryptoPoolTest, StopDoesNotWaitForAMailboxThatNobodyEmpties) {
  Gate gate;
  Asker asker(/*mailbox_capacity=*/2);
  CryptoPool pool({.num_threads = 1, .matches = gate.Function(), .waiting_ms_max = kNoLimitMs});
  for (uint8_t number = 0; number < 3; ++number) {
    ASSERT_TRUE(pool.Ask(asker.Job(number, "right")));
  }
  gate.AwaitBegun(3);
  pool.Stop();
  asker.Await(2);
  EXPECT_EQ(asker.verdicts.size(), 2U);
}

// Workers that ask more than the pool takes, and every question that was taken is answered once, to
// its own worker, with its own answer.
TEST(CryptoPoolThreads, EveryQuestionTakenIsAnsweredOnce) {
  constexpr int kNumRounds = 200;
  constexpr size_t kNumWorkers = 4;
  std::vector<std::unique_ptr<Asker>> askers;
  for (size_t worker = 0; worker < kNumWorkers; ++worker) {
    askers.push_back(std::make_unique<Asker>(/*mailbox_capacity=*/8));  // verdicts are held, too
  }
  CryptoPool pool({.num_threads = 3,
                   .matches = [](std::string_view,
                                 std::string_view password) { return password.back() % 2 == 0; },
                   .waiting_ms_max = kNoLimitMs});
  std::vector<std::thread> workers;
  for (size_t worker = 0; worker < kNumWorkers; ++worker) {
    workers.emplace_back([&pool, &asker = *askers[worker], worker] {
      for (int round = 0; round < kNumRounds; ++round) {
        std::map<uint8_t, Verdict> expected;
        for (uint8_t number = 0; number < 50; ++number) {
          const std::string password = "password" + std::string(1, static_cast<char>(number));
          if (pool.Ask(asker.Job(number, password, Peer(worker)))) {
            expected[number] = number % 2 == 0 ? Verdict::kRight : Verdict::kWrong;
          }
        }
        asker.Await(expected.size());
        EXPECT_EQ(asker.verdicts, expected);
        EXPECT_FALSE(round == 0 && expected.empty());
        asker.verdicts.clear();
      }
    });
  }
  for (std::thread& worker : workers) {
    worker.join();
  }
}

// Questions go on coming in while the pool is stopped.
TEST(CryptoPoolThreads, StopsInTheMiddleOfTraffic) {
  for (int round = 0; round < 50; ++round) {
    Asker asker;
    CryptoPool pool({.num_threads = 2,
                     .matches = [](std::string_view, std::string_view) { return true; },
                     .waiting_ms_max = kNoLimitMs});
    std::thread worker([&] {
      for (int i = 0; i < 10'000; ++i) {
        (void)pool.Ask(asker.Job(0, "p"));
      }
    });
    pool.Stop();
    worker.join();
  }
}

}  // namespace
}  // namespace pkigate::control
