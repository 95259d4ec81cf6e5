// SPDX-License-Identifier: Apache-2.0
//
// The simulator itself: a seed replays, every fault can be provoked alone and shows as it would
// with a kernel, and under all of them at once what was sent arrives.
#include "ring/simulated.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "ring_world.h"

namespace pkigate::ring {
namespace {

constexpr uint8_t kAcceptKind = 1;
constexpr uint8_t kRecvKind = 2;
constexpr uint8_t kSendKind = 3;
constexpr uint8_t kConnectKind = 4;
constexpr uint8_t kCancelKind = 5;

Tag TagOf(uint8_t kind, uint32_t slot = 0) { return {.kind = kind, .slot = slot, .generation = 1}; }

const SocketAddress kAddress{.address = IpAddress::V4({10, 0, 0, 1}), .port = 443};

class SimulatedTest : public testing::Test {
 protected:
  // A connection the ring made: its descriptor, and the other side.
  int Connected(std::unique_ptr<SimulatedPeer>* peer) {
    network_.Serve(kAddress);
    const int fd = *ring_->OpenStream(AF_INET);
    ring_->Connect(TagOf(kConnectKind), fd, kAddress);
    EXPECT_EQ(Await(*ring_, recorder_, TagOf(kConnectKind)).result, 0);
    *peer = network_.TakeConnection(kAddress);
    EXPECT_NE(*peer, nullptr);
    return fd;
  }

  void Send(int fd, const std::string& bytes) {
    const iovec piece{const_cast<char*>(bytes.data()), bytes.size()};
    ring_->Send(TagOf(kSendKind), fd, {&piece, 1});
  }

  SimulatedNetwork network_{7};
  std::unique_ptr<SimulatedRing> ring_ = network_.MakeRing({});
  Recorder recorder_;
};

TEST_F(SimulatedTest, FragmentsArriveBitByBit) {
  std::unique_ptr<SimulatedPeer> peer;
  const int fd = Connected(&peer);
  network_.faults().fragments = 1000;
  const std::string bytes = Pattern(500);
  ASSERT_EQ(peer->Write(bytes), bytes.size());
  std::string received;
  int num_receives = 0;
  while (received.size() < bytes.size()) {
    ring_->Recv(TagOf(kRecvKind), fd);
    received += Await(*ring_, recorder_, TagOf(kRecvKind)).data;
    ++num_receives;
  }
  EXPECT_EQ(received, bytes);
  EXPECT_GT(num_receives, 5);
}

TEST_F(SimulatedTest, ShortReceivesLeaveTheRestForLater) {
  std::unique_ptr<SimulatedPeer> peer;
  const int fd = Connected(&peer);
  network_.faults().short_receives = 1000;
  const std::string bytes = Pattern(10'000);
  ASSERT_EQ(peer->Write(bytes), bytes.size());
  std::string received;
  int num_receives = 0;
  while (received.size() < bytes.size()) {
    ring_->Recv(TagOf(kRecvKind), fd);
    received += Await(*ring_, recorder_, TagOf(kRecvKind)).data;
    ++num_receives;
  }
  EXPECT_EQ(received, bytes);
  EXPECT_GT(num_receives, 1);
}

TEST_F(SimulatedTest, ShortSendsReportWhatWasTaken) {
  std::unique_ptr<SimulatedPeer> peer;
  const int fd = Connected(&peer);
  network_.faults().short_sends = 1000;
  const std::string bytes = Pattern(200'000);  // more than the window
  Send(fd, bytes);
  const int32_t sent = Await(*ring_, recorder_, TagOf(kSendKind)).result;
  ASSERT_GT(sent, 0);
  ASSERT_LT(static_cast<size_t>(sent), bytes.size());
  EXPECT_EQ(peer->Read(), bytes.substr(0, static_cast<size_t>(sent)));
}

// A peer that never reads: the send does not end by itself, and time passes.
TEST_F(SimulatedTest, ANeverReadingPeerHoldsASend) {
  std::unique_ptr<SimulatedPeer> peer;
  const int fd = Connected(&peer);
  const std::string bytes = Pattern(200'000);
  Send(fd, bytes);
  const uint64_t begin_ms = network_.now_ms();
  for (int i = 0; i < 10; ++i) {
    ring_->Turn(recorder_, 100);
  }
  EXPECT_TRUE(recorder_.records.empty());
  EXPECT_EQ(network_.now_ms() - begin_ms, 1'000U) << "virtual time";
  ring_->CancelAll(TagOf(kCancelKind), fd);
  EXPECT_EQ(Await(*ring_, recorder_, TagOf(kSendKind)).result, 64 * 1024) << "the window";
}

TEST_F(SimulatedTest, MissingBuffersDelayAReceiveUnseen) {
  std::unique_ptr<SimulatedPeer> peer;
  const int fd = Connected(&peer);
  network_.faults().missing_buffers = 1000;
  ASSERT_EQ(peer->Write("x"), 1U);
  ring_->Recv(TagOf(kRecvKind), fd);
  EXPECT_EQ(Await(*ring_, recorder_, TagOf(kRecvKind)).result, 1);
  EXPECT_EQ(ring_->counters().receives_without_buffer, 1U);
}

TEST_F(SimulatedTest, LateCancelsLetTheTargetSucceed) {
  std::unique_ptr<SimulatedPeer> peer;
  const int fd = Connected(&peer);
  network_.faults().late_cancels = 1000;
  std::set<int32_t> receive_results;
  for (int i = 0; i < 20; ++i) {
    ring_->Recv(TagOf(kRecvKind), fd);
    ring_->Turn(recorder_, 0);
    ASSERT_EQ(peer->Write("x"), 1U);
    ring_->CancelAll(TagOf(kCancelKind), fd);
    receive_results.insert(Await(*ring_, recorder_, TagOf(kRecvKind)).result);
    const int32_t cancelled = Await(*ring_, recorder_, TagOf(kCancelKind)).result;
    EXPECT_TRUE(cancelled == -EALREADY || cancelled == -ENOENT || cancelled == 0) << cancelled;
  }
  EXPECT_EQ(receive_results, (std::set<int32_t>{1}));
}

TEST_F(SimulatedTest, LateCompletionsTakeVirtualTime) {
  std::unique_ptr<SimulatedPeer> peer;
  const int fd = Connected(&peer);
  network_.faults().late_completions = 1000;
  ASSERT_EQ(peer->Write("x"), 1U);
  const uint64_t begin_ms = ring_->NowMs();
  ring_->Recv(TagOf(kRecvKind), fd);
  EXPECT_EQ(Await(*ring_, recorder_, TagOf(kRecvKind)).result, 1);
  EXPECT_GT(ring_->NowMs(), begin_ms);
  EXPECT_EQ(ring_->in_flight(), 0U);
}

TEST_F(SimulatedTest, ResetsShowInReceiveAndSend) {
  std::unique_ptr<SimulatedPeer> peer;
  const int fd = Connected(&peer);
  network_.faults().resets = 1000;
  const std::string bytes = "x";
  Send(fd, bytes);
  const int32_t sent = Await(*ring_, recorder_, TagOf(kSendKind)).result;
  EXPECT_TRUE(sent == -EPIPE || sent == -ECONNRESET) << sent;
  ring_->Recv(TagOf(kRecvKind), fd);
  EXPECT_EQ(Await(*ring_, recorder_, TagOf(kRecvKind)).result, -ECONNRESET);
  EXPECT_TRUE(peer->WasReset());
  EXPECT_EQ(peer->Write("y"), 0U);
}

TEST_F(SimulatedTest, ClosingWithUnreadBytesResetsThePeer) {
  std::unique_ptr<SimulatedPeer> peer;
  const int fd = Connected(&peer);
  ASSERT_EQ(peer->Write("unread"), 6U);
  ring_->CloseFd(fd);
  EXPECT_TRUE(peer->WasReset());
  EXPECT_FALSE(peer->AtEnd());
}

TEST_F(SimulatedTest, SendingToWhoClosedResets) {
  std::unique_ptr<SimulatedPeer> peer;
  const int fd = Connected(&peer);
  peer->Close();
  ring_->Recv(TagOf(kRecvKind), fd);
  EXPECT_EQ(Await(*ring_, recorder_, TagOf(kRecvKind)).result, 0);
  const std::string bytes = "x";
  Send(fd, bytes);
  const int32_t sent = Await(*ring_, recorder_, TagOf(kSendKind)).result;
  EXPECT_TRUE(sent == -EPIPE || sent == -ECONNRESET) << sent;
}

TEST_F(SimulatedTest, CallsCanBeMadeToFail) {
  std::unique_ptr<SimulatedPeer> peer;
  const int fd = Connected(&peer);
  network_.FailNext(SimulatedCall::kRecv, ETIMEDOUT);
  network_.FailNext(SimulatedCall::kSend, ENETUNREACH);
  network_.FailNext(SimulatedCall::kConnect, EHOSTUNREACH);
  ASSERT_EQ(peer->Write("x"), 1U);
  ring_->Recv(TagOf(kRecvKind), fd);
  EXPECT_EQ(Await(*ring_, recorder_, TagOf(kRecvKind)).result, -ETIMEDOUT);
  ring_->Recv(TagOf(kRecvKind), fd);
  EXPECT_EQ(Await(*ring_, recorder_, TagOf(kRecvKind)).result, 1);
  const std::string bytes = "x";
  Send(fd, bytes);
  EXPECT_EQ(Await(*ring_, recorder_, TagOf(kSendKind)).result, -ENETUNREACH);
  const int other = *ring_->OpenStream(AF_INET);
  ring_->Connect(TagOf(kConnectKind), other, kAddress);
  EXPECT_EQ(Await(*ring_, recorder_, TagOf(kConnectKind)).result, -EHOSTUNREACH);
  network_.FailNext(SimulatedCall::kOpenStream, ENOMEM);
  const Result<int> none = ring_->OpenStream(AF_INET);
  ASSERT_FALSE(none.ok());
  EXPECT_STREQ(none.error().code, "no_socket");
}

TEST_F(SimulatedTest, TheDescriptorLimitIsFelt) {
  network_.set_descriptors_max(1);
  const Result<int> first = ring_->OpenStream(AF_INET);
  ASSERT_TRUE(first.ok());
  const Result<int> second = ring_->OpenStream(AF_INET);
  ASSERT_FALSE(second.ok());
  EXPECT_STREQ(second.error().code, "too_many_open_files");
  ring_->CloseFd(*first);
  EXPECT_EQ(network_.open_descriptors(), 0U);
}

TEST_F(SimulatedTest, ASwallowedConnectHangsUntilCancelled) {
  network_.Swallow(kAddress);
  const int fd = *ring_->OpenStream(AF_INET);
  ring_->Connect(TagOf(kConnectKind), fd, kAddress);
  for (int i = 0; i < 5; ++i) {
    ring_->Turn(recorder_, 100);
  }
  EXPECT_TRUE(recorder_.records.empty());
  ring_->CancelAll(TagOf(kCancelKind), fd);
  EXPECT_EQ(Await(*ring_, recorder_, TagOf(kConnectKind)).result, -ECANCELED);
}

TEST_F(SimulatedTest, StopServingRefuses) {
  network_.Serve(kAddress);
  network_.StopServing(kAddress);
  const int fd = *ring_->OpenStream(AF_INET);
  ring_->Connect(TagOf(kConnectKind), fd, kAddress);
  EXPECT_EQ(Await(*ring_, recorder_, TagOf(kConnectKind)).result, -ECONNREFUSED);
}

// Two workers with a listener each, as SO_REUSEPORT has it.
TEST_F(SimulatedTest, ListenersAtOneAddressShareItsClients) {
  const auto other = network_.MakeRing({});
  const int listener = network_.Listen(kAddress);
  const int other_listener = network_.Listen(kAddress);
  std::vector<std::unique_ptr<SimulatedPeer>> clients;
  for (int i = 0; i < 40; ++i) {
    clients.push_back(network_.Connect(kAddress));
  }
  ring_->Accept(TagOf(kAcceptKind), listener, AcceptMode::kMultishot);
  other->Accept(TagOf(kAcceptKind), other_listener, AcceptMode::kMultishot);
  Recorder other_recorder;
  ring_->Turn(recorder_, 0);
  other->Turn(other_recorder, 0);
  EXPECT_EQ(recorder_.records.size() + other_recorder.records.size(), 40U);
  EXPECT_GT(recorder_.records.size(), 5U);
  EXPECT_GT(other_recorder.records.size(), 5U);
}

using SimulatedDeathTest = SimulatedTest;

TEST_F(SimulatedDeathTest, ChangingBytesOfASendIsCaught) {
  std::unique_ptr<SimulatedPeer> peer;
  const int fd = Connected(&peer);
  std::string bytes = Pattern(200'000);
  const iovec piece{bytes.data(), bytes.size()};
  ring_->Send(TagOf(kSendKind), fd, {&piece, 1});
  ring_->Turn(recorder_, 0);
  bytes[199'999] = '!';
  EXPECT_DEATH(ring_->Turn(recorder_, 0), "checksum");
}

TEST_F(SimulatedDeathTest, AnUnknownDescriptorIsCaught) {
  EXPECT_DEATH(ring_->Recv(TagOf(kRecvKind), 4711), "descriptor != nullptr");
  EXPECT_DEATH(ring_->CloseFd(4711), "descriptor != nullptr");
}

// A small echo server under every fault. What each client sent comes back, whatever happened on the
// way; the same seed gives the same run to the last completion.
class EchoServer : public CompletionHandler {
 public:
  EchoServer(SimulatedNetwork& network, SimulatedRing& ring)
      : ring_(ring), listener_(network.Listen(kAddress)) {
    Arm();
  }

  void OnCompletion(const Completion& completion) override {
    trace += std::to_string(completion.tag.kind) + ":" + std::to_string(completion.tag.slot) + "=" +
             std::to_string(completion.result) + (completion.more ? "+ " : " ");
    const auto fd = static_cast<int>(completion.tag.slot);
    switch (completion.tag.kind) {
      case kAcceptKind:
        if (completion.result >= 0) {
          connections_.emplace(completion.result, std::string());
          ring_.Recv(TagOf(kRecvKind, static_cast<uint32_t>(completion.result)), completion.result);
        }
        if (!completion.more) {
          Arm();
        }
        break;
      case kRecvKind:
        if (completion.result <= 0) {
          EXPECT_EQ(completion.result, 0);
          connections_.erase(fd);
          ring_.CloseFd(fd);
          break;
        }
        connections_[fd].assign(completion.data.begin(), completion.data.end());
        Send(fd);
        break;
      case kSendKind:
        ASSERT_GT(completion.result, 0);
        connections_[fd].erase(0, static_cast<size_t>(completion.result));
        if (connections_[fd].empty()) {
          ring_.Recv(TagOf(kRecvKind, completion.tag.slot), fd);
        } else {
          Send(fd);
        }
        break;
      default:
        FAIL() << "kind " << int{completion.tag.kind};
    }
  }

  std::string trace;

 private:
  void Arm() { ring_.Accept(TagOf(kAcceptKind), listener_, AcceptMode::kMultishot); }
  void Send(int fd) {
    std::string& bytes = connections_[fd];
    const iovec piece{bytes.data(), bytes.size()};
    ring_.Send(TagOf(kSendKind, static_cast<uint32_t>(fd)), fd, {&piece, 1});
  }

  SimulatedRing& ring_;
  int listener_;
  std::map<int, std::string> connections_;
};

std::string RunEcho(uint64_t seed) {
  constexpr size_t kClients = 12;
  constexpr size_t kBytes = 20'000;
  SimulatedNetwork network(seed);
  network.faults() = SimulatedFaults::Rough();
  network.set_window(4'096);
  const auto ring = network.MakeRing({.buffers = 4});
  EchoServer server(network, *ring);
  struct Client {
    std::unique_ptr<SimulatedPeer> peer;
    size_t num_sent = 0;
    std::string echoed;
  };
  std::vector<Client> clients(kClients);
  const std::string bytes = Pattern(kBytes);
  for (Client& client : clients) {
    client.peer = network.Connect(kAddress);
  }
  const bool finished = TurnUntil(*ring, server, [&] {
    bool all = true;
    for (Client& client : clients) {
      client.num_sent += client.peer->Write(std::string_view(bytes).substr(client.num_sent));
      client.echoed += client.peer->Read();
      all = all && client.echoed.size() == kBytes;
    }
    return all;
  });
  EXPECT_TRUE(finished) << "no progress";
  for (Client& client : clients) {
    EXPECT_EQ(client.echoed, bytes);
    client.peer->ShutdownWrite();
  }
  EXPECT_TRUE(TurnUntil(*ring, server, [&] { return network.open_descriptors() == 1; }))
      << "all but the listener are closed";
  return server.trace;
}

class SeededTest : public testing::TestWithParam<uint64_t> {};

TEST_P(SeededTest, EchoSurvivesEveryFaultAndReplays) {
  SCOPED_TRACE("seed " + std::to_string(GetParam()));
  const std::string trace = RunEcho(GetParam());
  EXPECT_GT(trace.size(), 1'000U);
  EXPECT_EQ(RunEcho(GetParam()), trace) << "the same seed must give the same run";
}

INSTANTIATE_TEST_SUITE_P(Seeds, SeededTest,
                         testing::Values(1, 2, 3, 4, 5, 6, 7, 8, FreshSeed(), FreshSeed()),
                         [](const auto& seed) { return std::to_string(seed.index); });

TEST(Simulated, OtherSeedsGiveOtherRuns) { EXPECT_NE(RunEcho(1), RunEcho(2)); }

}  // namespace
}  // namespace pkigate::ring
