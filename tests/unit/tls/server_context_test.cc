// SPDX-License-Identifier: Apache-2.0
//
// What a context is made of: material that fits or is refused with the right code, and what the
// settings do to a handshake.
#include "tls/server_context.h"

#include <gtest/gtest.h>

#include <map>

#include "base/limits.h"
#include "raw_client.h"
#include "site.h"
#include "tls_pair.h"

namespace pkigate::tls {
namespace {

using test::Identity;
using test::KeyType;
using test::Pair;
using test::Site;

std::string CodeOf(const ServerSettings& settings) {
  const auto context = ServerContext::Create(settings);
  return context.ok() ? "ok" : context.error().code;
}

class Context : public testing::Test {
 protected:
  Context() : settings_(Site::Get().Server(ClientAuthentication::kRequired)) {}
  ServerSettings settings_;
};

TEST_F(Context, GoodMaterial) { EXPECT_EQ(CodeOf(settings_), "ok"); }

TEST_F(Context, Certificate) {
  settings_.certificate_chain.clear();
  EXPECT_EQ(CodeOf(settings_), "certificate");
  settings_.certificate_chain = {{}};
  EXPECT_EQ(CodeOf(settings_), "certificate");
  settings_.certificate_chain = {{1, 2, 3}};
  EXPECT_EQ(CodeOf(settings_), "certificate");
  settings_.certificate_chain = {{0x30, 0x00}};  // a SEQUENCE, and no certificate
  EXPECT_EQ(CodeOf(settings_), "certificate");

  settings_ = Site::Get().Server(ClientAuthentication::kRequired);
  settings_.certificate_chain[0].push_back(0);
  EXPECT_EQ(CodeOf(settings_), "certificate");
  settings_.certificate_chain[0].pop_back();
  settings_.certificate_chain.push_back({0x30});  // garbled behind a good leaf
  const auto context = ServerContext::Create(settings_);
  ASSERT_FALSE(context.ok());
  EXPECT_NE(context.error().message.find("entry 2"), std::string::npos);
}

TEST_F(Context, PrivateKey) {
  std::vector<uint8_t>& key = settings_.private_key;
  key.push_back(0);
  EXPECT_EQ(CodeOf(settings_), "private_key");
  key.pop_back();
  key.pop_back();
  EXPECT_EQ(CodeOf(settings_), "private_key");
  key.clear();
  EXPECT_EQ(CodeOf(settings_), "private_key");
}

TEST_F(Context, KeyOfAnotherCertificate) {
  settings_.private_key = Site::Get().client.Pkcs8();
  EXPECT_EQ(CodeOf(settings_), "key_mismatch");
  settings_.private_key = Identity::Root({.key_type = KeyType::kEd25519}).Pkcs8();
  EXPECT_EQ(CodeOf(settings_), "key_mismatch");
}

TEST_F(Context, Versions) {
  settings_.version_min = 0x0301;
  settings_.version_max = 0x0302;
  EXPECT_EQ(CodeOf(settings_), "versions");
  settings_.version_max = kTls12;  // older ones are cut off
  EXPECT_EQ(CodeOf(settings_), "ok");
  settings_.version_min = kTls13;
  EXPECT_EQ(CodeOf(settings_), "versions");
}

TEST_F(Context, Trust) {
  settings_.trust = nullptr;
  EXPECT_EQ(CodeOf(settings_), "trust");
  settings_.client_authentication = ClientAuthentication::kNone;
  EXPECT_EQ(CodeOf(settings_), "ok");
  settings_.client_authentication = ClientAuthentication::kOptional;
  settings_.verify = false;
  EXPECT_EQ(CodeOf(settings_), "ok");
}

// Trust in nobody is a configuration, too (X-SET-45): every certificate is refused.
TEST_F(Context, EmptyTrust) {
  settings_.trust = test::Trusting({});
  const auto server = test::MakeServer(settings_);
  const auto client = test::MakeClient(Site::Get().Client(&Site::Get().client));
  Pair pair(*server, *client);
  EXPECT_FALSE(pair.Handshake());
  EXPECT_EQ(pair.server.failure().reason, FailureReason::kUntrustedChain);
}

TEST_F(Context, Alpn) {
  settings_.alpn = {"http/1.1", ""};
  EXPECT_EQ(CodeOf(settings_), "alpn");
  settings_.alpn = {std::string(256, 'p')};
  EXPECT_EQ(CodeOf(settings_), "alpn");
  settings_.alpn = {std::string(255, 'p')};
  EXPECT_EQ(CodeOf(settings_), "ok");
}

TEST_F(Context, WarningsAreKept) {
  settings_.cipher_suites = {"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "TLS_AES_128_GCM_SHA256",
                             "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256",
                             "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256"};
  const auto context = test::MakeServer(settings_);
  ASSERT_EQ(context->warnings().size(), 1U);
  EXPECT_NE(context->warnings()[0].find("TLS_DHE_RSA_WITH_AES_128_GCM_SHA256"), std::string::npos);
}

TEST_F(Context, SuitesDecideTheVersion) {
  settings_.cipher_suites = {"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"};  // none of TLS 1.3
  const auto tls12 = test::MakeServer(settings_);
  EXPECT_EQ(tls12->warnings().size(), 1U);
  ClientSettings client_settings = Site::Get().Client(&Site::Get().client);
  client_settings.version_min = kTls12;
  const auto client = test::MakeClient(client_settings);
  Pair first(*tls12, *client);
  ASSERT_TRUE(first.Handshake());
  EXPECT_EQ(first.server.version(), "TLSv1.2");
  settings_.version_min = kTls13;
  EXPECT_EQ(CodeOf(settings_), "cipher_suites");

  settings_.version_min = kTls12;
  settings_.cipher_suites = {"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384",
                             "TLS_CHACHA20_POLY1305_SHA256"};
  const auto tls13 = test::MakeServer(settings_);
  Pair second(*tls13, *client);
  ASSERT_TRUE(second.Handshake());
  EXPECT_EQ(second.server.version(), "TLSv1.3");
  settings_.version_max = kTls12;
  EXPECT_EQ(CodeOf(settings_), "cipher_suites");
}

// The server's order of suites decides, not the client's.
TEST_F(Context, ServerPrefersItsOrder) {
  const std::string first = "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384";
  const std::string second = "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256";
  settings_.version_max = kTls12;
  settings_.cipher_suites = {first, second};
  ClientSettings client_settings = Site::Get().Client(&Site::Get().client, kTls12);
  client_settings.cipher_suites = {second, first};
  const auto server = test::MakeServer(settings_);
  const auto client = test::MakeClient(client_settings);
  Pair pair(*server, *client);
  ASSERT_TRUE(pair.Handshake());
  EXPECT_EQ(pair.server.cipher(), first);
  EXPECT_EQ(pair.client.cipher(), first);
}

TEST_F(Context, AlpnIsAgreedOn) {
  const auto agreed = [&](std::vector<std::string> server_protocols,
                          std::vector<std::string> client_protocols) {
    settings_.alpn = std::move(server_protocols);
    ClientSettings client_settings = Site::Get().Client(&Site::Get().client);
    client_settings.alpn = std::move(client_protocols);
    const auto server = test::MakeServer(settings_);
    const auto client = test::MakeClient(client_settings);
    Pair pair(*server, *client);
    EXPECT_TRUE(pair.Handshake());
    EXPECT_EQ(pair.server.alpn(), pair.client.alpn());
    return std::string(pair.server.alpn());
  };
  EXPECT_EQ(agreed({"http/1.1"}, {"h2", "http/1.1"}), "http/1.1");
  EXPECT_EQ(agreed({"h2", "http/1.1"}, {"http/1.1", "h2"}), "h2");  // the server's order
  EXPECT_EQ(agreed({"http/1.1"}, {}), "");
  EXPECT_EQ(agreed({}, {"h2"}), "");
}

TEST_F(Context, ServerNameIsOptional) {
  const auto server = test::MakeServer(settings_);
  const auto client = test::MakeClient(Site::Get().Client(&Site::Get().client));
  Pair without(*server, *client, "");
  ASSERT_TRUE(without.Handshake());
  EXPECT_EQ(without.server.sni(), "");
  Pair with(*server, *client, "other.example");
  ASSERT_TRUE(with.Handshake());
  EXPECT_EQ(with.server.sni(), "other.example");
}

// Clients with several certificates choose by the names of the CAs they are asked for.
TEST_F(Context, AsksForTheTrustedCas) {
  const Site& site = Site::Get();
  const auto num_names = [&](std::shared_ptr<const x509::TrustStore> trust) {
    settings_.trust = std::move(trust);
    const auto context = test::MakeServer(settings_);
    ChunkPool pool(16);
    ChunkQueue to_client(pool);
    ServerConnection connection(*context, to_client);
    test::RawClient client;
    client.Present(site.client, /*with_key=*/true);
    client.Reset();
    EXPECT_TRUE(client.Connect(connection, to_client));
    return client.num_ca_names();
  };
  EXPECT_EQ(num_names(site.trust), 1U);
  EXPECT_EQ(num_names(test::Trusting({&site.root, &site.foreign_root})), 2U);

  // Too many to list: none is, which means any.
  std::vector<Identity> roots;
  std::vector<const Identity*> trusted = {&site.root};
  size_t num_bytes = 0;
  for (int index = 0; num_bytes <= limits::kCaNamesBytesMax; ++index) {
    roots.push_back(Identity::Root(
        {.common_name = "CA " + std::to_string(index) + std::string(55, '.'), .is_ca = true}));
    num_bytes += 70;
  }
  for (const Identity& root : roots) {
    trusted.push_back(&root);
  }
  EXPECT_EQ(num_names(test::Trusting(trusted)), 0U);
}

// Every kind of key a client or the gateway may have.
class KeyTypes : public testing::TestWithParam<std::tuple<KeyType, uint16_t>> {};

INSTANTIATE_TEST_SUITE_P(All, KeyTypes,
                         testing::Combine(testing::Values(KeyType::kP256, KeyType::kP384,
                                                          KeyType::kP521, KeyType::kRsa2048,
                                                          KeyType::kEd25519),
                                          testing::Values(kTls12, kTls13)));

const Identity& IdentityWith(KeyType type) {
  static std::map<KeyType, Identity> identities;
  auto found = identities.find(type);
  if (found == identities.end()) {
    found =
        identities.emplace(type, Identity::IssuedBy(Site::Get().root, {.key_type = type})).first;
  }
  return found->second;
}

TEST_P(KeyTypes, OfTheClient) {
  const auto& [type, version] = GetParam();
  const auto server = test::MakeServer(Site::Get().Server(ClientAuthentication::kRequired));
  const auto client = test::MakeClient(Site::Get().Client(&IdentityWith(type), version));
  Pair pair(*server, *client);
  EXPECT_TRUE(pair.Handshake()) << pair.server.failure().detail << pair.client.failure().detail;
}

TEST_P(KeyTypes, OfTheServer) {
  const auto& [type, version] = GetParam();
  ServerSettings settings = Site::Get().Server(ClientAuthentication::kRequired);
  settings.certificate_chain = IdentityWith(type).chain();
  settings.private_key = IdentityWith(type).Pkcs8();
  const auto server = test::MakeServer(settings);
  const auto client = test::MakeClient(Site::Get().Client(&Site::Get().client, version));
  Pair pair(*server, *client);
  EXPECT_TRUE(pair.Handshake()) << pair.server.failure().detail << pair.client.failure().detail;
  EXPECT_EQ(
      std::vector(pair.client.server_certificate().begin(), pair.client.server_certificate().end()),
      IdentityWith(type).der());
}

// The client's choice of group and suite, as the load tool makes it.
TEST(ClientContextTest, GroupAndSuite) {
  const Site& site = Site::Get();
  ServerSettings settings = site.Server(ClientAuthentication::kNone);
  const auto server = test::MakeServer(settings);
  for (const char* group : {"X25519", "P-256", "P-384"}) {
    ClientSettings client_settings = site.Client();
    client_settings.groups = {group};
    const auto client = test::MakeClient(client_settings);
    Pair pair(*server, *client);
    EXPECT_TRUE(pair.Handshake()) << group;
  }
  ClientSettings client_settings = site.Client();
  client_settings.groups = {"P-257"};
  const auto refused = ClientContext::Create(client_settings);
  ASSERT_FALSE(refused.ok());
  EXPECT_STREQ(refused.error().code, "groups");

  client_settings = site.Client(nullptr, kTls12);
  client_settings.cipher_suites = {"TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"};
  const auto client = test::MakeClient(client_settings);
  Pair pair(*server, *client);
  ASSERT_TRUE(pair.Handshake());
  EXPECT_EQ(pair.server.cipher(), "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256");
}

TEST(ClientContextTest, WithoutTrustAnyServerIsTaken) {
  const Site& site = Site::Get();
  ServerSettings settings = site.Server(ClientAuthentication::kNone);
  settings.certificate_chain = site.foreign_client.chain();
  settings.private_key = site.foreign_client.Pkcs8();
  const auto server = test::MakeServer(settings);
  ClientSettings client_settings = site.Client();
  {
    const auto client = test::MakeClient(client_settings);
    Pair pair(*server, *client);
    EXPECT_FALSE(pair.Handshake());
    EXPECT_EQ(pair.client.failure().reason, FailureReason::kUntrustedChain);
  }
  client_settings.trust = nullptr;
  const auto client = test::MakeClient(client_settings);
  Pair pair(*server, *client);
  EXPECT_TRUE(pair.Handshake());
}

}  // namespace
}  // namespace pkigate::tls
