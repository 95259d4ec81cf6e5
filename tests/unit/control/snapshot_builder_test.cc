// SPDX-License-Identifier: Apache-2.0
//
// From settings and stored objects to a snapshot, complete or not at all. The settings are those of
// the example configuration, loaded from a copy with a PKI where they expect it.
#include "control/snapshot_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "config/load.h"
#include "pki_folder.h"
#include "policy/opendistro_policy.h"
#include "policy/xpack_policy.h"
#include "support.h"
#include "x509/pem.h"
#include "x509/trust_store.h"

namespace pkigate::control {
namespace {

using config::Settings;
using store::Family;
using testing::HasSubstr;

constexpr size_t kXpack = 0;
constexpr size_t kOpendistro = 1;

class SnapshotBuilderTest : public testing::Test {
 protected:
  SnapshotBuilderTest() {
    std::filesystem::copy(std::filesystem::path(PKIGATE_SOURCE_ROOT) / "config", folder_.path(),
                          std::filesystem::copy_options::recursive);
    std::filesystem::copy(config::TestData(), folder_.path() / "pki");
  }

  Settings Load() {
    Diagnostics diagnostics;
    std::optional<Settings> settings = config::Load(folder_.Path("pkigate.yml"), diagnostics);
    EXPECT_TRUE(settings.has_value()) << config::TextOf(diagnostics);
    return settings.value_or(Settings{});
  }
  std::shared_ptr<const gateway::Snapshot> Build(const Settings& settings, uint64_t generation,
                                                 const gateway::Snapshot* predecessor = nullptr) {
    Diagnostics diagnostics;
    auto snapshot =
        BuildSnapshot(settings, objects_, generation, predecessor, compile_cache_, diagnostics);
    EXPECT_EQ(snapshot == nullptr, diagnostics.has_errors());
    problems_ = config::TextOf(diagnostics, folder_.path().string());
    return snapshot;
  }
  void Store(Family family, const std::string& name, std::optional<std::string> document) {
    objects_.push_back({.family = family, .name = name, .document = std::move(document)});
  }
  std::vector<uint8_t> Key(const char* file) {
    return *x509::PrivateKeyFromPem(config::ReadTestFile(config::TestData() / file), "", file);
  }

  config::TestFolder folder_;
  std::vector<store::RoleMapping> objects_;
  policy::CompileCache compile_cache_;
  std::string problems_;
};

constexpr char kXpackDocument[] =
    R"({"enabled":true,"roles":["ops"],"rules":{"field":{"dn":"CN=a,O=b"}}})";

TEST_F(SnapshotBuilderTest, TheExamplesBecomeASnapshot) {
  const Settings settings = Load();
  const auto snapshot = Build(settings, 7);
  ASSERT_NE(snapshot, nullptr) << problems_;
  EXPECT_EQ(snapshot->generation, 7U);
  EXPECT_EQ(snapshot->tls_generation, 7U);
  ASSERT_EQ(snapshot->listeners.size(), 2U);
  EXPECT_EQ(snapshot->listeners[kXpack].policy->dialect(), Dialect::kXpack);
  EXPECT_EQ(snapshot->listeners[kOpendistro].policy->dialect(), Dialect::kOpendistro);
  for (size_t index = 0; index < 2; ++index) {
    EXPECT_EQ(snapshot->listeners[index].policy->generation(), 7U);
    EXPECT_EQ(snapshot->listeners[index].tls.certificate_chain,
              settings.listeners[index].tls.certificate_chain);
    EXPECT_EQ(snapshot->listeners[index].tls.trust, settings.listeners[index].tls.trust);
  }
  EXPECT_EQ(snapshot->listeners[kXpack].tls.client_authentication,
            tls::ClientAuthentication::kOptional);
}

TEST_F(SnapshotBuilderTest, ListenersOfOneModelShareItsPolicy) {
  Settings settings = Load();
  settings.listeners.push_back(settings.listeners[kXpack]);
  const auto snapshot = Build(settings, 1);
  ASSERT_NE(snapshot, nullptr) << problems_;
  EXPECT_EQ(snapshot->listeners[2].policy, snapshot->listeners[kXpack].policy);
  EXPECT_NE(snapshot->listeners[kOpendistro].policy, snapshot->listeners[kXpack].policy);
}

// --- stored objects -----------------------------------------------------------------------------

TEST_F(SnapshotBuilderTest, StoredXpackMappingsJoinThoseOfTheFile) {
  Store(Family::kXpack, "one", kXpackDocument);
  const Settings settings = Load();
  const auto snapshot = Build(settings, 1);
  ASSERT_NE(snapshot, nullptr) << problems_;
  const auto& mappings = policy::AsXpack(*snapshot->listeners[kXpack].policy).api_mappings();
  ASSERT_TRUE(mappings.contains("one"));
  EXPECT_EQ(mappings.at("one")->roles, std::vector<std::string>{"ops"});
  // They are no business of the other dialect, nor of the loaded settings.
  EXPECT_FALSE(
      policy::AsOpendistro(*snapshot->listeners[kOpendistro].policy).mappings().contains("one"));
  EXPECT_TRUE(
      std::get<policy::XpackModel>(settings.listeners[kXpack].model->body).api_mappings.empty());
}

TEST_F(SnapshotBuilderTest, StoredOpendistroMappingsReplaceAndTombstonesRemove) {
  {
    const auto files_alone = Build(Load(), 1);
    ASSERT_NE(files_alone, nullptr) << problems_;
    const auto& mappings =
        policy::AsOpendistro(*files_alone->listeners[kOpendistro].policy).mappings();
    EXPECT_EQ(mappings.at("readall")->users, std::vector<std::string>{"CLIENT1"});
    EXPECT_TRUE(mappings.contains("all_access"));
  }
  Store(Family::kOpendistro, "all_access", std::nullopt);
  Store(Family::kOpendistro, "readall", R"({"users":["somebody else"]})");
  const auto snapshot = Build(Load(), 2);
  ASSERT_NE(snapshot, nullptr) << problems_;
  const auto& mappings = policy::AsOpendistro(*snapshot->listeners[kOpendistro].policy).mappings();
  EXPECT_EQ(mappings.at("readall")->users, std::vector<std::string>{"somebody else"});
  EXPECT_TRUE(mappings.at("readall")->backend_roles.empty()) << "replaced, not merged";
  EXPECT_FALSE(mappings.contains("all_access"));
}

TEST_F(SnapshotBuilderTest, AStoredObjectThatIsBrokenIsNamed) {
  Store(Family::kXpack, "good", kXpackDocument);
  Store(Family::kXpack, "broken", R"({"enabled":true,"roles":["ops"],"rules":{"no":[]}})");
  EXPECT_EQ(Build(Load(), 1), nullptr);
  EXPECT_THAT(problems_, HasSubstr("error: role_mapping/broken: "));
  EXPECT_THAT(problems_, testing::Not(HasSubstr("role_mapping/good")));
}

// --- broken files -------------------------------------------------------------------------------

TEST_F(SnapshotBuilderTest, ABrokenMappingNamesFileAndLineAndChangesNothing) {
  const Settings settings = Load();
  const auto running = Build(settings, 1);
  ASSERT_NE(running, nullptr) << problems_;
  const auto policy_before = running->listeners[kOpendistro].policy;

  folder_.Write("opendistro/roles_mapping.yml",
                "_meta: {type: rolesmapping, config_version: 2}\n"
                "readall:\n"
                "  users: [CLIENT1]\n"
                "all_access:\n"
                "  users: ['/(/']\n");
  EXPECT_EQ(Build(Load(), 2, running.get()), nullptr);
  EXPECT_THAT(problems_, HasSubstr("opendistro/roles_mapping.yml:4"));
  EXPECT_THAT(problems_, HasSubstr("error: all_access.users: '/(/' cannot be used: "));
  EXPECT_EQ(running->generation, 1U);
  EXPECT_EQ(running->listeners[kOpendistro].policy, policy_before);
  EXPECT_EQ(policy_before->generation(), 1U);

  folder_.Write("opendistro/roles_mapping.yml",
                "_meta: {type: rolesmapping, config_version: 2}\n"
                "all_access:\n"
                "  users: ['/(a)/']\n");
  EXPECT_NE(Build(Load(), 2, running.get()), nullptr) << problems_;
}

// --- TLS ----------------------------------------------------------------------------------------

TEST_F(SnapshotBuilderTest, TlsThatCannotBeUsedNamesTheListener) {
  Settings settings = Load();
  settings.listeners[kOpendistro].tls.private_key = Key("other-key.pem");
  EXPECT_EQ(Build(settings, 1), nullptr);
  EXPECT_THAT(problems_,
              HasSubstr("pkigate.yml: error: listeners.opendistro: TLS settings cannot be used: "));
  EXPECT_THAT(problems_, testing::Not(HasSubstr("listeners.xpack")));
  // Without TLS its material is nobody's concern.
  settings.listeners[kOpendistro].tls.enabled = false;
  EXPECT_NE(Build(settings, 1), nullptr) << problems_;
}

// Contexts are kept exactly as long as nothing that goes into them has changed.
TEST_F(SnapshotBuilderTest, TheTlsGenerationMovesOnlyWithTls) {
  const Settings settings = Load();
  const auto first = Build(settings, 1);
  ASSERT_NE(first, nullptr) << problems_;
  Store(Family::kXpack, "one", kXpackDocument);
  Settings wanted = Load();  // read anew: the same content, other objects
  ASSERT_NE(wanted.listeners[kXpack].tls.trust, settings.listeners[kXpack].tls.trust);
  wanted.timeouts.idle_ms = 5'000;
  const auto second = Build(wanted, 2, first.get());
  ASSERT_NE(second, nullptr) << problems_;
  EXPECT_EQ(second->generation, 2U);
  EXPECT_EQ(second->tls_generation, 1U);
  EXPECT_EQ(second->listeners[kXpack].policy->generation(), 2U);

  using Change = std::function<void(config::TlsSettings&)>;
  const std::pair<const char*, Change> changes[] = {
      {"certificate",
       [](config::TlsSettings& tls) {
         tls.certificate_chain = *x509::CertificatesFromPem(
             config::ReadTestFile(config::TestData() / "server-chain.pem"), "chain");
       }},
      {"client authentication",
       [](config::TlsSettings& tls) {
         tls.client_authentication = config::ClientAuthentication::kRequired;
       }},
      {"verification", [](config::TlsSettings& tls) { tls.verify = false; }},
      {"least version", [](config::TlsSettings& tls) { tls.version_min = 0x0304; }},
      {"cipher suites",
       [](config::TlsSettings& tls) {
         tls.cipher_suites = {"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
                              "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"};
       }},
      {"ALPN", [](config::TlsSettings& tls) { tls.alpn.clear(); }},
      {"trust",
       [](config::TlsSettings& tls) {
         const std::string pem = config::ReadTestFile(config::TestData() / "other-ca.pem");
         tls.trust = *x509::TrustStore::Create(*x509::CertificatesFromPem(pem, "other"), {}, {});
       }},
  };
  for (const auto& [what, change] : changes) {
    wanted = settings;
    change(wanted.listeners[kXpack].tls);
    const auto third = Build(wanted, 3, second.get());
    ASSERT_NE(third, nullptr) << what << ": " << problems_;
    EXPECT_EQ(third->tls_generation, 3U) << what;
  }
}

// --- what takes a restart -----------------------------------------------------------------------

TEST_F(SnapshotBuilderTest, WhatAReloadCannotChangeIsSaid) {
  const Settings running = Load();
  using Change = std::function<void(Settings&)>;
  const std::pair<Change, const char*> cases[] = {
      {[](Settings& s) { s.workers = 5; }, "workers changed from 0 to 5"},
      {[](Settings& s) { s.crypto_threads = 3; }, "crypto_threads changed from 0 to 3"},
      {[](Settings& s) { s.name_servers.emplace_back(); }, "resolver.servers changed"},
      {[](Settings& s) { s.store_path = "elsewhere.db"; }, "store.path changed from "},
      {[](Settings& s) { s.listeners.pop_back(); }, "a listener was added or removed"},
      {[](Settings& s) { s.listeners[0].address.port = 1; },
       "listener xpack at 127.0.0.1:9243 became xpack at 127.0.0.1:1"},
      {[](Settings& s) { s.listeners[1].name = "new"; },
       "listener opendistro at 127.0.0.1:9244 became new at 127.0.0.1:9244"},
      {[](Settings& s) { s.listeners[0].tls.enabled = false; },
       "listener xpack changed its dialect or switched TLS on or off"},
      {[](Settings& s) { s.listeners[1].dialect = Dialect::kOpensearch; },
       "listener opendistro changed its dialect"},
      {[](Settings& s) { s.upstreams.push_back(s.upstreams[0]); },
       "an upstream was added or removed"},
      {[](Settings& s) { s.upstreams[0].name = "new"; }, "upstream default was renamed to new"},
      {[](Settings& s) { ++s.upstreams[0].num_connections; },
       "upstreams.default.connections was raised"},
      {[](Settings& s) { ++s.limits.num_connections; }, "limits.connections was raised"},
      {[](Settings& s) { ++s.limits.head_bytes; }, "limits.head_size was raised"},
  };
  for (const auto& [change, says] : cases) {
    Settings wanted = running;
    change(wanted);
    EXPECT_THAT(RestartNeededFor(running, wanted), HasSubstr(says));
  }
}

TEST_F(SnapshotBuilderTest, WhatAReloadCanChangeNeedsNoRestart) {
  const Settings running = Load();
  EXPECT_EQ(RestartNeededFor(running, running), "");
  Settings wanted = running;
  --wanted.limits.num_connections;
  --wanted.upstreams[0].num_connections;
  --wanted.limits.head_bytes;
  ++wanted.limits.num_headers;
  wanted.timeouts.idle_ms = 5'000;
  wanted.upstreams[0].addresses.push_back(*SocketAddress::Parse("127.0.0.1:2"));
  wanted.listeners[0].tls.client_authentication = config::ClientAuthentication::kRequired;
  wanted.identity.user = "x-user";
  EXPECT_EQ(RestartNeededFor(running, wanted), "");
}

}  // namespace
}  // namespace pkigate::control
