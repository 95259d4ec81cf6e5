// SPDX-License-Identifier: Apache-2.0
//
// What is recorded of handshakes that fail for other reasons than the client's certificate: each
// with its reason, its detail, and what the peer is told.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <set>
#include <string>

#include "base/limits.h"
#include "raw_client.h"
#include "site.h"
#include "tls/failure_reason.h"
#include "tls_pair.h"

namespace pkigate::tls {

namespace {

using test::Drain;
using test::Pair;
using test::RawClient;
using test::Site;

class Failure : public testing::Test {
 protected:
  // A server connection that asks for certificates optionally.
  void Listen(const ServerSettings& settings) {
    connection_.reset();
    context_ = test::MakeServer(settings);
    connection_ = std::make_unique<ServerConnection>(*context_, to_client_);
  }
  void Listen() { Listen(Site::Get().Server(ClientAuthentication::kOptional)); }

  Progress Receive(std::span<const uint8_t> bytes) {
    connection_->Lend(bytes);
    const Progress progress = connection_->Handshake();
    connection_->TakeBack();
    return progress;
  }
  Progress Receive(std::string_view text) {
    return Receive({reinterpret_cast<const uint8_t*>(text.data()), text.size()});
  }
  FailureReason reason() const { return connection_->failure().reason; }

  ChunkPool pool_{16};
  ChunkQueue to_client_{pool_};
  std::unique_ptr<ServerContext> context_;
  std::unique_ptr<ServerConnection> connection_;
};

TEST_F(Failure, NothingFailedYet) {
  Listen();
  EXPECT_EQ(reason(), FailureReason::kNone);
  EXPECT_EQ(connection_->failure().detail, "");
}

TEST_F(Failure, PlainHttp) {
  for (const char* method : {"GET", "PUT", "POST", "HEAD", "DELETE", "OPTIONS", "PATCH"}) {
    SCOPED_TRACE(method);
    Listen();
    EXPECT_EQ(Receive(std::string(method) + " /_search HTTP/1.1\r\nHost: es\r\n\r\n"),
              Progress::kFailed);
    EXPECT_EQ(reason(), FailureReason::kPlainHttp);
    EXPECT_NE(connection_->failure().hint.find("https://"), std::string::npos);
    Drain(to_client_);
  }
}

TEST_F(Failure, OtherProtocols) {
  struct {
    std::string_view bytes;
    std::string_view in_detail;
  } const cases[] = {
      {"SSH-2.0-OpenSSH_9.2\r\n", "53 53 48 2d 32"},
      {std::string_view("ES\0\0\0\x34\0\0\0\0\0\0\0\x01", 14), "transport protocol"},
      {std::string_view("\0\0\0\0\0\0\0\0\0\0", 10), "00 00 00 00 00"},
  };
  for (const auto& c : cases) {
    Listen();
    EXPECT_EQ(Receive(c.bytes), Progress::kFailed);
    EXPECT_EQ(reason(), FailureReason::kNotTls);
    EXPECT_NE(connection_->failure().detail.find(c.in_detail), std::string::npos)
        << connection_->failure().detail;
    Drain(to_client_);
  }
}

TEST_F(Failure, GarbledClientHello) {
  Listen();
  // A handshake record of version 3.1 that holds a ClientHello of 4 bytes.
  const uint8_t record[] = {22, 3, 1, 0, 8, 1, 0, 0, 4, 3, 3, 0, 0};
  EXPECT_EQ(Receive(record), Progress::kFailed);
  EXPECT_EQ(reason(), FailureReason::kMalformed);
  EXPECT_FALSE(to_client_.empty());  // the alert
  Drain(to_client_);
}

TEST_F(Failure, ClosedWithoutAByte) {
  Listen();
  connection_->EndOfInput();
  EXPECT_EQ(connection_->Handshake(), Progress::kFailed);
  EXPECT_EQ(reason(), FailureReason::kConnectionProbe);
}

TEST_F(Failure, ClosedInTheMiddle) {
  Listen();
  RawClient client;
  client.Reset();
  std::vector<uint8_t> hello = client.Step({});
  hello.pop_back();
  EXPECT_EQ(Receive(hello), Progress::kWantRead);
  connection_->EndOfInput();
  EXPECT_EQ(connection_->Handshake(), Progress::kFailed);
  EXPECT_EQ(reason(), FailureReason::kTruncated);
  EXPECT_NE(connection_->failure().detail.find(std::to_string(hello.size()) + " bytes"),
            std::string::npos)
      << connection_->failure().detail;
}

TEST_F(Failure, ClosedInTheMiddleOfPlainHttp) {
  Listen();
  EXPECT_EQ(Receive("GE"), Progress::kWantRead);
  connection_->EndOfInput();
  EXPECT_EQ(connection_->Handshake(), Progress::kFailed);
  EXPECT_EQ(reason(), FailureReason::kTruncated);
}

TEST_F(Failure, TimeOut) {
  Listen();
  EXPECT_EQ(connection_->TimeOut().reason, FailureReason::kTimeout);
  EXPECT_EQ(connection_->failure().detail, "the peer sent nothing");
  EXPECT_EQ(connection_->Handshake(), Progress::kFailed);

  Listen();
  RawClient client;
  client.Reset();
  EXPECT_EQ(Receive(client.Step({})), Progress::kWantRead);
  EXPECT_EQ(connection_->TimeOut().reason, FailureReason::kTimeout);
  EXPECT_NE(connection_->failure().detail.find("bytes received"), std::string::npos);
  EXPECT_EQ(connection_->sni(), "");
  Drain(to_client_);
}

// Once failed, a connection stays failed with its first reason.
TEST_F(Failure, IsRecordedOnce) {
  Listen();
  EXPECT_EQ(Receive("GET / HTTP/1.1\r\n"), Progress::kFailed);
  connection_->EndOfInput();
  EXPECT_EQ(Receive("more"), Progress::kFailed);
  uint8_t room[10];
  size_t num_read = 7;
  EXPECT_EQ(connection_->Read(room, &num_read), Progress::kFailed);
  EXPECT_EQ(num_read, 0U);
  EXPECT_EQ(reason(), FailureReason::kPlainHttp);
  const size_t size = to_client_.size();
  connection_->SendCloseNotify();
  EXPECT_EQ(to_client_.size(), size);
  Drain(to_client_);
}

TEST_F(Failure, OldVersions) {
  for (const uint16_t version : {uint16_t{0x0301}, uint16_t{0x0302}}) {
    Listen();
    RawClient client;
    SSL_CTX_set_min_proto_version(client.context(), version);
    SSL_CTX_set_max_proto_version(client.context(), version);
    client.Reset();
    EXPECT_FALSE(client.Connect(*connection_, to_client_));
    EXPECT_EQ(reason(), FailureReason::kUnsupportedVersion);
    EXPECT_EQ(client.alert(), SSL_AD_PROTOCOL_VERSION);
  }
}

TEST_F(Failure, NoCommonVersion) {
  const Site& site = Site::Get();
  ServerSettings settings = site.Server(ClientAuthentication::kNone);
  settings.version_min = kTls13;
  const auto server = test::MakeServer(settings);
  const auto client = test::MakeClient(site.Client(nullptr, kTls12));
  Pair pair(*server, *client);
  EXPECT_FALSE(pair.Handshake());
  EXPECT_EQ(pair.server.failure().reason, FailureReason::kUnsupportedVersion);
  EXPECT_EQ(pair.client.failure().reason, FailureReason::kPeerAlertProtocolVersion);
}

TEST_F(Failure, NoCommonCipher) {
  const Site& site = Site::Get();
  ServerSettings settings = site.Server(ClientAuthentication::kNone);
  settings.version_max = kTls12;
  settings.cipher_suites = {"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"};
  const auto server = test::MakeServer(settings);
  ClientSettings client_settings = site.Client(nullptr, kTls12);
  client_settings.cipher_suites = {"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"};
  const auto client = test::MakeClient(client_settings);
  Pair pair(*server, *client);
  EXPECT_FALSE(pair.Handshake());
  EXPECT_EQ(pair.server.failure().reason, FailureReason::kNoSharedCipher);
  EXPECT_EQ(pair.client.failure().reason, FailureReason::kPeerAlertHandshakeFailure);
}

TEST_F(Failure, NoCommonGroup) {
  const Site& site = Site::Get();
  const auto server = test::MakeServer(site.Server(ClientAuthentication::kNone));
  ClientSettings client_settings = site.Client();
  client_settings.groups = {"P-521"};
  const auto client = test::MakeClient(client_settings);
  Pair pair(*server, *client);
  EXPECT_FALSE(pair.Handshake());
  EXPECT_EQ(pair.server.failure().reason, FailureReason::kNoSharedCipher);
  EXPECT_EQ(pair.server.failure().detail, "no shared group");
}

// SHA-1 signatures in the handshake are not taken.
TEST_F(Failure, NoCommonSignatureAlgorithm) {
  Listen(Site::Get().Server(ClientAuthentication::kRequired));
  const test::Identity rsa =
      test::Identity::IssuedBy(Site::Get().root, {.key_type = test::KeyType::kRsa2048});
  RawClient client;
  client.Present(rsa, /*with_key=*/true);
  SSL_CTX_set_max_proto_version(client.context(), TLS1_2_VERSION);
  const uint16_t only[] = {SSL_SIGN_RSA_PKCS1_SHA1};
  SSL_CTX_set_signing_algorithm_prefs(client.context(), only, 1);
  client.Reset();
  EXPECT_FALSE(client.Connect(*connection_, to_client_));
  connection_->EndOfInput();
  EXPECT_EQ(connection_->Handshake(), Progress::kFailed);
  // The client gave up: it found no algorithm among those it was offered.
  EXPECT_EQ(reason(), FailureReason::kPeerAlertHandshakeFailure);
}

TEST_F(Failure, AlpnMismatch) {
  const Site& site = Site::Get();
  const auto server = test::MakeServer(site.Server(ClientAuthentication::kNone));
  ClientSettings client_settings = site.Client();
  client_settings.alpn = {"h2", "spdy/3"};
  const auto client = test::MakeClient(client_settings);
  Pair pair(*server, *client);
  EXPECT_FALSE(pair.Handshake());
  EXPECT_EQ(pair.server.failure().reason, FailureReason::kAlpnMismatch);
  EXPECT_EQ(pair.client.failure().reason, FailureReason::kPeerAlertNoApplicationProtocol);
}

// The client does not trust this server's CA: the server learns it from the alert.
TEST_F(Failure, ClientDoesNotTrustUs) {
  const Site& site = Site::Get();
  for (const uint16_t version : {kTls12, kTls13}) {
    const auto server = test::MakeServer(site.Server(ClientAuthentication::kRequired));
    ClientSettings client_settings = site.Client(&site.client, version);
    client_settings.trust = test::Trusting({&site.foreign_root});
    const auto client = test::MakeClient(client_settings);
    Pair pair(*server, *client);
    EXPECT_FALSE(pair.Handshake());
    EXPECT_EQ(pair.client.failure().reason, FailureReason::kUntrustedChain);
    EXPECT_NE(pair.client.failure().subject.find("gateway.example"), std::string::npos);
    EXPECT_EQ(pair.server.failure().reason, FailureReason::kPeerAlertUnknownCa);
    EXPECT_NE(pair.server.failure().detail.find("unknown"), std::string::npos);
  }
}

TEST_F(Failure, ClientSaysGoodbyeInTheHandshake) {
  Listen();
  RawClient client;
  SSL_CTX_set_max_proto_version(client.context(), TLS1_2_VERSION);  // alerts still in the clear
  client.Reset();
  EXPECT_EQ(Receive(client.Step({})), Progress::kWantRead);
  const uint8_t close_notify[] = {21, 3, 3, 0, 2, 1, 0};
  EXPECT_EQ(Receive(close_notify), Progress::kFailed);
  EXPECT_EQ(reason(), FailureReason::kPeerClosed);
  Drain(to_client_);
}

// The certificate of a refused client is named, whatever it was refused for.
TEST_F(Failure, NamesTheRefusedCertificate) {
  const Site& site = Site::Get();
  const auto server = test::MakeServer(site.Server(ClientAuthentication::kRequired));
  const auto client = test::MakeClient(site.Client(&site.foreign_client));
  Pair pair(*server, *client);
  EXPECT_FALSE(pair.Handshake());
  const HandshakeFailure& failure = pair.server.failure();
  EXPECT_NE(failure.subject.find("foreign client"), std::string::npos) << failure.subject;
  EXPECT_NE(failure.issuer.find("Foreign CA"), std::string::npos) << failure.issuer;
  EXPECT_EQ(failure.serial, "1234");
  EXPECT_EQ(failure.fingerprint.size(), 64U);
  EXPECT_NE(failure.hint.find("Foreign CA"), std::string::npos) << failure.hint;
  EXPECT_NE(failure.hint.find("(1 in all)"), std::string::npos) << failure.hint;
}

// The one to renew need not be the client's own.
TEST_F(Failure, NamesTheCertificateAtFault) {
  const Site& site = Site::Get();
  const test::Identity old_ca = test::Identity::IssuedBy(
      site.root, {.common_name = "Old CA", .is_ca = true, .not_after = test::kNow - 1});
  const test::Identity victim = test::Identity::IssuedBy(old_ca, {.common_name = "victim"});
  const auto server = test::MakeServer(site.Server(ClientAuthentication::kRequired));
  const auto client = test::MakeClient(site.Client(&victim));
  Pair pair(*server, *client);
  EXPECT_FALSE(pair.Handshake());
  EXPECT_EQ(pair.server.failure().reason, FailureReason::kExpired);
  EXPECT_NE(pair.server.failure().detail.find("CN=Old CA"), std::string::npos)
      << pair.server.failure().detail;
  EXPECT_NE(pair.server.failure().subject.find("CN=victim"), std::string::npos);
}

// What the library passes on unread (it looks at the leaf only) is read by us: refused.
TEST_F(Failure, UnreadableCertificateInTheChain) {
  const Site& site = Site::Get();
  ClientSettings settings = site.Client(&site.client);
  settings.certificate_chain.push_back({0x30, 0x00});  // a SEQUENCE, and no certificate
  const auto server = test::MakeServer(site.Server(ClientAuthentication::kOptional));
  const auto client = test::MakeClient(settings);
  Pair pair(*server, *client);
  EXPECT_FALSE(pair.Handshake());
  EXPECT_EQ(pair.server.failure().reason, FailureReason::kBadCertificate);
  EXPECT_EQ(pair.server.failure().fingerprint.size(), 64U);
  EXPECT_EQ(pair.client.failure().reason, FailureReason::kPeerAlertBadCertificate);
}

TEST_F(Failure, Revoked) {
  const Site& site = Site::Get();
  for (const bool revoked : {true, false}) {
    ServerSettings settings = site.Server(ClientAuthentication::kRequired);
    settings.trust = test::Trusting(
        {&site.root}, {site.root.Crl(revoked ? std::vector<int>{0xabcd} : std::vector<int>{0xabce},
                                     test::kNow + test::kDay)});
    const auto server = test::MakeServer(settings);
    const auto client = test::MakeClient(site.Client(&site.client));
    Pair pair(*server, *client);
    EXPECT_EQ(pair.Handshake(), !revoked);
    if (revoked) {
      EXPECT_EQ(pair.server.failure().reason, FailureReason::kRevoked);
      EXPECT_EQ(pair.client.failure().reason, FailureReason::kPeerAlertCertificateRevoked);
    }
  }
}

TEST_F(Failure, RevocationUnknown) {
  const Site& site = Site::Get();
  ServerSettings settings = site.Server(ClientAuthentication::kRequired);
  settings.trust =
      test::Trusting({&site.root, &site.foreign_root}, {site.foreign_root.Crl({}, test::kNow + 1)});
  const auto server = test::MakeServer(settings);
  const auto client = test::MakeClient(site.Client(&site.client));
  Pair pair(*server, *client);
  EXPECT_FALSE(pair.Handshake());
  EXPECT_EQ(pair.server.failure().reason, FailureReason::kRevocationUnknown);
  EXPECT_EQ(pair.client.failure().reason, FailureReason::kPeerAlertCertificateUnknown);
}

// One message larger than a certificate list may be.
TEST_F(Failure, CertificateMessageTooLarge) {
  const Site& site = Site::Get();
  const test::Identity huge = test::Identity::IssuedBy(
      site.root, {.num_filler_bytes = limits::kHandshakeMessageBytesMax + 1});
  const auto server = test::MakeServer(site.Server(ClientAuthentication::kRequired));
  const auto client = test::MakeClient(site.Client(&huge));
  Pair pair(*server, *client);
  EXPECT_FALSE(pair.Handshake());
  EXPECT_EQ(pair.server.failure().reason, FailureReason::kHandshakeTooLarge);
}

// Two messages that may each be as large as they are, and together are too much.
TEST_F(Failure, HandshakeTooLarge) {
  const Site& site = Site::Get();
  ServerSettings settings = site.Server(ClientAuthentication::kRequired);
  settings.alpn.clear();
  for (const size_t num_filler_bytes : {20'000U, 60'000U}) {
    const test::Identity large =
        test::Identity::IssuedBy(site.root, {.num_filler_bytes = num_filler_bytes});
    Listen(settings);
    RawClient client;
    client.Present(large, /*with_key=*/true);
    std::vector<uint8_t> protocols;
    while (protocols.size() < 50'000) {
      protocols.push_back(200);
      protocols.insert(protocols.end(), 200, 'p');
    }
    ASSERT_EQ(SSL_CTX_set_alpn_protos(client.context(), protocols.data(),
                                      static_cast<unsigned>(protocols.size())),
              0);
    client.Reset();
    const bool fits = num_filler_bytes + protocols.size() + 5'000 < limits::kHandshakeBytesMax;
    EXPECT_EQ(client.Connect(*connection_, to_client_), fits);
    EXPECT_EQ(reason(), fits ? FailureReason::kNone : FailureReason::kHandshakeTooLarge);
    EXPECT_EQ(client.alert(), fits ? 0 : SSL_AD_HANDSHAKE_FAILURE);
  }
}

// Changes of key without anything in between: a peer may not keep us busy with them.
TEST_F(Failure, KeyUpdateFlood) {
  Listen(Site::Get().Server(ClientAuthentication::kNone));
  RawClient client;
  client.Reset();
  ASSERT_TRUE(client.Connect(*connection_, to_client_));
  constexpr int kAllowed = 32;
  for (int index = 1; index <= kAllowed + 1; ++index) {
    ASSERT_EQ(SSL_key_update(client.ssl(), SSL_KEY_UPDATE_NOT_REQUESTED), 1);
    // The update leaves with the next write; an empty one carries no data of its own.
    SSL_write(client.ssl(), "", 0);
    const std::vector<uint8_t> update = client.TakeOutput();
    ASSERT_FALSE(update.empty());
    connection_->Lend(update);
    uint8_t room[10];
    size_t num_read = 0;
    ASSERT_EQ(connection_->Read(room, &num_read),
              index <= kAllowed ? Progress::kWantRead : Progress::kFailed)
        << index;
    connection_->TakeBack();
  }
  EXPECT_EQ(reason(), FailureReason::kFlood);
  client.Read(Drain(to_client_));
  EXPECT_EQ(client.alert(), SSL_AD_UNEXPECTED_MESSAGE);
}

// With data in between they are allowed for ever.
TEST_F(Failure, KeyUpdatesBetweenDataAreNoFlood) {
  Listen(Site::Get().Server(ClientAuthentication::kNone));
  RawClient client;
  client.Reset();
  ASSERT_TRUE(client.Connect(*connection_, to_client_));
  for (int index = 0; index < 100; ++index) {
    ASSERT_EQ(SSL_key_update(client.ssl(), SSL_KEY_UPDATE_REQUESTED), 1);
    ASSERT_EQ(SSL_write(client.ssl(), "x", 1), 1);
    const std::vector<uint8_t> update = client.TakeOutput();
    connection_->Lend(update);
    uint8_t room[10];
    size_t num_read = 0;
    ASSERT_EQ(connection_->Read(room, &num_read), Progress::kDone) << index;
    ASSERT_EQ(num_read, 1U);
    connection_->TakeBack();
  }
  size_t num_written = 0;
  const uint8_t answer[] = {'y'};
  EXPECT_EQ(connection_->Write(answer, &num_written), Progress::kDone);
  EXPECT_EQ(client.Read(Drain(to_client_)), "y");
}

// Whether the byte at `position` is the low one of a record's version, which stands outside the
// transcript and need not be looked at (RFC 8446, 5.1).
bool IsVersionLowByte(std::span<const uint8_t> records, size_t position) {
  size_t start = 0;
  while (start + 5 <= records.size() && start <= position) {
    if (position == start + 2) {
      return true;
    }
    start += 5U + (size_t{records[start + 3]} << 8) + records[start + 4];
  }
  return false;
}

// One handshake in which the byte at `position` of all that the client sends is altered. Returns
// how many bytes it sent.
size_t HandshakeWithAlteredByte(ServerContext& server_context, ClientContext& client_context,
                                size_t position) {
  ChunkPool pool(64);
  ChunkQueue to_client(pool);
  ChunkQueue to_server(pool);
  ServerConnection server(server_context, to_client);
  ClientConnection client(client_context, to_server, "gateway.example");
  size_t num_sent = 0;
  bool must_fail = false;
  bool may_fail = false;
  Progress progress = Progress::kWantRead;
  client.Handshake();
  while (progress == Progress::kWantRead && !to_server.empty()) {
    std::vector<uint8_t> there = Drain(to_server);
    if (position >= num_sent && position < num_sent + there.size()) {
      may_fail = true;
      must_fail = !IsVersionLowByte(there, position - num_sent);
      there[position - num_sent] ^= 1;
    }
    num_sent += there.size();
    server.Lend(there);
    progress = server.Handshake();
    server.TakeBack();
    const std::vector<uint8_t> back = Drain(to_client);
    client.Lend(back);
    client.Handshake();
    client.TakeBack();
  }
  if (progress == Progress::kWantRead) {  // a length grew: it waits for the rest
    server.EndOfInput();
    progress = server.Handshake();
  }
  const bool failed = progress == Progress::kFailed;
  EXPECT_TRUE(failed || progress == Progress::kDone);
  EXPECT_TRUE(failed ? may_fail : !must_fail);
  EXPECT_EQ(server.failure().reason != FailureReason::kNone, failed);
  EXPECT_NE(server.failure().reason, FailureReason::kInternal) << server.failure().detail;
  EXPECT_EQ(server.peer_chain() == nullptr, failed);
  return num_sent;
}

// Whatever single byte of the client's messages is altered, the handshake fails with a reason: all
// of them are covered by the transcript.
TEST_F(Failure, EveryAlteredByteIsNoticed) {
  const Site& site = Site::Get();
  for (const uint16_t version : {kTls12, kTls13}) {
    const auto server = test::MakeServer(site.Server(ClientAuthentication::kRequired));
    const auto client = test::MakeClient(site.Client(&site.client, version));
    const size_t num_bytes = HandshakeWithAlteredByte(*server, *client, SIZE_MAX);
    ASSERT_GT(num_bytes, 500U);
    // Signatures differ in length by a byte or two: a little short of the end is in every run.
    for (size_t position = 0; position < num_bytes - 8; ++position) {
      SCOPED_TRACE(fmt::format("version {:#x}, position {}", version, position));
      HandshakeWithAlteredByte(*server, *client, position);
    }
  }
}

// Random garbage behind a good record header never does more than fail.
TEST_F(Failure, RandomBytes) {
  for (uint64_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    std::vector<uint8_t> bytes(5 + random() % 300);
    for (uint8_t& byte : bytes) {
      byte = static_cast<uint8_t>(random());
    }
    if (seed % 2 == 0) {
      const auto len = static_cast<uint16_t>(bytes.size() - 5);
      const uint8_t header[] = {22, 3, 1, static_cast<uint8_t>(len >> 8),
                                static_cast<uint8_t>(len)};
      std::memcpy(bytes.data(), header, sizeof(header));
    }
    Listen();
    if (Receive(bytes) == Progress::kWantRead) {
      connection_->EndOfInput();
      EXPECT_EQ(connection_->Handshake(), Progress::kFailed);
    }
    EXPECT_NE(reason(), FailureReason::kNone);
    EXPECT_NE(reason(), FailureReason::kInternal) << connection_->failure().detail;
    Drain(to_client_);
  }
}

TEST(FailureReasons, NamesAreDistinctWords) {
  std::set<std::string_view> names;
  for (size_t index = 0; index < kNumFailureReasons; ++index) {
    const auto reason = static_cast<FailureReason>(index);
    const std::string_view name = FailureReasonName(reason);
    EXPECT_TRUE(names.insert(name).second) << name;
    EXPECT_EQ(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_"), std::string_view::npos);
    if (reason != FailureReason::kNone) {
      EXPECT_NE(HintFor(reason, Side::kServer), "") << name;
      EXPECT_NE(HintFor(reason, Side::kClient), "") << name;
    }
  }
  EXPECT_EQ(FailureReasonName(FailureReason::kUntrustedChain), "untrusted_chain");
  EXPECT_EQ(FailureReasonName(FailureReason::kPeerAlertUnknownCa), "peer_alert_unknown_ca");
}

}  // namespace
}  // namespace pkigate::tls
