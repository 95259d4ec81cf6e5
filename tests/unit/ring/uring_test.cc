// SPDX-License-Identifier: Apache-2.0
//
// What only the kernel's ring has: queues that are too small, buffers that run out, wakes between
// threads, descriptors at the limit. The rest is in behaviour_test.cc.
#include "ring/uring.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <string>
#include <thread>
#include <vector>

#include "ring/acceptor.h"
#include "ring/listener_socket.h"
#include "ring_world.h"

namespace pkigate::ring {
namespace {

constexpr uint8_t kRecvKind = 2;
constexpr uint8_t kCancelKind = 5;

constexpr UringOptions kTiny{.submission_entries = 4, .completion_entries = 4, .buffers = 4};

Tag TagOf(uint8_t kind, uint32_t slot = 0) { return {.kind = kind, .slot = slot, .generation = 1}; }

std::unique_ptr<Ring> MakeRing(const UringOptions& options) {
  Result<std::unique_ptr<Ring>> ring = Uring::Create(options);
  EXPECT_TRUE(ring.ok()) << ring.error().message;
  return std::move(ring).value();
}

// Connected sockets: the ring's side and ours.
struct SocketPair {
  SocketPair() {
    std::array<int, 2> fds{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds.data()), 0);
    ring_fd = fds[0];
    peer_fd = fds[1];
  }
  SocketPair(const SocketPair&) = delete;
  SocketPair& operator=(const SocketPair&) = delete;
  ~SocketPair() {
    ::close(ring_fd);
    ::close(peer_fd);
  }
  int ring_fd = -1;
  int peer_fd = -1;
};

TEST(Uring, RefusesQueuesTheKernelRefuses) {
  const auto ring = Uring::Create({.submission_entries = 8, .completion_entries = 4, .buffers = 4});
  ASSERT_FALSE(ring.ok());
  EXPECT_STREQ(ring.error().code, "kernel_too_old") << ring.error().message;
}

TEST(Uring, WithoutDescriptorsNamesTheLimit) {
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit none = before;
  none.rlim_cur = 0;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  const auto ring = Uring::Create(kTiny);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  ASSERT_FALSE(ring.ok());
  EXPECT_STREQ(ring.error().code, "too_many_open_files") << ring.error().message;
}

TEST(Uring, FindsTheKernelsFeatures) {
  // Both are part of the minimum kernel (5.19, 5.18), so a machine without them is a surprise.
  EXPECT_EQ(KernelFeatures().Text(), "multishot_accept message_ring");
  EXPECT_EQ(Features{}.Text(), "none");
}

// Far more operations at once than either queue has room for.
TEST(UringFaults, TinyQueuesOnlyCostTime) {
  const auto ring = MakeRing(kTiny);
  constexpr uint32_t kSockets = 50;
  std::vector<SocketPair> pairs(kSockets);
  for (uint32_t i = 0; i < kSockets; ++i) {
    ring->Recv(TagOf(kRecvKind, i), pairs[i].ring_fd);
  }
  EXPECT_EQ(ring->in_flight(), kSockets);
  EXPECT_GT(ring->counters().submits_early, 0U);
  for (const SocketPair& pair : pairs) {
    ASSERT_EQ(::send(pair.peer_fd, "hello", 5, 0), 5);
  }
  Recorder recorder;
  EXPECT_TRUE(TurnUntil(*ring, recorder, [&] { return recorder.records.size() == kSockets; }));
  for (uint32_t i = 0; i < kSockets; ++i) {
    EXPECT_EQ(recorder.Take(TagOf(kRecvKind, i))->data, "hello");
  }
  EXPECT_GT(ring->counters().completion_overflows, 0U);
  EXPECT_EQ(ring->counters().completions_lost, 0U);
  EXPECT_GT(ring->counters().receives_without_buffer, 0U);
  EXPECT_EQ(ring->counters().stale_completions, 0U);
  EXPECT_EQ(ring->in_flight(), 0U);
}

// Handlers that cause further operations, with room for none of them.
TEST(UringFaults, HandlersMaySubmitIntoFullQueues) {
  const auto ring = MakeRing(kTiny);
  constexpr uint32_t kSockets = 20;
  constexpr int kRounds = 10;
  std::vector<SocketPair> pairs(kSockets);
  Recorder recorder;
  int num_received = 0;
  recorder.on_completion = [&](const Completion& completion) {
    ASSERT_EQ(completion.result, 1);
    ++num_received;
    ring->Recv(completion.tag, pairs[completion.tag.slot].ring_fd);
    ASSERT_EQ(::send(pairs[completion.tag.slot].peer_fd, "x", 1, 0), 1);
  };
  for (uint32_t i = 0; i < kSockets; ++i) {
    ring->Recv(TagOf(kRecvKind, i), pairs[i].ring_fd);
    ASSERT_EQ(::send(pairs[i].peer_fd, "x", 1, 0), 1);
  }
  EXPECT_TRUE(TurnUntil(*ring, recorder,
                        [&] { return num_received >= static_cast<int>(kSockets) * kRounds; }));
  EXPECT_EQ(ring->in_flight(), kSockets);
  recorder.on_completion = nullptr;
  for (uint32_t i = 0; i < kSockets; ++i) {
    ring->CancelAll(TagOf(kCancelKind, i), pairs[i].ring_fd);
  }
  EXPECT_TRUE(TurnUntil(*ring, recorder, [&] { return ring->in_flight() == 0; }));
}

// A receive that waits for a buffer is unknown to the kernel, so the ring itself cancels it.
TEST(UringFaults, AStarvedReceiveCanBeCancelled) {
  const auto ring = MakeRing({.submission_entries = 64, .completion_entries = 64, .buffers = 4});
  constexpr uint32_t kSockets = 12;
  std::vector<SocketPair> pairs(kSockets);
  for (uint32_t i = 0; i < kSockets; ++i) {
    ASSERT_EQ(::send(pairs[i].peer_fd, "x", 1, 0), 1);
    ring->Recv(TagOf(kRecvKind, i), pairs[i].ring_fd);
  }
  // One turn brings four buffers' worth; the others starve until the next.
  Recorder recorder;
  ring->Turn(recorder, 100);
  const size_t num_served = recorder.records.size();
  ASSERT_LT(num_served, kSockets);
  ASSERT_EQ(ring->counters().receives_without_buffer, kSockets - num_served);
  for (uint32_t i = 0; i < kSockets; ++i) {
    ring->CancelAll(TagOf(kCancelKind, i), pairs[i].ring_fd);
  }
  EXPECT_TRUE(TurnUntil(*ring, recorder, [&] { return ring->in_flight() == 0; }));
  size_t num_cancelled = 0;
  for (uint32_t i = 0; i < kSockets; ++i) {
    const auto record = recorder.Take(TagOf(kRecvKind, i));
    ASSERT_TRUE(record.has_value());
    num_cancelled += record->result == -ECANCELED ? 1 : 0;
    EXPECT_TRUE(recorder.Take(TagOf(kCancelKind, i)).has_value());
  }
  EXPECT_EQ(num_cancelled, kSockets - num_served);
  EXPECT_TRUE(recorder.records.empty());
}

// The cancellation comes while the kernel's ENOBUFS is still on its way.
TEST(UringFaults, CancelledIsCancelledEvenWithoutABuffer) {
  const auto ring = MakeRing({.submission_entries = 64, .completion_entries = 64, .buffers = 4});
  constexpr uint32_t kSockets = 12;
  std::vector<SocketPair> pairs(kSockets);
  for (uint32_t i = 0; i < kSockets; ++i) {
    ASSERT_EQ(::send(pairs[i].peer_fd, "x", 1, 0), 1);
    ring->Recv(TagOf(kRecvKind, i), pairs[i].ring_fd);
  }
  Recorder recorder;
  bool first = true;
  recorder.on_completion = [&](const Completion&) {
    for (uint32_t i = 0; first && i < kSockets; ++i) {
      ring->CancelAll(TagOf(kCancelKind, i), pairs[i].ring_fd);
    }
    first = false;
  };
  EXPECT_TRUE(TurnUntil(*ring, recorder, [&] { return ring->in_flight() == 0; }));
  for (uint32_t i = 0; i < kSockets; ++i) {
    const auto record = recorder.Take(TagOf(kRecvKind, i));
    ASSERT_TRUE(record.has_value());
    EXPECT_TRUE(record->result == 1 || record->result == -ECANCELED) << record->result;
  }
  EXPECT_EQ(ring->counters().receives_without_buffer, 0U) << "none was armed again";
}

// The kernel's memory must not outlive ours: a ring goes only after its operations.
TEST(Uring, ARingCanGoWithOperationsInFlight) {
  std::vector<SocketPair> pairs(20);
  const int listener = *OpenListener({.address = IpAddress::V4({127, 0, 0, 1}), .port = 0}, {});
  {
    const auto ring = MakeRing(kTiny);
    Recorder recorder;
    ring->Accept(TagOf(1), listener, AcceptMode::kMultishot);
    for (uint32_t i = 0; i < pairs.size(); ++i) {
      ring->Recv(TagOf(kRecvKind, i), pairs[i].ring_fd);
    }
    ring->Turn(recorder, 0);
  }
  // Nothing reads from the sockets any more: the bytes stay.
  for (const SocketPair& pair : pairs) {
    ASSERT_EQ(::send(pair.peer_fd, "x", 1, 0), 1);
    char byte = 0;
    EXPECT_EQ(::recv(pair.ring_fd, &byte, 1, MSG_DONTWAIT), 1);
  }
  ::close(listener);
}

TEST(Uring, AWakeOfOneselfEndsTheNextWait) {
  const auto ring = MakeRing(kTiny);
  Recorder recorder;
  ring->Turn(recorder, 0);
  uint64_t shortest_ms = limits::kTurnWaitMsMax;  // the machine may be busy, but not all the time
  for (int i = 0; i < 10; ++i) {
    const uint64_t begin_ms = ring->NowMs();
    ring->Wake(ring->waker());
    ring->Turn(recorder, limits::kTurnWaitMsMax);
    shortest_ms = std::min(shortest_ms, ring->NowMs() - begin_ms);
  }
  EXPECT_LT(shortest_ms, limits::kTurnWaitMsMax / 2);
}

TEST(Uring, AWakeToAMissingRingFallsBackToItsEvent) {
  class NoRing final : public Waker {
   public:
    void Wake() override { ++num_wakes; }
    int handle() const override { return STDERR_FILENO; }
    int num_wakes = 0;
  };
  const auto ring = MakeRing(kTiny);
  NoRing other;
  ring->Wake(other);
  Recorder recorder;
  EXPECT_TRUE(TurnUntil(*ring, recorder, [&] { return other.num_wakes > 0; }));
  EXPECT_EQ(ring->counters().wakes_failed, 1U);
  EXPECT_EQ(ring->in_flight(), 0U);
}

TEST(Uring, ATurnWaitsNoLongerThanToldOrTheLimit) {
  const auto ring = MakeRing(kTiny);
  Recorder recorder;
  ring->Turn(recorder, 0);
  const uint64_t begin_ms = ring->NowMs();
  ring->Turn(recorder, 1'000'000);
  EXPECT_GE(ring->NowMs() - begin_ms, limits::kTurnWaitMsMax - 1);
  EXPECT_LT(ring->NowMs() - begin_ms, 500'000U) << "not the 1000 s";
}

// The acceptor with real descriptors at their real limit: it pauses, turns away whom it cannot
// serve, and recovers.
TEST(UringFaults, AcceptorAtTheDescriptorLimit) {
  constexpr Tag kAccept{.kind = 1, .slot = 0, .generation = 1};
  constexpr Tag kCancel{.kind = 2, .slot = 0, .generation = 1};
  const auto ring = MakeRing({});
  const int listener = *OpenListener({.address = IpAddress::V4({127, 0, 0, 1}), .port = 0}, {});
  const std::unique_ptr<RingWorld> other = MakeKernelWorld(kTiny);  // for its clients
  TimerWheel timers(ring->NowMs());
  // One-shot, because the kernel reads the limit when an accept is armed.
  Acceptor acceptor(
      *ring, timers,
      {.listener = listener, .accept = kAccept, .cancel = kCancel, .mode = AcceptMode::kOneShot});

  struct Handler final : CompletionHandler {
    explicit Handler(Acceptor& acceptor_at_work) : acceptor(acceptor_at_work) {}
    void OnCompletion(const Completion& completion) override {
      if (const auto accepted = acceptor.OnCompletion(completion)) {
        ::close(accepted->fd);
      }
    }
    Acceptor& acceptor;
  } handler(acceptor);
  const auto turn = [&] {
    ring->Turn(handler, 5);
    timers.Advance(ring->NowMs(), [&](Timer&) { acceptor.OnTimer(); });
  };

  const auto first = other->Connect(*BoundAddress(listener));
  for (int i = 0; i < 1'000 && acceptor.counters().accepted == 0; ++i) {
    turn();
  }
  ASSERT_EQ(acceptor.counters().accepted, 1U);

  const auto second = other->Connect(*BoundAddress(listener));
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit none = before;
  none.rlim_cur = 0;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  for (int i = 0; i < 100 && acceptor.counters().pauses < 2; ++i) {
    turn();
  }
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_GE(acceptor.counters().pauses, 2U);
  EXPECT_EQ(acceptor.counters().accepted, 1U);
  for (int i = 0; i < 1'000 && acceptor.counters().accepted == 1; ++i) {
    turn();
  }
  EXPECT_EQ(acceptor.counters().accepted, 2U) << "it had stayed in the queue";

  acceptor.Stop();
  for (int i = 0; i < 100 && acceptor.state() != Acceptor::State::kStopped; ++i) {
    turn();
  }
  ASSERT_EQ(acceptor.state(), Acceptor::State::kStopped);
  const auto third = other->Connect(*BoundAddress(listener));
  EXPECT_GE(ring->Shed(listener, 5), 1U);
  EXPECT_EQ(ring->Shed(listener, 5), 0U);
  EXPECT_TRUE(TurnUntil(*ring, handler, [&] {
    third->Read();
    return third->AtEnd();
  }));
  ring->CloseFd(listener);
}

}  // namespace
}  // namespace pkigate::ring
