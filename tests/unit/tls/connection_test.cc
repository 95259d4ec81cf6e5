// SPDX-License-Identifier: Apache-2.0
//
// Moving bytes: loans, fragments, back-pressure, and how a connection ends.
#include "tls/connection.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

#include "base/limits.h"
#include "raw_client.h"
#include "site.h"
#include "tls/memory_hooks.h"
#include "tls_pair.h"

namespace pkigate::tls {
namespace {

using test::Drain;
using test::Pair;
using test::Site;

// A record on the wire may be this much longer than its plaintext (RFC 8446, 5.2).
constexpr size_t kRecordOverheadMax = 5 + 256;
constexpr size_t kRecordPlaintextMax = 16 * 1024;

std::span<const uint8_t> Bytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

std::string RandomText(size_t size, uint64_t seed) {
  std::mt19937_64 random(seed);
  std::string text(size, '\0');
  std::generate(text.begin(), text.end(), [&] { return static_cast<char>(random()); });
  return text;
}

// A required-certificate listener and a client it accepts, in the TLS version of the parameter.
class Connection : public testing::TestWithParam<uint16_t> {
 protected:
  Connection()
      : server_context_(test::MakeServer(Site::Get().Server(ClientAuthentication::kRequired))),
        client_context_(test::MakeClient(Site::Get().Client(&Site::Get().client, GetParam()))),
        pair_(*server_context_, *client_context_) {}

  std::vector<uint8_t> FromClient(std::string_view text) {
    size_t num_written = 0;
    EXPECT_EQ(pair_.client.Write(Bytes(text), &num_written), Progress::kDone);
    EXPECT_EQ(num_written, text.size());
    return Drain(pair_.to_server);
  }

  std::unique_ptr<ServerContext> server_context_;
  std::unique_ptr<ClientContext> client_context_;
  Pair pair_;
};

INSTANTIATE_TEST_SUITE_P(Versions, Connection, testing::Values(kTls12, kTls13),
                         [](const auto& version) {
                           return version.param == kTls13 ? "Tls13" : "Tls12";
                         });

TEST_P(Connection, HandshakeByteByByte) {
  EXPECT_TRUE(pair_.Handshake(test::ByteByByte));
  EXPECT_EQ(pair_.ClientToServer("ping"), "ping");
}

// Any cut of the byte stream gives the same conversation.
TEST_P(Connection, ArbitrarySplits) {
  for (uint64_t seed = 0; seed < 40; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Pair pair(*server_context_, *client_context_);
    const test::Splitter split = test::RandomSplits(seed);
    ASSERT_TRUE(pair.Handshake(split));
    const std::string sent = RandomText(50'000, seed);
    size_t num_written = 0;
    ASSERT_EQ(pair.client.Write(Bytes(sent), &num_written), Progress::kDone);
    std::string received;
    Pair::Feed(pair.server, Drain(pair.to_server), split, [&] {
      EXPECT_EQ(Pair::ReadAll(pair.server, &received), Progress::kWantRead);
      EXPECT_EQ(pair.server.unread(), 0U);
    });
    EXPECT_TRUE(received == sent);
  }
}

TEST_P(Connection, LargeWriteStopsAtHighWaterAndGoesOn) {
  ASSERT_TRUE(pair_.Handshake());
  const std::string sent = RandomText(1'000'000, 1);
  std::span<const uint8_t> left = Bytes(sent);
  std::string received;
  size_t num_stops = 0;
  for (;;) {
    size_t num_written = 0;
    const Progress progress = pair_.server.Write(left, &num_written);
    left = left.subspan(num_written);
    EXPECT_LE(pair_.to_client.size(),
              limits::kTlsOutputHighWater + kRecordPlaintextMax + kRecordOverheadMax);
    if (progress == Progress::kWantWrite) {
      ++num_stops;
      EXPECT_GE(pair_.to_client.size(), limits::kTlsOutputHighWater);
      // Above the high water nothing more is taken.
      const size_t size_before = pair_.to_client.size();
      EXPECT_EQ(pair_.server.Write(left, &num_written), Progress::kWantWrite);
      EXPECT_EQ(num_written, 0U);
      EXPECT_EQ(pair_.to_client.size(), size_before);
    }
    const std::vector<uint8_t> ciphertext = Drain(pair_.to_client);
    pair_.client.Lend(ciphertext);
    EXPECT_EQ(Pair::ReadAll(pair_.client, &received), Progress::kWantRead);
    pair_.client.TakeBack();
    if (progress == Progress::kDone) {
      break;
    }
    ASSERT_EQ(progress, Progress::kWantWrite);
  }
  EXPECT_GE(num_stops, 10U);
  EXPECT_TRUE(left.empty());
  EXPECT_TRUE(received == sent);
}

// A reader that stops leaves what it did not need in the loan, to be lent again later.
TEST_P(Connection, UnreadCiphertextIsTakenBack) {
  ASSERT_TRUE(pair_.Handshake());
  std::vector<uint8_t> two = FromClient("first");
  const size_t first_len = two.size();
  const std::vector<uint8_t> second = FromClient("second");
  two.insert(two.end(), second.begin(), second.end());

  pair_.server.Lend(two);
  EXPECT_EQ(pair_.server.unread(), two.size());
  uint8_t room[5];
  size_t num_read = 0;
  ASSERT_EQ(pair_.server.Read(room, &num_read), Progress::kDone);
  EXPECT_EQ(std::string(room, room + num_read), "first");
  EXPECT_EQ(pair_.server.unread(), two.size() - first_len);
  const std::span<const uint8_t> rest = pair_.server.TakeBack();
  EXPECT_EQ(rest.data(), two.data() + first_len);
  EXPECT_EQ(pair_.server.unread(), 0U);
  EXPECT_EQ(pair_.server.Read(room, &num_read), Progress::kWantRead);
  EXPECT_EQ(num_read, 0U);

  pair_.server.Lend(rest);
  std::string text;
  EXPECT_EQ(Pair::ReadAll(pair_.server, &text), Progress::kWantRead);
  EXPECT_EQ(text, "second");
}

TEST_P(Connection, SmallReadsGetAllOfARecord) {
  ASSERT_TRUE(pair_.Handshake());
  const std::vector<uint8_t> ciphertext = FromClient("abc");
  pair_.server.Lend(ciphertext);
  std::string text;
  for (const Progress expected :
       {Progress::kDone, Progress::kDone, Progress::kDone, Progress::kWantRead}) {
    uint8_t room[1];
    size_t num_read = 0;
    EXPECT_EQ(pair_.server.Read(room, &num_read), expected);
    text.append(room, room + num_read);
  }
  EXPECT_EQ(text, "abc");
}

TEST_P(Connection, ClientEndsItsSideAndStillReads) {
  ASSERT_TRUE(pair_.Handshake());
  std::vector<uint8_t> ciphertext = FromClient("last words");
  pair_.client.SendCloseNotify();
  const std::vector<uint8_t> goodbye = Drain(pair_.to_server);
  EXPECT_FALSE(goodbye.empty());
  ciphertext.insert(ciphertext.end(), goodbye.begin(), goodbye.end());

  pair_.server.Lend(ciphertext);
  std::string text;
  EXPECT_EQ(Pair::ReadAll(pair_.server, &text), Progress::kClosed);
  EXPECT_EQ(text, "last words");
  pair_.server.EndOfInput();
  EXPECT_EQ(Pair::ReadAll(pair_.server, &text), Progress::kClosed);
  EXPECT_EQ(pair_.server.failure().reason, FailureReason::kNone);
  EXPECT_TRUE(pair_.server.handshake_done());

  EXPECT_EQ(pair_.ServerToClient("answer"), "answer");
  pair_.server.SendCloseNotify();
  const std::vector<uint8_t> ours = Drain(pair_.to_client);
  pair_.client.Lend(ours);
  EXPECT_EQ(Pair::ReadAll(pair_.client, &text), Progress::kClosed);
}

TEST_P(Connection, ServerEndsItsSideOnce) {
  ASSERT_TRUE(pair_.Handshake());
  pair_.server.SendCloseNotify();
  const std::vector<uint8_t> goodbye = Drain(pair_.to_client);
  EXPECT_FALSE(goodbye.empty());
  pair_.server.SendCloseNotify();
  EXPECT_TRUE(pair_.to_client.empty());
  std::string text;
  pair_.client.Lend(goodbye);
  EXPECT_EQ(Pair::ReadAll(pair_.client, &text), Progress::kClosed);
}

TEST_P(Connection, CloseNotifyBeforeTheHandshakeIsNothing) {
  pair_.server.SendCloseNotify();
  EXPECT_TRUE(pair_.to_client.empty());
}

TEST_P(Connection, EndWithoutCloseNotifyIsTruncation) {
  ASSERT_TRUE(pair_.Handshake());
  const std::vector<uint8_t> ciphertext = FromClient("data");
  pair_.server.Lend(ciphertext);
  pair_.server.EndOfInput();
  // What did arrive is delivered before the failure is.
  std::string text;
  EXPECT_EQ(Pair::ReadAll(pair_.server, &text), Progress::kFailed);
  EXPECT_EQ(text, "data");
  EXPECT_EQ(pair_.server.failure().reason, FailureReason::kTruncated);
  size_t num_written = 0;
  EXPECT_EQ(pair_.server.Write(Bytes("x"), &num_written), Progress::kFailed);
  EXPECT_EQ(pair_.server.Handshake(), Progress::kFailed);
}

TEST_P(Connection, EndInTheMiddleOfARecordIsTruncation) {
  ASSERT_TRUE(pair_.Handshake());
  std::vector<uint8_t> ciphertext = FromClient("data");
  ciphertext.pop_back();
  pair_.server.Lend(ciphertext);
  pair_.server.EndOfInput();
  std::string text;
  EXPECT_EQ(Pair::ReadAll(pair_.server, &text), Progress::kFailed);
  EXPECT_EQ(text, "");
  EXPECT_EQ(pair_.server.failure().reason, FailureReason::kTruncated);
}

// Every bit of a record is protected; the neighbour of a good record is refused.
TEST_P(Connection, AlteredRecordIsRefused) {
  ASSERT_TRUE(pair_.Handshake());
  std::vector<uint8_t> ciphertext = FromClient("data");
  ciphertext.back() ^= 1;
  pair_.server.Lend(ciphertext);
  std::string text;
  EXPECT_EQ(Pair::ReadAll(pair_.server, &text), Progress::kFailed);
  EXPECT_EQ(pair_.server.failure().reason, FailureReason::kBadRecord);
  const std::vector<uint8_t> alert = Drain(pair_.to_client);
  pair_.client.Lend(alert);
  EXPECT_EQ(Pair::ReadAll(pair_.client, &text), Progress::kFailed);
  EXPECT_EQ(pair_.client.failure().reason, FailureReason::kPeerAlertOther);
  EXPECT_NE(pair_.client.failure().detail.find("bad record mac"), std::string::npos)
      << pair_.client.failure().detail;
}

// An idle connection is what a gateway has most of. The figure is deterministic (bytes asked for by
// the library), so that growth shows; io_uring.md, section 10, promises 2.9 KiB.
TEST_P(Connection, IdleConnectionIsSmall) {
  constexpr size_t kNumConnections = 50;
  ChunkPool pool(64);
  ChunkQueue out(pool);
  std::vector<std::unique_ptr<ServerConnection>> idle;
  const int64_t before = LibraryBytes();
  for (size_t index = 0; index < kNumConnections; ++index) {
    idle.push_back(std::make_unique<ServerConnection>(*server_context_, out));
    ChunkQueue to_server(pool);
    ClientConnection client(*client_context_, to_server, "gateway.example");
    Progress server_progress = Progress::kWantRead;
    while (server_progress == Progress::kWantRead) {
      ASSERT_NE(client.Handshake(), Progress::kFailed);
      const std::vector<uint8_t> to = Drain(to_server);
      idle.back()->Lend(to);
      server_progress = idle.back()->Handshake();
      idle.back()->TakeBack();
      const std::vector<uint8_t> back = Drain(out);
      client.Lend(back);
      client.Handshake();
      client.TakeBack();
    }
    ASSERT_EQ(server_progress, Progress::kDone);
  }
  const double each = static_cast<double>(LibraryBytes() - before) / kNumConnections;
  std::printf("idle connection: %.0f bytes in the library, %zu in ServerConnection\n", each,
              sizeof(ServerConnection));
  EXPECT_LT(each, 3 * 1024);
}

}  // namespace
}  // namespace pkigate::tls
