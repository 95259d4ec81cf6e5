// SPDX-License-Identifier: Apache-2.0
//
// What every ring does, run on the kernel (with ordinary and with tiny queues) and on the simulator
// (calm, and rough with fixed and fresh seeds). A failure prints the seed; PKIGATE_SEED replays it.
#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/limits.h"
#include "ring_world.h"

namespace pkigate::ring {
namespace {

constexpr uint8_t kAcceptKind = 1;
constexpr uint8_t kRecvKind = 2;
constexpr uint8_t kSendKind = 3;
constexpr uint8_t kConnectKind = 4;
constexpr uint8_t kCancelKind = 5;

Tag TagOf(uint8_t kind, uint32_t slot = 0) { return {.kind = kind, .slot = slot, .generation = 9}; }

class Behaviour : public testing::TestWithParam<WorldKind> {
 protected:
  Behaviour() : world_(GetParam().Make()), ring_(world_->ring()) {}
  ~Behaviour() override {
    if (HasFailure()) {
      std::fprintf(stderr, "world %s, seed %llu\n", GetParam().name,
                   static_cast<unsigned long long>(GetParam().seed));
    }
  }

  // A connection whose ring side is `fd`.
  struct Connection {
    int fd = -1;
    std::unique_ptr<WorldPeer> peer;
  };

  Connection Accepted() {
    if (listener_ < 0) {
      listener_ = world_->Listen(&address_);
    }
    Connection connection;
    connection.peer = world_->Connect(address_);
    EXPECT_NE(connection.peer, nullptr);
    do {
      ring_.Accept(TagOf(kAcceptKind), listener_, AcceptMode::kOneShot);
      connection.fd = Await(ring_, recorder_, TagOf(kAcceptKind)).result;
    } while (connection.fd == -EMFILE && !world_->calm());
    EXPECT_GE(connection.fd, 0);
    return connection;
  }

  // Writes all of `bytes` while the ring turns.
  void PeerWrites(WorldPeer& peer, std::string_view bytes) {
    EXPECT_TRUE(TurnUntil(ring_, recorder_, [&] {
      bytes.remove_prefix(peer.Write(bytes));
      return bytes.empty();
    }));
  }

  // What the peer reads until it has `size` bytes.
  std::string PeerReads(WorldPeer& peer, size_t size) {
    std::string all;
    EXPECT_TRUE(TurnUntil(ring_, recorder_, [&] {
      all += peer.Read(size - all.size());
      return all.size() == size;
    }));
    return all;
  }

  // More bytes than a connection holds whose peer does not read.
  size_t TooMuch() const {
    return GetParam().type == WorldKind::Type::kKernel ? 32 << 20 : 1 << 20;
  }

  bool PeerSeesEnd(WorldPeer& peer) {
    return TurnUntil(ring_, recorder_, [&] {
      peer.Read();
      return peer.AtEnd();
    });
  }

  // Receives until `size` bytes are there.
  std::string Receive(int fd, size_t size) {
    std::string all;
    while (all.size() < size) {
      ring_.Recv(TagOf(kRecvKind), fd);
      const Recorder::Record record = Await(ring_, recorder_, TagOf(kRecvKind));
      if (record.result <= 0) {
        ADD_FAILURE() << "receive: " << record.result;
        break;
      }
      EXPECT_EQ(static_cast<size_t>(record.result), record.data.size());
      all += record.data;
    }
    return all;
  }

  int32_t ReceiveResult(int fd) {
    ring_.Recv(TagOf(kRecvKind), fd);
    return Await(ring_, recorder_, TagOf(kRecvKind)).result;
  }

  void SendAll(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
      const iovec piece{const_cast<char*>(bytes.data()), bytes.size()};
      ring_.Send(TagOf(kSendKind), fd, {&piece, 1});
      const int32_t sent = Await(ring_, recorder_, TagOf(kSendKind)).result;
      ASSERT_GT(sent, 0);
      bytes.remove_prefix(static_cast<size_t>(sent));
    }
  }

  std::unique_ptr<RingWorld> world_;
  Ring& ring_;
  Recorder recorder_;
  SocketAddress address_;
  int listener_ = -1;
};

TEST_P(Behaviour, AcceptsEveryClientAndKnowsItsAddress) {
  SocketAddress address;
  const int listener = world_->Listen(&address);
  ring_.Accept(TagOf(kAcceptKind), listener, AcceptMode::kMultishot);
  std::vector<std::unique_ptr<WorldPeer>> clients;
  for (int i = 0; i < 10; ++i) {
    clients.push_back(world_->Connect(address));
    ASSERT_NE(clients.back(), nullptr);
  }
  std::vector<int> accepted;
  while (accepted.size() < clients.size()) {
    const Recorder::Record record = Await(ring_, recorder_, TagOf(kAcceptKind));
    if (record.result >= 0) {
      accepted.push_back(record.result);
      const Result<SocketAddress> peer = ring_.PeerOf(record.result);
      ASSERT_TRUE(peer.ok());
      EXPECT_EQ(peer->address.Text(), "127.0.0.1");
      EXPECT_NE(peer->port, address.port);
    } else {
      ASSERT_EQ(record.result, -EMFILE);
      ASSERT_FALSE(world_->calm());
    }
    if (!record.more) {
      ring_.Accept(TagOf(kAcceptKind), listener, AcceptMode::kMultishot);
    }
  }
  ring_.CancelAll(TagOf(kCancelKind), listener);
  Await(ring_, recorder_, TagOf(kCancelKind));
  EXPECT_TRUE(TurnUntil(ring_, recorder_, [&] { return ring_.in_flight() == 0; }));
  ring_.CloseFd(listener);
  for (const int fd : accepted) {
    ring_.CloseFd(fd);
  }
  EXPECT_EQ(world_->Connect(address), nullptr);
}

TEST_P(Behaviour, EchoesWhatArrives) {
  Connection connection = Accepted();
  const std::string bytes = Pattern(100'000);
  std::string echoed;
  std::string_view to_write = bytes;
  while (echoed.size() < bytes.size()) {
    to_write.remove_prefix(connection.peer->Write(to_write.substr(0, 7'000)));
    ring_.Recv(TagOf(kRecvKind), connection.fd);
    const Recorder::Record record = Await(ring_, recorder_, TagOf(kRecvKind));
    ASSERT_GT(record.result, 0);
    SendAll(connection.fd, record.data);
    echoed += PeerReads(*connection.peer, record.data.size());
  }
  EXPECT_EQ(echoed, bytes);
  ring_.CloseFd(connection.fd);
}

TEST_P(Behaviour, SendsManyPiecesInOrder) {
  Connection connection = Accepted();
  const std::string bytes = Pattern(1 << 20);
  constexpr size_t kPieceBytes = 9'973;  // no power of two, so that pieces straddle everything
  std::string read;
  size_t num_sent = 0;
  size_t num_sending = 0;
  bool in_flight = false;
  EXPECT_TRUE(TurnUntil(ring_, recorder_, [&] {
    if (const auto record = recorder_.Take(TagOf(kSendKind))) {
      EXPECT_GT(record->result, 0);
      if (world_->calm()) {
        EXPECT_EQ(static_cast<size_t>(record->result), num_sending) << "all in one completion";
      }
      num_sent += static_cast<size_t>(record->result);
      in_flight = false;
    }
    if (!in_flight && num_sent < bytes.size()) {
      std::array<iovec, limits::kSendPiecesMax> pieces;
      size_t num_pieces = 0;
      for (size_t at = num_sent; at < bytes.size() && num_pieces < pieces.size();) {
        const size_t num_bytes = std::min(kPieceBytes, bytes.size() - at);
        pieces[num_pieces++] = {const_cast<char*>(bytes.data()) + at, num_bytes};
        at += num_bytes;
        num_sending = at - num_sent;
      }
      ring_.Send(TagOf(kSendKind), connection.fd, {pieces.data(), num_pieces});
      pieces.fill({nullptr, 0});  // the ring has its own copy
      in_flight = true;
    }
    read += connection.peer->Read(30'000 + read.size() % 10'000);
    return read.size() == bytes.size() && !in_flight;
  }));
  EXPECT_EQ(read, bytes);
  EXPECT_EQ(num_sent, bytes.size());
  ring_.CloseFd(connection.fd);
}

TEST_P(Behaviour, SeesTheEndOfTheStreamAndCanStillSend) {
  Connection connection = Accepted();
  PeerWrites(*connection.peer, "last words");
  connection.peer->ShutdownWrite();
  EXPECT_EQ(Receive(connection.fd, 10), "last words");
  EXPECT_EQ(ReceiveResult(connection.fd), 0);
  EXPECT_EQ(ReceiveResult(connection.fd), 0);
  SendAll(connection.fd, "answer");
  EXPECT_EQ(PeerReads(*connection.peer, 6), "answer");
  ring_.CloseFd(connection.fd);
  EXPECT_TRUE(PeerSeesEnd(*connection.peer));
  EXPECT_FALSE(connection.peer->WasReset());
}

TEST_P(Behaviour, ShutdownWriteEndsOnlyOurDirection) {
  Connection connection = Accepted();
  SendAll(connection.fd, "bye");
  ring_.ShutdownWrite(connection.fd);
  EXPECT_EQ(PeerReads(*connection.peer, 3), "bye");
  EXPECT_TRUE(PeerSeesEnd(*connection.peer));
  PeerWrites(*connection.peer, "one more thing");
  EXPECT_EQ(Receive(connection.fd, 14), "one more thing");
  ring_.CloseFd(connection.fd);
}

TEST_P(Behaviour, CancelEndsAnArmedReceiveAndThenClosingIsSeen) {
  Connection connection = Accepted();
  ring_.Recv(TagOf(kRecvKind), connection.fd);
  ring_.Turn(recorder_, 0);
  EXPECT_EQ(ring_.in_flight(), 1U);
  ring_.CancelAll(TagOf(kCancelKind), connection.fd);
  EXPECT_EQ(Await(ring_, recorder_, TagOf(kRecvKind)).result, -ECANCELED);
  const int32_t cancelled = Await(ring_, recorder_, TagOf(kCancelKind)).result;
  if (world_->calm()) {
    EXPECT_EQ(cancelled, 1);
  } else {
    EXPECT_TRUE(cancelled == 1 || cancelled == -EALREADY) << cancelled;
  }
  EXPECT_EQ(ring_.in_flight(), 0U);
  ring_.CloseFd(connection.fd);
  EXPECT_TRUE(PeerSeesEnd(*connection.peer));
}

TEST_P(Behaviour, CancelWithNothingToCancelSaysSo) {
  Connection connection = Accepted();
  ring_.CancelAll(TagOf(kCancelKind), connection.fd);
  const int32_t result = Await(ring_, recorder_, TagOf(kCancelKind)).result;
  EXPECT_TRUE(result == 0 || result == -ENOENT || (result == -EALREADY && !world_->calm()))
      << result;
  ring_.CloseFd(connection.fd);
}

// The peer does not read. What the cancelled send reports is what the peer then finds.
TEST_P(Behaviour, ACancelledSendReportsWhatItHadSent) {
  Connection connection = Accepted();
  const std::string bytes = Pattern(TooMuch());
  const iovec piece{const_cast<char*>(bytes.data()), bytes.size()};
  ring_.Send(TagOf(kSendKind), connection.fd, {&piece, 1});
  ring_.Turn(recorder_, 1);
  ring_.CancelAll(TagOf(kCancelKind), connection.fd);
  const int32_t sent = Await(ring_, recorder_, TagOf(kSendKind)).result;
  Await(ring_, recorder_, TagOf(kCancelKind));
  ASSERT_GT(sent, 0);
  ASSERT_LT(static_cast<size_t>(sent), bytes.size());
  const std::string read = PeerReads(*connection.peer, static_cast<size_t>(sent));
  EXPECT_EQ(read, bytes.substr(0, static_cast<size_t>(sent)));
  ring_.CloseFd(connection.fd);
  EXPECT_TRUE(PeerSeesEnd(*connection.peer));
}

TEST_P(Behaviour, AbortResetsThePeer) {
  Connection connection = Accepted();
  ring_.AbortFd(connection.fd);
  EXPECT_TRUE(TurnUntil(ring_, recorder_, [&] {
    connection.peer->Read();
    return connection.peer->WasReset();
  }));
  EXPECT_FALSE(connection.peer->AtEnd());
}

TEST_P(Behaviour, APeersResetEndsAReceiveAndASend) {
  Connection connection = Accepted();
  ring_.Recv(TagOf(kRecvKind), connection.fd);
  ring_.Turn(recorder_, 0);
  connection.peer->Abort();
  EXPECT_EQ(Await(ring_, recorder_, TagOf(kRecvKind)).result, -ECONNRESET);
  const iovec piece{const_cast<char*>("x"), 1};
  ring_.Send(TagOf(kSendKind), connection.fd, {&piece, 1});
  const int32_t result = Await(ring_, recorder_, TagOf(kSendKind)).result;
  EXPECT_TRUE(result == -EPIPE || result == -ECONNRESET) << result;
  const Result<SocketAddress> peer = ring_.PeerOf(connection.fd);
  ASSERT_FALSE(peer.ok());
  EXPECT_STREQ(peer.error().code, "not_connected");
  ring_.CloseFd(connection.fd);
}

TEST_P(Behaviour, ConnectsToWhoListens) {
  const SocketAddress address = world_->Serve();
  const Result<int> fd = ring_.OpenStream(AF_INET);
  ASSERT_TRUE(fd.ok());
  ring_.Connect(TagOf(kConnectKind), *fd, address);
  EXPECT_EQ(Await(ring_, recorder_, TagOf(kConnectKind)).result, 0);
  EXPECT_EQ(ring_.PeerOf(*fd)->Text(), address.Text());
  const std::unique_ptr<WorldPeer> server = world_->TakeConnection();
  ASSERT_NE(server, nullptr);
  SendAll(*fd, "question");
  EXPECT_EQ(PeerReads(*server, 8), "question");
  PeerWrites(*server, "reply");
  EXPECT_EQ(Receive(*fd, 5), "reply");
  ring_.CloseFd(*fd);
  EXPECT_TRUE(PeerSeesEnd(*server));
}

TEST_P(Behaviour, ConnectIsRefusedWhereNobodyListens) {
  const Result<int> fd = ring_.OpenStream(AF_INET);
  ASSERT_TRUE(fd.ok());
  ring_.Connect(TagOf(kConnectKind), *fd, world_->NobodyThere());
  EXPECT_EQ(Await(ring_, recorder_, TagOf(kConnectKind)).result, -ECONNREFUSED);
  ring_.CloseFd(*fd);
}

TEST_P(Behaviour, PeerOfSaysWhatIsNoSocket) {
  const Result<SocketAddress> peer = ring_.PeerOf(999'999);
  ASSERT_FALSE(peer.ok());
  EXPECT_STREQ(peer.error().code, "not_a_socket");
}

// A parked buffer keeps its bytes while others come and go, and the number parked is capped.
TEST_P(Behaviour, ParkedBuffersKeepTheirBytesUntilReturned) {
  Connection connection = Accepted();
  struct Parked {
    uint16_t buffer;
    std::span<const uint8_t> data;
    std::string copy;
  };
  std::vector<Parked> parked;
  uint32_t num_refused = 0;
  recorder_.on_completion = [&](const Completion& completion) {
    if (!completion.has_buffer) {
      return;
    }
    if (ring_.Park(completion.buffer)) {
      parked.push_back({completion.buffer, completion.data,
                        std::string(completion.data.begin(), completion.data.end())});
    } else {
      ++num_refused;
    }
  };
  const uint32_t all = ring_.buffers().lent;
  const uint32_t cap = all / limits::kParkedBuffersPart;
  for (uint32_t i = 0; i < cap + 2; ++i) {
    PeerWrites(*connection.peer, std::to_string(i) + " some bytes");
    ring_.Recv(TagOf(kRecvKind), connection.fd);
    EXPECT_GT(Await(ring_, recorder_, TagOf(kRecvKind)).result, 0);
  }
  EXPECT_EQ(parked.size(), cap);
  EXPECT_EQ(num_refused, 2U);
  EXPECT_EQ(ring_.counters().parks_refused, 2U);
  EXPECT_EQ(ring_.buffers().parked, cap);
  EXPECT_EQ(ring_.buffers().lent, all - cap);
  for (const Parked& one : parked) {
    EXPECT_EQ(std::string(one.data.begin(), one.data.end()), one.copy);
    ring_.ReturnBuffer(one.buffer);
  }
  EXPECT_EQ(ring_.buffers().parked, 0U);
  recorder_.on_completion = nullptr;
  ring_.CloseFd(connection.fd);
}

// More receivers than buffers, all with data: nobody sees ENOBUFS and everybody is served.
TEST_P(Behaviour, ManyReceiversShareFewBuffers) {
  constexpr uint32_t kConnections = 30;
  std::vector<Connection> connections;
  for (uint32_t i = 0; i < kConnections; ++i) {
    connections.push_back(Accepted());
    PeerWrites(*connections.back().peer, "hello");
  }
  for (uint32_t i = 0; i < kConnections; ++i) {
    ring_.Recv(TagOf(kRecvKind, i), connections[i].fd);
  }
  std::vector<std::string> received(kConnections);
  EXPECT_TRUE(TurnUntil(ring_, recorder_, [&] {
    bool all = true;
    for (uint32_t i = 0; i < kConnections; ++i) {
      if (const auto record = recorder_.Take(TagOf(kRecvKind, i))) {
        EXPECT_GT(record->result, 0);
        received[i] += record->data;
        if (received[i].size() < 5) {
          ring_.Recv(TagOf(kRecvKind, i), connections[i].fd);
        }
      }
      all = all && received[i] == "hello";
    }
    return all;
  }));
  for (const Connection& connection : connections) {
    ring_.CloseFd(connection.fd);
  }
}

TEST_P(Behaviour, AWakeFromAnotherThreadEndsTheWait) {
  const uint64_t wakes_before = ring_.counters().wakes_received;
  std::thread other([this] { ring_.waker().Wake(); });
  if (GetParam().type == WorldKind::Type::kSimulated) {
    other.join();  // virtual turns would all be over before the thread has begun
  }
  EXPECT_TRUE(
      TurnUntil(ring_, recorder_, [&] { return ring_.counters().wakes_received > wakes_before; }));
  if (other.joinable()) {
    other.join();
  }
  EXPECT_TRUE(recorder_.records.empty()) << "a wake is no completion";
}

TEST_P(Behaviour, TimeMovesForwardWithTurns) {
  const uint64_t begin_ms = ring_.NowMs();
  EXPECT_GT(ring_.UnixSeconds(), 1'700'000'000);
  EXPECT_TRUE(TurnUntil(ring_, recorder_, [&] { return ring_.NowMs() >= begin_ms + 40; }));
}

class BehaviourDeathTest : public Behaviour {};

TEST_P(BehaviourDeathTest, MistakesAreCaught) {
  GTEST_FLAG_SET(death_test_style, "fast");
  Connection connection = Accepted();
  const iovec piece{const_cast<char*>("x"), 1};
  ring_.Recv(TagOf(kRecvKind), connection.fd);
  EXPECT_DEATH(ring_.Recv(TagOf(kRecvKind, 1), connection.fd), "invariant broken.*eceive");
  EXPECT_DEATH(ring_.CloseFd(connection.fd), "invariant broken.*(InFlightOn|BusyOn)");
  EXPECT_DEATH(ring_.Send(TagOf(kSendKind), connection.fd, {}), "invariant broken.*pieces");
  EXPECT_DEATH(ring_.ReturnBuffer(0), "invariant broken.*(Parked|lent_)");
  const std::string much = Pattern(TooMuch());
  const iovec large{const_cast<char*>(much.data()), much.size()};
  ring_.Send(TagOf(kSendKind), connection.fd, {&large, 1});
  EXPECT_DEATH(ring_.Send(TagOf(kSendKind, 1), connection.fd, {&piece, 1}),
               "invariant broken.*[sS]end");
  ring_.CancelAll(TagOf(kCancelKind), connection.fd);
  EXPECT_TRUE(TurnUntil(ring_, recorder_, [&] { return ring_.in_flight() == 0; }));
  ring_.CloseFd(connection.fd);
}

std::vector<WorldKind> Worlds() {
  using Type = WorldKind::Type;
  std::vector<WorldKind> worlds;
  worlds.push_back({.type = Type::kKernel, .name = "kernel"});
  worlds.push_back({.type = Type::kKernel,
                    .name = "kernel_tiny",
                    .uring = {.submission_entries = 4, .completion_entries = 4, .buffers = 4}});
  worlds.push_back({.type = Type::kSimulated, .name = "calm", .seed = 1});
  worlds.push_back({.type = Type::kSimulated, .name = "few_buffers", .seed = 2, .buffers = 4});
  for (const uint64_t seed : {11U, 12U, 13U, 14U, 15U}) {
    worlds.push_back(
        {.type = Type::kSimulated, .name = "rough", .seed = seed, .rough = true, .buffers = 8});
  }
  worlds.push_back({.type = Type::kSimulated,
                    .name = "rough_fresh",
                    .seed = FreshSeed(),
                    .rough = true,
                    .buffers = 8});
  return worlds;
}

std::string NameOf(const testing::TestParamInfo<WorldKind>& info) {
  // The fresh seed stays out of the name: a test's name must not change from run to run.
  return std::string(info.param.name) + "_" + std::to_string(info.index);
}

INSTANTIATE_TEST_SUITE_P(Rings, Behaviour, testing::ValuesIn(Worlds()), NameOf);
INSTANTIATE_TEST_SUITE_P(Rings, BehaviourDeathTest, testing::ValuesIn(Worlds()), NameOf);

}  // namespace
}  // namespace pkigate::ring
