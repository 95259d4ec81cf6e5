// SPDX-License-Identifier: Apache-2.0
//
// A worker's TLS clients: who they are is known from their chain, on every connection and at every
// request by the trust of the moment; every byte passes both ways, also over a ring that hands them
// over in bits. The handshake itself is tested in tests/unit/tls.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "site.h"
#include "tls_pair.h"
#include "worker_world.h"

namespace pkigate::gateway {
namespace {

using tls::test::Site;

WorldOptions Encrypted(uint64_t seed = 1, const ring::SimulatedFaults& faults = {}) {
  return {.seed = seed,
          .faults = faults,
          .tls = Site::Get().Server(tls::ClientAuthentication::kRequired)};
}

// TLS on top of a scripted peer.
class TlsPeer {
 public:
  TlsPeer(ClientPeer& peer, const tls::test::Identity* identity)
      : peer_(peer),
        context_(tls::test::MakeClient(Site::Get().Client(identity))),
        connection_(*context_, out_, "gateway.example") {}

  void Send(std::string_view text) { outgoing_ += text; }

  // Moves both directions on; called after each turn.
  void Pump() {
    const std::string ciphertext = std::exchange(peer_.received(), {});
    if (!ciphertext.empty()) {
      connection_.Lend({reinterpret_cast<const uint8_t*>(ciphertext.data()), ciphertext.size()});
    }
    if (progress_ == tls::Progress::kWantRead) {
      progress_ = connection_.Handshake();
    }
    if (progress_ == tls::Progress::kDone) {
      last_read_ = tls::test::Pair::ReadAll(connection_, &received_);
    }
    if (!ciphertext.empty()) {
      connection_.TakeBack();
    }
    while (progress_ == tls::Progress::kDone && !outgoing_.empty()) {
      size_t num_written = 0;
      connection_.Write({reinterpret_cast<const uint8_t*>(outgoing_.data()), outgoing_.size()},
                        &num_written);
      outgoing_.erase(0, num_written);
      Flush();
      if (num_written == 0) {
        break;
      }
    }
    Flush();
  }

  std::optional<Message> TakeAnswer() {
    Message answer;
    const Found found = TakeMessage(&received_, MessageKind::kAnswer, false, &answer);
    EXPECT_NE(found, Found::kMalformed);
    return found == Found::kMessage ? std::optional(std::move(answer)) : std::nullopt;
  }

  ClientPeer& peer() { return peer_; }
  // The gateway said that it ends (close_notify), so nothing was cut off.
  bool closed_in_order() const { return last_read_ == tls::Progress::kClosed; }

 private:
  void Flush() {
    const std::vector<uint8_t> bytes = tls::test::Drain(out_);
    if (!peer_.closed()) {
      peer_.Send({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    }
  }

  ClientPeer& peer_;
  ChunkPool pool_{64};
  ChunkQueue out_{pool_};
  std::unique_ptr<tls::ClientContext> context_;
  tls::ClientConnection connection_;
  tls::Progress progress_ = tls::Progress::kWantRead;
  tls::Progress last_read_ = tls::Progress::kWantRead;
  std::string outgoing_;
  std::string received_;
};

Message AwaitAnswer(WorkerWorld& world, TlsPeer& client) {
  std::optional<Message> answer;
  const bool came = world.TurnUntil(
      [&] {
        client.Pump();
        answer = client.TakeAnswer();
        return answer.has_value();
      },
      60'000);
  EXPECT_TRUE(came) << "no answer, ended " << client.peer().ended() << ", reset "
                    << client.peer().reset();
  return answer.value_or(Message{});
}

Message Ask(WorkerWorld& world, TlsPeer& client, std::string_view request) {
  client.Send(request);
  return AwaitAnswer(world, client);
}

void Answer200(UpstreamPeer& upstream, const Message& request) {
  EXPECT_TRUE(request.Says("x-forwarded-proto", "https"));
  upstream.Send(AnswerWith(200, request.Value("x-proxy-user") + " " + request.target()));
}

uint64_t Failed(const WorkerWorld& world, tls::FailureReason reason) {
  return world.counters().handshakes_failed[static_cast<size_t>(reason)];
}

TEST(WorkerTlsTest, AClientIsKnownByItsChain) {
  WorkerWorld world(Encrypted());
  world.Answer(Answer200);
  TlsPeer first(world.Connect(), &Site::Get().client);
  EXPECT_EQ(Ask(world, first, Request("GET", "/1")).body, "alice /1");
  EXPECT_EQ(world.counters().principal_cache_misses, 1U);
  EXPECT_EQ(Ask(world, first, Request("GET", "/2")).body, "alice /2");
  // Another connection with the same chain: neither verified nor looked up again.
  TlsPeer second(world.Connect(), &Site::Get().client);
  EXPECT_EQ(Ask(world, second, Request("GET", "/3")).body, "alice /3");
  EXPECT_EQ(world.counters().handshakes_completed, 2U);
  EXPECT_EQ(world.counters().handshakes_from_cache, 1U);
  EXPECT_EQ(world.counters().principal_cache_hits, 1U);
  EXPECT_EQ(world.counters().principal_cache_misses, 1U);
  world.Finish();
}

// What is kept of a chain is not used for who is blocked, nor forgotten because of it.
TEST(WorkerTlsTest, ABlockedAddressGetsNowhereWithACertificateThatIsKnown) {
  WorkerWorld world(Encrypted());
  world.Answer([](UpstreamPeer& upstream, const Message&) { upstream.Send(AnswerWith(200, "")); });
  world.Adopt({.generation = 2,
               .failure_listeners = {{.name = "three",
                                      .counts = identity::FailureListenerModel::Counts::kAddresses,
                                      .backend = "",
                                      .num_tries = 3,
                                      .block_expiry_seconds = 60,
                                      .where = {}}}});
  ASSERT_TRUE(world.TurnUntil([&] { return !world.adopted().empty(); }));
  TlsPeer client(world.Connect(), &Site::Get().client);
  EXPECT_EQ(Ask(world, client, Request("GET", "/1")).status(), 200);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(Ask(world, client, Request("GET", "/1", "authorization: pw eve wrong\r\n")).status(),
              401);
  }
  EXPECT_EQ(Ask(world, client, Request("GET", "/1")).status(), 401);
  world.PassTime(61'000);
  EXPECT_EQ(Ask(world, client, Request("GET", "/1")).status(), 200);
  EXPECT_EQ(world.counters().principal_cache_misses, 1U);
  world.Finish();
}

TEST(WorkerTlsTest, AForeignClientGetsNowhere) {
  WorkerWorld world(Encrypted());
  world.Answer(Answer200);
  TlsPeer foreign(world.Connect(), &Site::Get().foreign_client);
  foreign.Send(Request("GET", "/1"));
  ASSERT_TRUE(world.TurnUntil(
      [&] {
        foreign.Pump();
        return foreign.peer().gone();
      },
      20'000));
  EXPECT_EQ(Failed(world, tls::FailureReason::kUntrustedChain), 1U);
  TlsPeer nobody(world.Connect(), nullptr);
  nobody.Send(Request("GET", "/1"));
  ASSERT_TRUE(world.TurnUntil(
      [&] {
        nobody.Pump();
        return nobody.peer().gone();
      },
      20'000));
  EXPECT_EQ(Failed(world, tls::FailureReason::kNoCertificate), 1U);
  ClientPeer& plain = world.Connect();
  plain.Send(Request("GET", "/1"));
  ASSERT_TRUE(world.TurnUntil([&] { return plain.gone(); }, 20'000));
  EXPECT_EQ(Failed(world, tls::FailureReason::kPlainHttp), 1U);
  EXPECT_EQ(world.counters().requests, 0U);
  EXPECT_EQ(world.num_upstreams(), 0U);
  world.Finish();
}

TEST(WorkerTlsTest, AHandshakeThatStopsTimesOut) {
  WorkerWorld world(Encrypted());
  ClientPeer& silent = world.Connect();
  world.PassTime(world.settings().timeouts.handshake_ms - 300);
  EXPECT_FALSE(silent.gone());
  EXPECT_TRUE(world.TurnUntil([&] { return silent.gone(); }));
  EXPECT_EQ(Failed(world, tls::FailureReason::kTimeout), 1U);
  EXPECT_EQ(world.counters().timeouts_handshake, 1U);
  world.Finish();
}

// The authority is removed while the client is connected: its next request is refused.
TEST(WorkerTlsTest, TrustIsThatOfTheMoment) {
  WorkerWorld world(Encrypted());
  world.Answer(Answer200);
  TlsPeer client(world.Connect(), &Site::Get().client);
  EXPECT_EQ(Ask(world, client, Request("GET", "/1")).status(), 200);
  world.set_trust(tls::test::Trusting({&Site::Get().foreign_root}));
  world.Adopt({.generation = 2});
  ASSERT_TRUE(world.TurnUntil([&] { return world.adopted().size() == 1; }));
  EXPECT_EQ(Ask(world, client, Request("GET", "/2")).status(), 401);
  TlsPeer foreign(world.Connect(), &Site::Get().foreign_client);
  EXPECT_EQ(Ask(world, foreign, Request("GET", "/3")).status(), 200);
  // And back: the connection lives on all the while.
  world.set_trust(Site::Get().trust);
  world.Adopt({.generation = 3});
  ASSERT_TRUE(world.TurnUntil([&] { return world.adopted().size() == 2; }));
  EXPECT_EQ(Ask(world, client, Request("GET", "/4")).body, "alice /4");
  EXPECT_EQ(Ask(world, foreign, Request("GET", "/5")).status(), 401);
  world.Finish();
}

// A revocation list runs out while the client is connected. A new handshake would be refused from
// then on, and so is the next request of the old connection.
TEST(WorkerTlsTest, AVerdictDoesNotOutliveTheRevocationList) {
  const Site& site = Site::Get();
  constexpr int64_t kSecondsAtStart = 1'000;  // of the simulated clock
  for (const bool runs_out : {true, false}) {
    WorldOptions options = Encrypted();
    const int64_t next_update =
        tls::test::kNow + kSecondsAtStart + (runs_out ? 90 : tls::test::kDay);
    options.tls->trust = tls::test::Trusting({&site.root}, {site.root.Crl({}, next_update)});
    WorkerWorld world(std::move(options));
    world.Answer(Answer200);
    TlsPeer client(world.Connect(), &site.client);
    EXPECT_EQ(Ask(world, client, Request("GET", "/1")).status(), 200);
    world.PassTime(60'000);
    EXPECT_EQ(Ask(world, client, Request("GET", "/2")).status(), 200);
    world.PassTime(60'000);
    EXPECT_EQ(Ask(world, client, Request("GET", "/3")).status(), runs_out ? 401 : 200);
    world.Finish();
  }
}

TEST(WorkerTlsTest, LargeBodiesPassByteForByteOverARoughRing) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    WorkerWorld world(Encrypted(seed, ring::SimulatedFaults::Rough()));
    const std::string up = BodyOf(150'000 + seed * 1'000, seed);
    const std::string down = BodyOf(250'000 + seed * 1'000, seed + 10);
    size_t num_requests = 0;
    world.Answer([&](UpstreamPeer& upstream, const Message& request) {
      EXPECT_TRUE(request.body == up);
      ++num_requests;
      upstream.Send(AnswerWith(200, down));
    });
    TlsPeer client(world.Connect(), &Site::Get().client);
    client.Send(RequestWithBody("PUT", "/1", up) + RequestWithBody("POST", "/2", up));
    EXPECT_TRUE(AwaitAnswer(world, client).body == down);
    EXPECT_TRUE(AwaitAnswer(world, client).body == down);
    EXPECT_EQ(num_requests, 2U);
    world.Finish();
  }
}

// The end of an answer is told by TLS itself; one cut off is not.
TEST(WorkerTlsTest, OnlyACompleteConnectionEndsInOrder) {
  WorkerWorld world(Encrypted());
  world.Answer([](UpstreamPeer& upstream, const Message& request) {
    if (request.target() == "/whole") {
      upstream.Send(AnswerWith(200, "whole"));
    } else {
      upstream.Send("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf");
      upstream.EndSending();
    }
  });
  TlsPeer whole(world.Connect(), &Site::Get().client);
  EXPECT_EQ(Ask(world, whole, Request("GET", "/whole", "connection: close\r\n")).body, "whole");
  world.TurnUntil(
      [&] {
        whole.Pump();
        return whole.peer().gone();
      },
      20'000);
  EXPECT_TRUE(whole.peer().ended());
  EXPECT_TRUE(whole.closed_in_order());
  TlsPeer half(world.Connect(), &Site::Get().client);
  half.Send(Request("GET", "/half"));
  world.TurnUntil(
      [&] {
        half.Pump();
        return half.peer().gone();
      },
      20'000);
  EXPECT_TRUE(half.peer().reset());
  EXPECT_FALSE(half.closed_in_order());
  world.Finish();
}

}  // namespace
}  // namespace pkigate::gateway
