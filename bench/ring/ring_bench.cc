// SPDX-License-Identifier: Apache-2.0
//
// The parts a worker's loop is made of: deadlines, names of connections, messages from other
// threads; and what the kernel charges for a turn of io_uring.
#include <benchmark/benchmark.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <random>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "ring/mailbox.h"
#include "ring/slot_table.h"
#include "ring/timer_wheel.h"
#include "ring/uring.h"

namespace pkigate::ring {
namespace {

// --- timer wheel --------------------------------------------------------------------------------

constexpr uint64_t kIdleMs = 75'000;

std::deque<Timer> ArmedTimers(TimerWheel& wheel, int64_t num_timers) {
  std::mt19937 random(1);
  std::deque<Timer> timers(static_cast<size_t>(num_timers));
  for (Timer& timer : timers) {
    wheel.Arm(timer, wheel.now_ms() + 1 + random() % kIdleMs);
  }
  return timers;
}

void DisarmAll(TimerWheel& wheel, std::deque<Timer>& timers) {
  for (Timer& timer : timers) {
    wheel.Disarm(timer);
  }
}

// A request on a kept connection: its deadline is moved, among those of many others.
void MoveTimer(benchmark::State& state) {
  TimerWheel wheel(1'000'000);
  std::deque<Timer> timers = ArmedTimers(wheel, state.range(0));
  size_t next = 0;
  uint64_t due_ms = wheel.now_ms() + kIdleMs;
  for (auto _ : state) {
    wheel.Arm(timers[next], due_ms);
    next = next + 1 == timers.size() ? 0 : next + 1;
    due_ms += due_ms % 3;
  }
  DisarmAll(wheel, timers);
}
BENCHMARK(MoveTimer)->Arg(1)->Arg(1'000)->Arg(10'000);

// A turn's share: asking when the next timer is due, and going on by a millisecond. Those that fire
// are armed again, so that there are always as many.
void AdvanceOneMillisecond(benchmark::State& state) {
  TimerWheel wheel(1'000'000);
  std::deque<Timer> timers = ArmedTimers(wheel, state.range(0));
  uint64_t now_ms = wheel.now_ms();
  for (auto _ : state) {
    benchmark::DoNotOptimize(wheel.NextDueMs());
    ++now_ms;
    wheel.Advance(now_ms, [&](Timer& timer) { wheel.Arm(timer, now_ms + kIdleMs); });
  }
  DisarmAll(wheel, timers);
}
BENCHMARK(AdvanceOneMillisecond)->Arg(0)->Arg(1'000)->Arg(10'000);

// --- slot table ---------------------------------------------------------------------------------

void SlotAllocateAndFree(benchmark::State& state) {
  SlotTable table(10'000);
  for (auto _ : state) {
    const auto slot = table.Allocate();
    benchmark::DoNotOptimize(slot);
    table.Free(*slot);
  }
}
BENCHMARK(SlotAllocateAndFree);

// Asked of every completion; connections in random order.
void SlotValid(benchmark::State& state) {
  SlotTable table(10'000);
  std::vector<Tag> tags;
  for (uint32_t count = 0; count < table.capacity(); ++count) {
    const uint32_t slot = *table.Allocate();
    tags.push_back({.kind = 1, .slot = slot, .generation = table.Generation(slot)});
  }
  std::shuffle(tags.begin(), tags.end(), std::mt19937(1));
  size_t next = 0;
  for (auto _ : state) {
    const Tag tag = Tag::Unpack(tags[next].Pack());
    PKIGATE_ASSERT(table.Valid(tag));
    next = next + 1 == tags.size() ? 0 : next + 1;
  }
}
BENCHMARK(SlotValid);

// --- mailbox ------------------------------------------------------------------------------------

class NoWaker final : public Waker {
 public:
  void Wake() override { ++num_wakes; }
  int handle() const override { return -1; }
  uint64_t num_wakes = 0;
};

using Message = std::unique_ptr<int>;

// `range` messages posted, then drained, on one thread: the cost without contention or wake.
void MailboxPostAndDrain(benchmark::State& state) {
  NoWaker waker;
  Mailbox<Message> mailbox(1'024, waker);
  for (auto _ : state) {
    for (int64_t count = 0; count < state.range(0); ++count) {
      const bool posted = mailbox.Post(Message());
      PKIGATE_ASSERT(posted);
    }
    mailbox.Drain([](Message message) { benchmark::DoNotOptimize(message); });
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(MailboxPostAndDrain)->Arg(1)->Arg(64);

// What a turn pays for looking into an empty one.
void MailboxDrainEmpty(benchmark::State& state) {
  NoWaker waker;
  Mailbox<Message> mailbox(1'024, waker);
  for (auto _ : state) {
    benchmark::DoNotOptimize(mailbox.Drain([](Message) {}));
  }
}
BENCHMARK(MailboxDrainEmpty);

// --- io_uring -----------------------------------------------------------------------------------

class Counting final : public CompletionHandler {
 public:
  void OnCompletion(const Completion& completion) override {
    PKIGATE_ASSERT(completion.result >= 0);
    ++num_completions;
  }
  uint64_t num_completions = 0;
};

std::unique_ptr<Ring> MakeRing(benchmark::State& state) {
  Result<std::unique_ptr<Ring>> ring = Uring::Create({});
  if (!ring.ok()) {
    state.SkipWithError(ring.error().message.c_str());
    return nullptr;
  }
  return std::move(ring).value();
}

// Nothing to hand over, nothing to wait for: the system call, the clocks and the loop around them.
void TurnWithoutWork(benchmark::State& state) {
  const auto ring = MakeRing(state);
  if (ring == nullptr) {
    return;
  }
  Counting handler;
  for (auto _ : state) {
    ring->Turn(handler, 0);
  }
}
BENCHMARK(TurnWithoutWork);

// A wake from a thread without a ring: eventfd, poll, and the turn that sees it.
void WakeAndTurn(benchmark::State& state) {
  const auto ring = MakeRing(state);
  if (ring == nullptr) {
    return;
  }
  Counting handler;
  ring->Turn(handler, 0);
  for (auto _ : state) {
    ring->waker().Wake();
    ring->Turn(handler, 1);
  }
  state.counters["wakes_seen"] = benchmark::Counter(
      static_cast<double>(ring->counters().wakes_received), benchmark::Counter::kAvgIterations);
}
BENCHMARK(WakeAndTurn);

// 200 bytes sent and received over a pair of sockets, by `range` pairs at once: how the system call
// is shared when many connections have something to do in one turn.
void SendAndReceive(benchmark::State& state) {
  const auto ring = MakeRing(state);
  if (ring == nullptr) {
    return;
  }
  std::vector<std::array<int, 2>> pairs(static_cast<size_t>(state.range(0)));
  for (auto& pair : pairs) {
    const int made =
        ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair.data());
    PKIGATE_ASSERT(made == 0);
  }
  std::array<uint8_t, 200> bytes{};
  const iovec piece{bytes.data(), bytes.size()};
  Counting handler;
  uint64_t wanted = 0;
  for (auto _ : state) {
    for (uint32_t slot = 0; slot < pairs.size(); ++slot) {
      ring->Recv({.kind = 1, .slot = slot, .generation = 1}, pairs[slot][1]);
      ring->Send({.kind = 2, .slot = slot, .generation = 1}, pairs[slot][0], {&piece, 1});
    }
    wanted += 2 * pairs.size();
    while (handler.num_completions < wanted) {
      ring->Turn(handler, 100);
    }
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  for (const auto& pair : pairs) {
    ring->CloseFd(pair[0]);
    ring->CloseFd(pair[1]);
  }
}
BENCHMARK(SendAndReceive)->Arg(1)->Arg(64);

}  // namespace
}  // namespace pkigate::ring

BENCHMARK_MAIN();
