// SPDX-License-Identifier: Apache-2.0
#include "ring/acceptor.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <memory>
#include <vector>

#include "base/limits.h"
#include "ring/simulated.h"
#include "ring_world.h"

namespace pkigate::ring {
namespace {

constexpr uint8_t kTimerKind = 42;
constexpr Tag kAccept{.kind = 1, .slot = 0, .generation = 1};
constexpr Tag kCancel{.kind = 2, .slot = 0, .generation = 1};

// A simulated worker that does nothing but accept.
class AcceptorTest : public testing::Test, public CompletionHandler {
 protected:
  AcceptorTest() : AcceptorTest(1) {}
  explicit AcceptorTest(uint64_t seed)
      : network_(seed), ring_(network_.MakeRing({})), timers_(ring_->NowMs()) {
    listener_ = network_.Listen(address_);
  }

  void Start(AcceptMode mode = AcceptMode::kMultishot) {
    acceptor_.emplace(*ring_, timers_,
                      Acceptor::Options{.listener = listener_,
                                        .accept = kAccept,
                                        .cancel = kCancel,
                                        .timer_kind = kTimerKind,
                                        .mode = mode});
  }

  ~AcceptorTest() override {
    acceptor_->Stop();
    TurnWhile([&] { return acceptor_->state() != Acceptor::State::kStopped; });
    EXPECT_EQ(acceptor_->state(), Acceptor::State::kStopped);
    EXPECT_EQ(ring_->in_flight(), 0U);
    EXPECT_EQ(timers_.armed(), 0U);
    ring_->CloseFd(listener_);
    for (const Accepted& accepted : accepted_) {
      ring_->CloseFd(accepted.fd);
    }
    EXPECT_EQ(network_.open_descriptors(), 0U) << "something leaked";
  }

  void OnCompletion(const Completion& completion) override {
    if (auto accepted = acceptor_->OnCompletion(completion)) {
      accepted_.push_back(*accepted);
    }
  }

  void Turn() {
    const uint64_t next_ms = timers_.NextDueMs();
    const uint64_t now_ms = ring_->NowMs();
    ring_->Turn(*this, next_ms > now_ms ? std::min<uint64_t>(next_ms - now_ms, 100) : 0);
    timers_.Advance(ring_->NowMs(), [this](Timer& timer) {
      EXPECT_EQ(timer.kind, kTimerKind);
      EXPECT_EQ(timer.owner, &*acceptor_);
      acceptor_->OnTimer();
    });
  }

  template <typename Condition>
  void TurnWhile(Condition condition) {
    for (int i = 0; i < 2'000 && condition(); ++i) {
      Turn();
    }
  }

  void Clients(int num_clients) {
    for (int i = 0; i < num_clients; ++i) {
      clients_.push_back(network_.Connect(address_));
      ASSERT_NE(clients_.back(), nullptr);
    }
  }

  void AwaitAccepted(size_t num_accepted) {
    TurnWhile([&] { return accepted_.size() < num_accepted; });
    EXPECT_EQ(accepted_.size(), num_accepted);
  }

  const SocketAddress address_{.address = IpAddress::V4({10, 0, 0, 1}), .port = 443};
  SimulatedNetwork network_;
  std::unique_ptr<SimulatedRing> ring_;
  TimerWheel timers_;
  int listener_ = -1;
  std::optional<Acceptor> acceptor_;
  std::vector<Accepted> accepted_;
  std::vector<std::unique_ptr<SimulatedPeer>> clients_;
};

TEST_F(AcceptorTest, AcceptsWithThePeersAddress) {
  Start();
  Clients(3);
  AwaitAccepted(3);
  EXPECT_EQ(accepted_[0].peer.address.Text(), "127.0.0.1");
  EXPECT_EQ(acceptor_->counters().accepted, 3U);
  EXPECT_EQ(acceptor_->counters().rearmed, 0U) << "one multishot does";
}

TEST_F(AcceptorTest, GoesOnOneShot) {
  Start(AcceptMode::kOneShot);
  Clients(3);
  AwaitAccepted(3);
}

TEST_F(AcceptorTest, ArmsAgainWhenAMultishotEnds) {
  network_.faults().ended_multishots = 1000;
  Start();
  Clients(5);
  AwaitAccepted(5);
  EXPECT_EQ(acceptor_->counters().rearmed, 5U);
  EXPECT_EQ(acceptor_->counters().pauses, 0U);
}

TEST_F(AcceptorTest, PausesWhenOutOfDescriptorsAndServesTheQueueLater) {
  network_.set_descriptors_max(2);  // the listener and one connection
  Start();
  Clients(2);
  AwaitAccepted(1);
  TurnWhile([&] { return acceptor_->state() != Acceptor::State::kPaused; });
  ASSERT_EQ(acceptor_->state(), Acceptor::State::kPaused);
  EXPECT_EQ(ring_->in_flight(), 0U) << "nothing is armed meanwhile";
  ring_->CloseFd(accepted_[0].fd);
  accepted_.clear();
  AwaitAccepted(1);
  EXPECT_FALSE(clients_[1]->WasReset());
  EXPECT_EQ(acceptor_->counters().shed, 0U);
}

TEST_F(AcceptorTest, ASuccessMakesTheNextPauseShortAgain) {
  network_.set_descriptors_max(1);
  Start();
  TurnWhile([&] { return acceptor_->counters().pauses < 5; });
  const uint64_t fifth_ms = ring_->NowMs();
  TurnWhile([&] { return acceptor_->counters().pauses < 6; });
  EXPECT_GE(ring_->NowMs() - fifth_ms, 16 * limits::kAcceptPauseMsMin);
  network_.set_descriptors_max(2);
  Clients(1);
  AwaitAccepted(1);
  TurnWhile([&] { return acceptor_->counters().pauses < 7; });
  const uint64_t seventh_ms = ring_->NowMs();
  TurnWhile([&] { return acceptor_->counters().pauses < 8; });
  EXPECT_LT(ring_->NowMs() - seventh_ms, 2 * limits::kAcceptPauseMsMin);
}

// The pauses double up to the longest, and only then are waiting clients turned away.
TEST_F(AcceptorTest, TurnsClientsAwayWhenNothingGetsFree) {
  network_.set_descriptors_max(1);
  const uint64_t begin_ms = network_.now_ms();
  Start();
  Clients(20);
  TurnWhile([&] { return acceptor_->counters().shed == 0; });
  EXPECT_EQ(acceptor_->counters().shed, limits::kAcceptShedMax);
  const uint64_t waited_ms = network_.now_ms() - begin_ms;
  EXPECT_GE(waited_ms, 10U + 20 + 40 + 80 + 160 + 320 + 640 + 1000);
  EXPECT_LE(waited_ms, 2'300U + 100);
  EXPECT_EQ(acceptor_->counters().pauses, 9U);
  EXPECT_TRUE(clients_[0]->AtEnd());
  EXPECT_FALSE(clients_[19]->AtEnd());
  TurnWhile([&] { return acceptor_->counters().shed < 20; });
  EXPECT_TRUE(clients_[19]->AtEnd());
  EXPECT_TRUE(accepted_.empty());
}

TEST_F(AcceptorTest, AClientThatLeftIsCountedAndForgotten) {
  Start();
  Clients(2);
  clients_[0]->Abort();
  AwaitAccepted(1);
  EXPECT_EQ(acceptor_->counters().gone, 1U);
}

TEST_F(AcceptorTest, ErrorsAboutOneClientDoNotPause) {
  Start();
  network_.FailNext(SimulatedCall::kAccept, ECONNABORTED);
  network_.FailNext(SimulatedCall::kAccept, EPROTO);
  Clients(1);
  AwaitAccepted(1);
  EXPECT_EQ(acceptor_->counters().gone, 2U);
  EXPECT_EQ(acceptor_->counters().pauses, 0U);
}

TEST_F(AcceptorTest, UnknownErrorsPause) {
  Start();
  network_.FailNext(SimulatedCall::kAccept, EIO);
  Clients(1);
  AwaitAccepted(1);
  EXPECT_EQ(acceptor_->counters().errors, 1U);
  EXPECT_EQ(acceptor_->counters().pauses, 1U);
}

TEST_F(AcceptorTest, MemoryShortagePauses) {
  Start();
  network_.FailNext(SimulatedCall::kAccept, ENOMEM);
  network_.FailNext(SimulatedCall::kAccept, ENOBUFS);
  Clients(1);
  AwaitAccepted(1);
  EXPECT_EQ(acceptor_->counters().pauses, 2U);
  EXPECT_EQ(acceptor_->counters().errors, 0U);
}

// A kernel fault of 6.6 to 6.8: a number that is no socket. It must not be closed, and multishot is
// given up.
TEST_F(AcceptorTest, AWrongDescriptorEndsMultishot) {
  Start();
  EXPECT_FALSE(acceptor_->OnCompletion({.tag = kAccept, .result = 77'777, .more = true}));
  EXPECT_EQ(acceptor_->counters().wrong_descriptors, 1U);
  // The multishot is cancelled; from now on each accept brings one connection.
  TurnWhile([&] { return ring_->in_flight() != 1; });
  Clients(3);
  AwaitAccepted(3);
  EXPECT_EQ(acceptor_->state(), Acceptor::State::kAccepting);
  EXPECT_EQ(acceptor_->counters().rearmed, 0U) << "no multishot has ended since";
}

TEST_F(AcceptorTest, StoppedItTakesNobody) {
  Start();
  Turn();
  acceptor_->Stop();
  acceptor_->Stop();
  TurnWhile([&] { return acceptor_->state() != Acceptor::State::kStopped; });
  Clients(1);
  Turn();
  EXPECT_TRUE(accepted_.empty());
}

TEST_F(AcceptorTest, StopsWhilePaused) {
  network_.set_descriptors_max(1);
  Start();
  TurnWhile([&] { return acceptor_->state() != Acceptor::State::kPaused; });
  acceptor_->Stop();
  EXPECT_EQ(acceptor_->state(), Acceptor::State::kStopped);
}

// Every fault at once, with clients that come all the time and a stop in the middle: nothing leaks,
// nobody is handed out twice, and what was accepted comes out.
class RoughAcceptorTest : public AcceptorTest, public testing::WithParamInterface<uint64_t> {
 protected:
  RoughAcceptorTest() : AcceptorTest(GetParam()) {}
};

TEST_P(RoughAcceptorTest, SurvivesEverything) {
  SCOPED_TRACE("seed " + std::to_string(GetParam()));
  network_.faults() = SimulatedFaults::Rough();
  network_.set_descriptors_max(12);
  Start();
  for (int i = 0; i < 200; ++i) {
    if (i % 3 == 0) {
      Clients(1);
    }
    if (i % 7 == 0) {
      clients_.back()->Abort();
    }
    Turn();
    if (accepted_.size() > 8) {
      ring_->CloseFd(accepted_.front().fd);
      accepted_.erase(accepted_.begin());
    }
  }
  // Once the trouble is over, each client has been accepted, was gone, or was turned away.
  network_.faults() = {};
  network_.set_descriptors_max(1'000);
  const AcceptorCounters& counters = acceptor_->counters();
  TurnWhile([&] { return counters.accepted + counters.gone + counters.shed < clients_.size(); });
  EXPECT_EQ(counters.accepted + counters.gone + counters.shed, clients_.size());
  EXPECT_EQ(counters.errors, 0U);
  EXPECT_EQ(counters.wrong_descriptors, 0U);
}

INSTANTIATE_TEST_SUITE_P(Seeds, RoughAcceptorTest, testing::Values(1, 2, 3, 4, 5, FreshSeed()),
                         [](const auto& seed) { return std::to_string(seed.index); });

}  // namespace
}  // namespace pkigate::ring
