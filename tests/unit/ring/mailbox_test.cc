// SPDX-License-Identifier: Apache-2.0
//
// The concurrent tests are the ones to run with -Db_sanitize=thread.
#include "ring/mailbox.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "ring/simulated.h"
#include "ring/uring.h"
#include "ring_world.h"

namespace pkigate::ring {
namespace {

class CountingWaker final : public Waker {
 public:
  void Wake() override { num_wakes.fetch_add(1); }
  int handle() const override { return -1; }
  std::atomic<int> num_wakes{0};
};

using Owned = std::unique_ptr<int>;

std::vector<int> DrainAll(Mailbox<Owned>& mailbox) {
  std::vector<int> received;
  mailbox.Drain([&](Owned message) { received.push_back(*message); });
  return received;
}

TEST(Mailbox, DeliversInOrderAndRefusesWhenFull) {
  CountingWaker waker;
  Mailbox<Owned> mailbox(4, waker);
  EXPECT_EQ(mailbox.capacity(), 4U);
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 4; ++i) {
      EXPECT_TRUE(mailbox.Post(std::make_unique<int>(i)));
    }
    EXPECT_FALSE(mailbox.Post(std::make_unique<int>(4)));
    EXPECT_EQ(DrainAll(mailbox), (std::vector<int>{0, 1, 2, 3}));
    EXPECT_TRUE(DrainAll(mailbox).empty());
  }
}

TEST(Mailbox, WakesOncePerDrain) {
  CountingWaker waker;
  Mailbox<Owned> mailbox(8, waker);
  ASSERT_TRUE(mailbox.Post(std::make_unique<int>(1)));
  ASSERT_TRUE(mailbox.Post(std::make_unique<int>(2)));
  EXPECT_EQ(waker.num_wakes, 1);
  DrainAll(mailbox);
  ASSERT_TRUE(mailbox.Post(std::make_unique<int>(3)));
  EXPECT_EQ(waker.num_wakes, 2);
}

TEST(Mailbox, AReceiverMayPostToItself) {
  CountingWaker waker;
  Mailbox<Owned> mailbox(4, waker);
  ASSERT_TRUE(mailbox.Post(std::make_unique<int>(0)));
  // One drain takes a mailbox full at most, so this ends.
  const size_t num_received = mailbox.Drain(
      [&](Owned message) { EXPECT_TRUE(mailbox.Post(std::make_unique<int>(*message + 1))); });
  EXPECT_EQ(num_received, 4U);
  EXPECT_EQ(DrainAll(mailbox), (std::vector<int>{4}));
}

TEST(Mailbox, UndeliveredMessagesAreFreedWithIt) {
  auto shared = std::make_shared<int>(1);
  CountingWaker waker;
  {
    Mailbox<std::shared_ptr<int>> mailbox(4, waker);
    ASSERT_TRUE(mailbox.Post(shared));
    EXPECT_EQ(shared.use_count(), 2);
  }
  EXPECT_EQ(shared.use_count(), 1);
}

// Several threads post as fast as the owner lets them: everything arrives once, and each poster's
// messages in its order.
TEST(MailboxThreads, NothingIsLostOrRepeated) {
  constexpr int kPosters = 4;
  constexpr int kEach = 20'000;
  CountingWaker waker;
  Mailbox<Owned> mailbox(64, waker);
  std::vector<std::thread> posters;
  for (int poster = 0; poster < kPosters; ++poster) {
    posters.emplace_back([&mailbox, poster] {
      for (int i = 0; i < kEach; ++i) {
        while (!mailbox.Post(std::make_unique<int>(poster * kEach + i))) {
          std::this_thread::yield();
        }
      }
    });
  }
  std::vector<int> next(kPosters, 0);
  int num_received = 0;
  while (num_received < kPosters * kEach) {
    const size_t num_now = mailbox.Drain([&](Owned message) {
      const auto poster = static_cast<size_t>(*message / kEach);
      EXPECT_EQ(*message % kEach, next[poster]);
      ++next[poster];
    });
    num_received += static_cast<int>(num_now);
    if (num_now == 0) {
      std::this_thread::yield();
    }
  }
  for (std::thread& poster : posters) {
    poster.join();
  }
  EXPECT_TRUE(DrainAll(mailbox).empty());
}

// A real worker that waits in its ring, and a thread without one that posts.
TEST(MailboxThreads, WakesASleepingWorker) {
  constexpr int kMessages = 2'000;
  std::atomic<Mailbox<Owned>*> published{nullptr};
  std::atomic<int> num_received{0};
  std::atomic<bool> all_posted{false};
  std::thread worker([&] {
    const std::unique_ptr<Ring> ring = std::move(Uring::Create({})).value();
    Mailbox<Owned> mailbox(16, ring->waker());
    published.store(&mailbox);
    Recorder recorder;
    EXPECT_TRUE(TurnUntil(*ring, recorder, [&] {
      mailbox.Drain([&](Owned) { num_received.fetch_add(1); });
      return num_received.load() == kMessages;
    }));
    EXPECT_GT(ring->counters().wakes_received, 0U);
    // The last Post may still be waking.
    while (!all_posted.load()) {
      std::this_thread::yield();
    }
  });
  while (published.load() == nullptr) {
    std::this_thread::yield();
  }
  Mailbox<Owned>& mailbox = *published.load();
  for (int i = 0; i < kMessages; ++i) {
    while (!mailbox.Post(std::make_unique<int>(i))) {
      std::this_thread::yield();
    }
  }
  all_posted = true;
  worker.join();
  EXPECT_EQ(num_received.load(), kMessages);
}

// Two workers play ping-pong through their rings (MSG_RING where the kernel has it).
TEST(MailboxThreads, RingsWakeEachOther) {
  constexpr int kTrips = 2'000;
  struct Side {
    std::atomic<Mailbox<Owned>*> mailbox{nullptr};
    std::atomic<bool> done{false};
  };
  std::array<Side, 2> sides;
  const auto play = [&](size_t self) {
    const std::unique_ptr<Ring> ring = std::move(Uring::Create({})).value();
    Mailbox<Owned> mailbox(4, ring->waker());
    sides[self].mailbox.store(&mailbox);
    Side& other = sides[1 - self];
    while (other.mailbox.load() == nullptr) {
      std::this_thread::yield();
    }
    if (self == 0) {
      ASSERT_TRUE(other.mailbox.load()->Post(std::make_unique<int>(0), *ring));
    }
    Recorder recorder;
    int last = -1;
    EXPECT_TRUE(TurnUntil(*ring, recorder, [&] {
      mailbox.Drain([&](Owned message) {
        last = *message;
        if (last < kTrips) {
          EXPECT_TRUE(other.mailbox.load()->Post(std::make_unique<int>(last + 1), *ring));
        }
      });
      return last >= kTrips - 1;
    }));
    ring->Turn(recorder, 0);  // hands over the last wake
    EXPECT_GT(ring->counters().wakes_sent, 0U);
    EXPECT_EQ(ring->counters().wakes_failed, 0U);
    // Neither ring may go while the other may still wake it.
    sides[self].done.store(true);
    while (!other.done.load()) {
      std::this_thread::yield();
    }
  };
  std::thread first(play, 0);
  std::thread second(play, 1);
  first.join();
  second.join();
}

// In the simulator a wake may be lost; the bounded wait makes that a delay.
TEST(Mailbox, ALostWakeIsOnlyADelay) {
  SimulatedNetwork network(5);
  const auto sender = network.MakeRing({});
  const auto receiver = network.MakeRing({});
  network.faults().lost_wakes = 1000;
  Mailbox<Owned> mailbox(4, receiver->waker());
  ASSERT_TRUE(mailbox.Post(std::make_unique<int>(1), *sender));
  const uint64_t begin_ms = network.now_ms();
  Recorder recorder;
  receiver->Turn(recorder, 60'000);
  EXPECT_EQ(receiver->counters().wakes_received, 0U);
  EXPECT_EQ(DrainAll(mailbox).size(), 1U);
  EXPECT_EQ(network.now_ms() - begin_ms, limits::kTurnWaitMsMax);

  network.faults().lost_wakes = 0;
  ASSERT_TRUE(mailbox.Post(std::make_unique<int>(2), *sender));
  receiver->Turn(recorder, 60'000);
  EXPECT_EQ(receiver->counters().wakes_received, 1U);
}

}  // namespace
}  // namespace pkigate::ring
