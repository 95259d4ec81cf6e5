// SPDX-License-Identifier: Apache-2.0
//
// What happens when the kernel does not take a submission: it wants completions taken first
// (EBUSY), lacks memory (EAGAIN), or a signal came (EINTR). No kernel does that on demand, so the
// linker leads liburing's calls through the functions here (--wrap, see meson.build).
#include <gtest/gtest.h>
#include <liburing.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <deque>
#include <string>
#include <vector>

#include "ring/uring.h"
#include "ring_world.h"

namespace {

// Answers for the next calls, before the kernel is asked again. Each thread has its own ring.
thread_local std::deque<int> next_submits;
thread_local std::deque<int> next_waits;
thread_local int num_waits = 0;

int TakeFirst(std::deque<int>& answers) {
  const int answer = answers.front();
  answers.pop_front();
  return answer;
}

}  // namespace

extern "C" {

int __real_io_uring_submit(io_uring* ring);
int __real_io_uring_submit_and_wait_timeout(io_uring* ring, io_uring_cqe** cqe, unsigned wait_nr,
                                            __kernel_timespec* wait, sigset_t* signals);

int __wrap_io_uring_submit(io_uring* ring) {
  return next_submits.empty() ? __real_io_uring_submit(ring) : TakeFirst(next_submits);
}

int __wrap_io_uring_submit_and_wait_timeout(io_uring* ring, io_uring_cqe** cqe, unsigned wait_nr,
                                            __kernel_timespec* wait, sigset_t* signals) {
  ++num_waits;
  return next_waits.empty()
             ? __real_io_uring_submit_and_wait_timeout(ring, cqe, wait_nr, wait, signals)
             : TakeFirst(next_waits);
}

}  // extern "C"

namespace pkigate::ring {
namespace {

constexpr uint8_t kRecvKind = 2;
constexpr uint8_t kCancelKind = 5;
constexpr uint32_t kSockets = 12;

Tag TagOf(uint8_t kind, uint32_t slot) { return {.kind = kind, .slot = slot, .generation = 1}; }

class SubmitTest : public testing::Test {
 protected:
  SubmitTest()
      : ring_(std::move(
                  Uring::Create({.submission_entries = 4, .completion_entries = 64, .buffers = 16}))
                  .value()) {
    for (uint32_t i = 0; i < kSockets; ++i) {
      std::array<int, 2> pair{};
      EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair.data()),
                0);
      fds_.push_back(pair[0]);
      peers_.push_back(pair[1]);
    }
    ring_->Turn(recorder_, 0);  // the ring's own first operation is gone
  }
  ~SubmitTest() override {
    EXPECT_TRUE(next_submits.empty());
    EXPECT_TRUE(next_waits.empty());
    EXPECT_TRUE(TurnUntil(*ring_, recorder_, [&] { return ring_->in_flight() == 0; }));
    for (const int fd : fds_) {
      ring_->CloseFd(fd);
    }
    for (const int fd : peers_) {
      ::close(fd);
    }
  }

  void ReceiveOnAll() {
    for (uint32_t i = 0; i < kSockets; ++i) {
      ring_->Recv(TagOf(kRecvKind, i), fds_[i]);
    }
  }
  void ExpectAllServed() {
    for (uint32_t i = 0; i < kSockets; ++i) {
      ASSERT_EQ(::send(peers_[i], "hello", 5, 0), 5);
    }
    for (uint32_t i = 0; i < kSockets; ++i) {
      EXPECT_EQ(Await(*ring_, recorder_, TagOf(kRecvKind, i)).data, "hello");
    }
  }

  std::unique_ptr<Ring> ring_;
  Recorder recorder_;
  std::vector<int> fds_;
  std::vector<int> peers_;
};

// Four fit the queue; the fifth finds it full and the kernel unwilling, so it and all behind it
// wait.
TEST_F(SubmitTest, WhatDoesNotFitIsHeldBackAndNotLost) {
  next_submits = {-EBUSY};
  ReceiveOnAll();
  EXPECT_EQ(ring_->counters().submits_refused, 1U);
  EXPECT_EQ(ring_->counters().operations_held_back, kSockets - 4);
  EXPECT_EQ(ring_->in_flight(), kSockets);
  ExpectAllServed();
}

// A cancellation must not overtake the receive it is to cancel, also when both had to wait and the
// queue has room again by the time the cancellation comes.
TEST_F(SubmitTest, TheOrderOfCallsIsKept) {
  next_submits = {-EAGAIN};
  ReceiveOnAll();
  ASSERT_GT(ring_->counters().operations_held_back, 0U);
  for (uint32_t i = kSockets; i-- > 0;) {
    ring_->CancelAll(TagOf(kCancelKind, i), fds_[i]);
  }
  for (uint32_t i = 0; i < kSockets; ++i) {
    EXPECT_EQ(Await(*ring_, recorder_, TagOf(kRecvKind, i)).result, -ECANCELED);
    EXPECT_EQ(Await(*ring_, recorder_, TagOf(kCancelKind, i)).result, 1);
  }
}

TEST_F(SubmitTest, ARefusedOrInterruptedWaitIsAnEmptyTurn) {
  next_waits = {-EINTR, -EAGAIN, -EBUSY, -ETIME};
  ring_->Recv(TagOf(kRecvKind, 0), fds_[0]);
  for (int i = 0; i < 4; ++i) {
    ring_->Turn(recorder_, 100);
    EXPECT_TRUE(recorder_.records.empty());
  }
  EXPECT_EQ(ring_->counters().submits_refused, 2U);
  for (uint32_t i = 1; i < kSockets; ++i) {
    ring_->Recv(TagOf(kRecvKind, i), fds_[i]);
  }
  ExpectAllServed();
}

// With work left to do there is nothing to wait for. Asked to wait for no time at all, the kernel
// still sets a timer and puts the thread to bed, which costs more than the rest of the turn.
TEST_F(SubmitTest, ATurnThatNeedNotWaitDoesNotAskTheKernelTo) {
  ring_->Recv(TagOf(kRecvKind, 0), fds_[0]);
  num_waits = 0;
  ring_->Turn(recorder_, 0);
  EXPECT_EQ(num_waits, 0);
  EXPECT_TRUE(recorder_.records.empty());
  ASSERT_EQ(::send(peers_[0], "hello", 5, 0), 5);
  ring_->Turn(recorder_, 0);
  EXPECT_EQ(num_waits, 0);
  EXPECT_EQ(recorder_.records.size(), 1U) << "handed over and looked for all the same";
  ring_->Turn(recorder_, 1);
  EXPECT_EQ(num_waits, 1);
}

using SubmitDeathTest = SubmitTest;

// Only a mistake of ours can cause these; carrying on would lose operations unseen.
TEST_F(SubmitDeathTest, AnyOtherRefusalStopsTheProgram) {
  EXPECT_DEATH(
      {
        next_waits = {-EBADF};
        ring_->Turn(recorder_, 1);
      },
      "io_uring_submit_and_wait.*invariant broken");
}

}  // namespace
}  // namespace pkigate::ring
