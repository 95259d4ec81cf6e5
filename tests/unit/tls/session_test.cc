// SPDX-License-Identifier: Apache-2.0
//
// What one connection may leave behind for the next: a verdict on a chain, once its owner has
// proved to have the key; and no session, whatever a client asks for.
#include <gtest/gtest.h>

#include "raw_client.h"
#include "site.h"
#include "tls/verified_chains.h"
#include "tls_pair.h"

namespace pkigate::tls {
namespace {

using test::Drain;
using test::Pair;
using test::RawClient;
using test::Site;

class Session : public testing::TestWithParam<uint16_t> {
 protected:
  RawClient& Client() {
    SSL_CTX_set_min_proto_version(client_.context(), GetParam());
    SSL_CTX_set_max_proto_version(client_.context(), GetParam());
    return client_;
  }

  ChunkPool pool_{16};
  ChunkQueue to_client_{pool_};
  VerifiedChains chains_{100};
  RawClient client_;
};

INSTANTIATE_TEST_SUITE_P(Versions, Session, testing::Values(kTls12, kTls13),
                         [](const auto& version) {
                           return version.param == kTls13 ? "Tls13" : "Tls12";
                         });

// A certificate is public: whoever has seen one can present it. The judge runs before the signature
// is checked, so its verdict must be thrown away when the signature turns out to be wrong.
TEST_P(Session, ChainOfAThiefIsNotKept) {
  const Site& site = Site::Get();
  const auto context = test::MakeServer(site.Server(ClientAuthentication::kRequired), &chains_);
  ServerConnection thief(*context, to_client_);
  Client().Present(site.client, /*with_key=*/false);
  client_.Reset();
  EXPECT_FALSE(client_.Connect(thief, to_client_));
  EXPECT_EQ(thief.failure().reason, FailureReason::kKeyNotProven);
  EXPECT_NE(thief.failure().subject.find("CN=client"), std::string::npos);
  EXPECT_EQ(thief.failure().serial, "abcd");
  EXPECT_EQ(thief.peer_chain(), nullptr);
  EXPECT_EQ(client_.alert(), SSL_AD_DECRYPT_ERROR);
  EXPECT_EQ(chains_.size(), 0U);

  // The owner is kept, and known the next time.
  client_.Present(site.client, /*with_key=*/true);
  for (const bool known : {false, true}) {
    ServerConnection owner(*context, to_client_);
    client_.Reset();
    ASSERT_TRUE(client_.Connect(owner, to_client_));
    EXPECT_EQ(owner.chain_was_known(), known);
    EXPECT_NE(owner.peer_chain(), nullptr);
    EXPECT_EQ(chains_.size(), 1U);
  }

  // A known chain is no help to a thief either.
  ServerConnection again(*context, to_client_);
  client_.Present(site.client, /*with_key=*/false);
  client_.Reset();
  EXPECT_FALSE(client_.Connect(again, to_client_));
  EXPECT_EQ(again.failure().reason, FailureReason::kKeyNotProven);
  EXPECT_EQ(again.peer_chain(), nullptr);
}

// The client breaks off after its certificate: nothing was proved.
TEST_P(Session, UnfinishedHandshakeIsNotKept) {
  const Site& site = Site::Get();
  const auto context = test::MakeServer(site.Server(ClientAuthentication::kRequired), &chains_);
  ServerConnection connection(*context, to_client_);
  Client().Present(site.client, /*with_key=*/true);
  client_.Reset();
  const std::vector<uint8_t> hello = client_.Step({});
  connection.Lend(hello);
  ASSERT_EQ(connection.Handshake(), Progress::kWantRead);
  std::vector<uint8_t> last_flight = client_.Step(Drain(to_client_));
  last_flight.pop_back();
  connection.Lend(last_flight);
  ASSERT_EQ(connection.Handshake(), Progress::kWantRead);
  EXPECT_EQ(connection.peer_chain(), nullptr);
  EXPECT_EQ(chains_.size(), 0U);
  connection.EndOfInput();
  ASSERT_EQ(connection.Handshake(), Progress::kFailed);
  EXPECT_EQ(connection.failure().reason, FailureReason::kTruncated);
  if (GetParam() == kTls12) {
    // There the certificate is in a record of its own: it had arrived, so the log can name it.
    EXPECT_EQ(connection.failure().serial, "abcd");
  }
  EXPECT_EQ(chains_.size(), 0U);
}

TEST_P(Session, RefusedChainIsNotKept) {
  const Site& site = Site::Get();
  const auto context = test::MakeServer(site.Server(ClientAuthentication::kRequired), &chains_);
  const auto client = test::MakeClient(site.Client(&site.foreign_client, GetParam()));
  Pair pair(*context, *client);
  EXPECT_FALSE(pair.Handshake());
  EXPECT_EQ(chains_.size(), 0U);
}

// Two listeners of a worker share the cache; what one trusts says nothing about the other.
TEST_P(Session, VerdictsAreOfOneTrustStore) {
  const Site& site = Site::Get();
  const auto client = test::MakeClient(site.Client(&site.client, GetParam()));
  const auto trusting = test::MakeServer(site.Server(ClientAuthentication::kRequired), &chains_);
  {
    Pair pair(*trusting, *client);
    ASSERT_TRUE(pair.Handshake());
  }
  ServerSettings settings = site.Server(ClientAuthentication::kRequired);
  settings.trust = test::Trusting({&site.foreign_root});
  const auto other = test::MakeServer(settings, &chains_);
  Pair pair(*other, *client);
  EXPECT_FALSE(pair.Handshake());
  EXPECT_EQ(pair.server.failure().reason, FailureReason::kUntrustedChain);
}

// Nor does what a listener took without looking.
TEST_P(Session, UnverifiedChainsAreASetOfTheirOwn) {
  const Site& site = Site::Get();
  ServerSettings settings = site.Server(ClientAuthentication::kRequired);
  settings.verify = false;
  settings.trust = nullptr;
  const auto lax = test::MakeServer(settings, &chains_);
  const auto client = test::MakeClient(site.Client(&site.foreign_client, GetParam()));
  for (const bool known : {false, true}) {
    Pair pair(*lax, *client);
    ASSERT_TRUE(pair.Handshake());
    EXPECT_EQ(pair.server.chain_was_known(), known);
    ASSERT_NE(pair.server.peer_chain(), nullptr);
    EXPECT_EQ(pair.server.peer_chain()->der, site.foreign_client.chain());
  }
  const auto strict = test::MakeServer(site.Server(ClientAuthentication::kRequired), &chains_);
  Pair pair(*strict, *client);
  EXPECT_FALSE(pair.Handshake());
  EXPECT_EQ(pair.server.failure().reason, FailureReason::kUntrustedChain);
}

// A known chain is good to its last second, and not longer.
TEST_P(Session, VerdictEndsWithTheCertificate) {
  const Site& site = Site::Get();
  const test::Identity short_lived =
      test::Identity::IssuedBy(site.root, {.not_after = test::kNow + 10});
  int64_t now = test::kNow;
  auto context =
      ServerContext::Create(site.Server(ClientAuthentication::kRequired),
                            {.verified_chains = &chains_, .now_unix = [&now] { return now; }});
  ASSERT_TRUE(context.ok());
  const auto client = test::MakeClient(site.Client(&short_lived, GetParam()));
  const auto connect = [&](bool* known) {
    Pair pair(**context, *client);
    pair.Handshake();
    *known = pair.server.chain_was_known();
    return pair.server.failure().reason;
  };
  bool known = true;
  EXPECT_EQ(connect(&known), FailureReason::kNone);
  EXPECT_FALSE(known);
  now = test::kNow + 10;
  EXPECT_EQ(connect(&known), FailureReason::kNone);
  EXPECT_TRUE(known);
  now = test::kNow + 11;
  EXPECT_EQ(connect(&known), FailureReason::kExpired);
  EXPECT_FALSE(known);
  EXPECT_EQ(chains_.size(), 0U);
}

// No ticket and no session id is given out, so nothing can be resumed; a client that offers what it
// has of a connection gets a full handshake.
TEST_P(Session, NothingIsResumed) {
  const Site& site = Site::Get();
  const auto context = test::MakeServer(site.Server(ClientAuthentication::kRequired));
  Client().Present(site.client, /*with_key=*/true);
  bssl::UniquePtr<SSL_SESSION> offered;
  for (int round = 0; round < 2; ++round) {
    ServerConnection connection(*context, to_client_);
    client_.Reset(offered.get());
    ASSERT_TRUE(client_.Connect(connection, to_client_));
    EXPECT_EQ(SSL_session_reused(client_.ssl()), 0);
    EXPECT_NE(connection.peer_chain(), nullptr);
    // Tickets of TLS 1.3 come with or before the first data.
    size_t num_written = 0;
    const uint8_t hello[] = {'h', 'i'};
    ASSERT_EQ(connection.Write(hello, &num_written), Progress::kDone);
    EXPECT_EQ(client_.Read(Drain(to_client_)), "hi");
    offered = bssl::UniquePtr<SSL_SESSION>(SSL_get1_session(client_.ssl()));
    EXPECT_EQ(SSL_SESSION_has_ticket(offered.get()), 0);
    EXPECT_EQ(SSL_SESSION_is_resumable(offered.get()), 0);
    unsigned id_len = 0;
    SSL_SESSION_get_id(offered.get(), &id_len);
    if (GetParam() == kTls12) {
      EXPECT_EQ(id_len, 0U);
    }
  }
  EXPECT_TRUE(client_.sessions().empty());
}

// A ticket of another server (one that does give them out) is ignored, also when it was earned
// without a certificate (io_uring.md, section 13: the regression this guards against).
TEST_P(Session, ForeignTicketIsIgnored) {
  const Site& site = Site::Get();
  // A server of the library's own, with tickets and without client certificates.
  RawClient giver;
  giver.Present(site.server, /*with_key=*/true);
  SSL_CTX_set_custom_verify(giver.context(), SSL_VERIFY_NONE, nullptr);
  bssl::UniquePtr<SSL> giving(SSL_new(giver.context()));
  SSL_set_app_data(giving.get(), &giver);
  SSL_set_accept_state(giving.get());
  SSL_set_bio(giving.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
  BIO_set_mem_eof_return(SSL_get_rbio(giving.get()), -1);
  Client().Reset();
  const auto take_from_giver = [&giving] {
    const uint8_t* bytes = nullptr;
    size_t num_bytes = 0;
    BIO_mem_contents(SSL_get_wbio(giving.get()), &bytes, &num_bytes);
    const std::vector<uint8_t> taken(bytes, bytes + num_bytes);
    BIO_reset(SSL_get_wbio(giving.get()));
    return taken;
  };
  std::vector<uint8_t> from_server;
  for (int step = 0; step < 3; ++step) {
    const std::vector<uint8_t> to_server = client_.Step(from_server);
    BIO_write(SSL_get_rbio(giving.get()), to_server.data(), static_cast<int>(to_server.size()));
    SSL_do_handshake(giving.get());
    from_server = take_from_giver();
  }
  // The library sends the tickets of TLS 1.3 along with the first data.
  ASSERT_EQ(SSL_write(giving.get(), "x", 1), 1);
  const std::vector<uint8_t> data = take_from_giver();
  from_server.insert(from_server.end(), data.begin(), data.end());
  client_.Read(from_server);
  ASSERT_FALSE(client_.sessions().empty());
  ASSERT_EQ(SSL_SESSION_is_resumable(client_.sessions().back().get()), 1);

  const auto context = test::MakeServer(site.Server(ClientAuthentication::kRequired));
  ServerConnection connection(*context, to_client_);
  client_.Reset(client_.sessions().back().get());
  EXPECT_FALSE(client_.Connect(connection, to_client_));
  EXPECT_EQ(connection.failure().reason, FailureReason::kNoCertificate);
}

}  // namespace
}  // namespace pkigate::tls
