// SPDX-License-Identifier: Apache-2.0
#include "ring/timer_wheel.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <map>
#include <random>
#include <vector>

#include "ring_world.h"

namespace pkigate::ring {
namespace {

constexpr uint64_t kStartMs = 1'234'567'890;

std::vector<Timer*> AdvanceTo(TimerWheel& wheel, uint64_t now_ms) {
  std::vector<Timer*> fired;
  wheel.Advance(now_ms, [&](Timer& timer) { fired.push_back(&timer); });
  return fired;
}

// Each of these lies at or next to a border between slots or levels.
TEST(TimerWheel, FiresInTheExactMillisecondAtEveryDistance) {
  for (const uint64_t distance_ms :
       {1U, 2U, 63U, 64U, 65U, 4'095U, 4'096U, 4'097U, 262'143U, 262'144U, 262'145U, 16'777'215U,
        16'777'216U, 16'777'217U, 100'000'000U}) {
    TimerWheel wheel(kStartMs);
    Timer timer(3, &wheel);
    wheel.Arm(timer, kStartMs + distance_ms);
    EXPECT_TRUE(timer.armed());
    EXPECT_EQ(wheel.armed(), 1U);
    EXPECT_LE(wheel.NextDueMs(), kStartMs + distance_ms);
    EXPECT_TRUE(AdvanceTo(wheel, kStartMs + distance_ms - 1).empty()) << distance_ms;
    EXPECT_TRUE(timer.armed());
    const std::vector<Timer*> fired = AdvanceTo(wheel, kStartMs + distance_ms);
    ASSERT_EQ(fired.size(), 1U) << distance_ms;
    EXPECT_EQ(fired[0], &timer);
    EXPECT_EQ(timer.kind, 3);
    EXPECT_EQ(timer.owner, &wheel);
    EXPECT_FALSE(timer.armed());
    EXPECT_EQ(wheel.armed(), 0U);
    EXPECT_EQ(wheel.NextDueMs(), TimerWheel::kNever);
  }
}

TEST(TimerWheel, FollowingNextDueReachesATimerInFewSteps) {
  TimerWheel wheel(kStartMs);
  Timer timer;
  wheel.Arm(timer, kStartMs + 10'000'000);
  int num_steps = 0;
  while (timer.armed()) {
    const uint64_t next_ms = wheel.NextDueMs();
    ASSERT_GT(next_ms, wheel.now_ms());
    wheel.Advance(next_ms, [](Timer&) {});
    ++num_steps;
  }
  EXPECT_EQ(wheel.now_ms(), kStartMs + 10'000'000);
  EXPECT_LE(num_steps, 4);
}

TEST(TimerWheel, WhatIsPastFiresInTheNextMillisecond) {
  TimerWheel wheel(kStartMs);
  Timer timer;
  wheel.Arm(timer, 5);
  EXPECT_EQ(wheel.NextDueMs(), kStartMs + 1);
  EXPECT_TRUE(AdvanceTo(wheel, kStartMs).empty());
  EXPECT_EQ(AdvanceTo(wheel, kStartMs + 1).size(), 1U);
}

TEST(TimerWheel, TimeDoesNotGoBack) {
  TimerWheel wheel(kStartMs);
  Timer timer;
  wheel.Arm(timer, kStartMs + 10);
  EXPECT_TRUE(AdvanceTo(wheel, kStartMs - 1000).empty());
  EXPECT_EQ(wheel.now_ms(), kStartMs);
  EXPECT_EQ(AdvanceTo(wheel, kStartMs + 10).size(), 1U);
}

TEST(TimerWheel, ArmingAgainMovesAndDisarmingEnds) {
  TimerWheel wheel(kStartMs);
  Timer timer;
  wheel.Arm(timer, kStartMs + 10);
  wheel.Arm(timer, kStartMs + 100'000);
  EXPECT_EQ(wheel.armed(), 1U);
  EXPECT_TRUE(AdvanceTo(wheel, kStartMs + 50).empty());
  wheel.Disarm(timer);
  wheel.Disarm(timer);
  EXPECT_EQ(wheel.armed(), 0U);
  EXPECT_EQ(wheel.NextDueMs(), TimerWheel::kNever);
  EXPECT_TRUE(AdvanceTo(wheel, kStartMs + 200'000).empty());
}

TEST(TimerWheel, ACallbackMayDisarmWhoIsDueInTheSameMillisecond) {
  TimerWheel wheel(kStartMs);
  Timer first;
  Timer second;
  wheel.Arm(first, kStartMs + 7);
  wheel.Arm(second, kStartMs + 7);
  std::vector<Timer*> fired;
  wheel.Advance(kStartMs + 7, [&](Timer& timer) {
    fired.push_back(&timer);
    wheel.Disarm(&timer == &first ? second : first);
  });
  EXPECT_EQ(fired.size(), 1U);
  EXPECT_EQ(wheel.armed(), 0U);
}

// Else a timer that arms itself for "now" would hold the loop for ever.
TEST(TimerWheel, WhatACallbackArmsFiresInALaterAdvance) {
  TimerWheel wheel(kStartMs);
  Timer timer;
  int num_fired = 0;
  const auto fire = [&](Timer& one) {
    ++num_fired;
    wheel.Arm(one, kStartMs);
  };
  wheel.Arm(timer, kStartMs + 1);
  wheel.Advance(kStartMs + 5'000, fire);
  EXPECT_EQ(num_fired, 1);
  wheel.Advance(kStartMs + 5'001, fire);
  EXPECT_EQ(num_fired, 2);
  wheel.Disarm(timer);
}

TEST(TimerWheel, ADyingWheelDisarmsItsTimers) {
  Timer timer;
  {
    TimerWheel wheel(kStartMs);
    wheel.Arm(timer, kStartMs + 10);
  }
  EXPECT_FALSE(timer.armed());
}

TEST(TimerWheelDeathTest, ATimerMayNotDieArmed) {
  EXPECT_DEATH(
      {
        TimerWheel wheel(kStartMs);
        Timer timer;
        wheel.Arm(timer, kStartMs + 10);
      },
      "!armed");
}

// Against a sorted map: any mixture of arming, moving, disarming and steps of any length fires the
// same timers in the same order of time.
TEST(TimerWheel, AgreesWithASortedMap) {
  for (const uint64_t seed : {uint64_t{1}, uint64_t{2}, uint64_t{3}, FreshSeed()}) {
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    std::deque<Timer> timers(200);
    std::map<Timer*, uint64_t> expected;
    uint64_t now_ms = random() % (uint64_t{1} << 40);
    TimerWheel wheel(now_ms);
    for (int i = 0; i < 20'000; ++i) {
      Timer& timer = timers[random() % timers.size()];
      const uint64_t reach_ms = uint64_t{1} << (random() % 26);
      switch (random() % 4) {
        case 0:
        case 1: {
          const uint64_t due_ms = now_ms + random() % reach_ms;
          wheel.Arm(timer, due_ms);
          expected[&timer] = std::max(due_ms, now_ms + 1);
          break;
        }
        case 2:
          wheel.Disarm(timer);
          expected.erase(&timer);
          break;
        case 3: {
          now_ms += random() % (uint64_t{1} << (random() % 16));
          uint64_t last_due_ms = 0;
          wheel.Advance(now_ms, [&](Timer& fired) {
            ASSERT_TRUE(expected.contains(&fired));
            EXPECT_EQ(fired.due_ms(), expected[&fired]);
            EXPECT_LE(fired.due_ms(), now_ms);
            EXPECT_GE(fired.due_ms(), last_due_ms);
            last_due_ms = fired.due_ms();
            expected.erase(&fired);
          });
          for (const auto& [left, due_ms] : expected) {
            ASSERT_GT(due_ms, now_ms);
            ASSERT_LE(wheel.NextDueMs(), due_ms);
          }
          break;
        }
      }
      ASSERT_EQ(wheel.armed(), expected.size());
    }
    for (Timer& timer : timers) {
      wheel.Disarm(timer);
    }
  }
}

}  // namespace
}  // namespace pkigate::ring
