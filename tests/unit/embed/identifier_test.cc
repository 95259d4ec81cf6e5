// SPDX-License-Identifier: Apache-2.0
//
// The library as an embedder has it: this file sees include/pkigate and nothing of src/. For every
// chain that is somebody a neighbour that is nobody, with the reason.
#include "pkigate/identifier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "site.h"

namespace pkigate::embed::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

constexpr char kXpack[] = "xpack";
constexpr char kOpendistro[] = "opendistro";

class IdentifierTest : public ::testing::Test {
 protected:
  IdentifierTest() {
    site_.Append("xpack/role_mapping.yml", "\nauditor:\n  - \"cn=John Doe,o=Test\"\n");
  }

  void Load() {
    identifier_ = Identifier::Load(site_.Path("pkigate.yml"), &report_);
    for (const Problem& error : report_.errors) {
      ADD_FAILURE() << error.file << ":" << error.line << ": " << error.key << ": "
                    << error.message;
    }
    ASSERT_NE(identifier_, nullptr);
  }
  // The one error of a configuration that cannot be used.
  Problem Refusal() {
    EXPECT_EQ(Identifier::Load(site_.Path("pkigate.yml"), &report_), nullptr);
    EXPECT_THAT(report_.errors, SizeIs(1));
    return report_.errors.empty() ? Problem{} : report_.errors.front();
  }
  Identity Ask(const char* listener, const Chain& chain, int64_t time_unix = kNow,
               const char* peer_address = "192.0.2.7") const {
    return identifier_->Identify({.listener = listener,
                                  .chain = chain,
                                  .peer_address = peer_address,
                                  .time_unix = time_unix});
  }
  // Why that is nobody; fails the test if it is somebody.
  std::string ReasonOf(const Identity& identity) const {
    EXPECT_FALSE(identity.authenticated);
    EXPECT_EQ(identity.realm + identity.username, "");
    EXPECT_THAT(identity.roles, IsEmpty());
    EXPECT_THAT(identity.backend_roles, IsEmpty());
    EXPECT_THAT(identity.metadata, IsEmpty());
    EXPECT_FALSE(identity.superadmin);
    EXPECT_EQ(identity.expires_unix, 0);
    EXPECT_NE(identity.reason, "");
    return identity.reason;
  }

  Site site_;
  LoadReport report_;
  std::unique_ptr<const Identifier> identifier_;
};

// --- somebody -----------------------------------------------------------------------------------

TEST_F(IdentifierTest, XpackGivesTheRolesOfTheFile) {
  ASSERT_NO_FATAL_FAILURE(Load());
  EXPECT_THAT(report_.warnings, IsEmpty());
  EXPECT_THAT(identifier_->Listeners(), ElementsAre(kXpack, kOpendistro));
  const Identity identity = Ask(kXpack, site_.Client("John Doe"));
  EXPECT_TRUE(identity.authenticated) << identity.reason;
  EXPECT_EQ(identity.realm, "pki1");
  EXPECT_EQ(identity.username, "John Doe");
  EXPECT_EQ(identity.dn, "CN=John Doe, O=Test");
  EXPECT_THAT(identity.roles, ElementsAre("auditor"));
  EXPECT_THAT(identity.metadata, ElementsAre(Pair("pki_dn", "CN=John Doe, O=Test")));
  EXPECT_EQ(identity.reason, "");
  // Nobody of that name is in the other dialect's files.
  EXPECT_THAT(Ask(kOpendistro, site_.Client("John Doe")).roles, IsEmpty());
}

TEST_F(IdentifierTest, OpendistroGivesTheRolesOfTheFile) {
  ASSERT_NO_FATAL_FAILURE(Load());
  const Identity identity = Ask(kOpendistro, site_.Client("CLIENT1"));
  EXPECT_TRUE(identity.authenticated) << identity.reason;
  EXPECT_EQ(identity.realm, "clientcert_auth_domain");
  EXPECT_EQ(identity.username, "CLIENT1");
  EXPECT_EQ(identity.dn, "CN=CLIENT1,O=Test");
  EXPECT_THAT(identity.roles, ElementsAre("readall"));
  EXPECT_FALSE(identity.superadmin);
  EXPECT_EQ(identity.reason, "");
  EXPECT_EQ(identity.expires_unix, kNow + kYear);
}

TEST_F(IdentifierTest, WhoIsNotMappedIsSomebodyWithoutRoles) {
  ASSERT_NO_FATAL_FAILURE(Load());
  for (const char* listener : {kXpack, kOpendistro}) {
    const Identity identity = Ask(listener, site_.Client("Nobody Special"));
    EXPECT_TRUE(identity.authenticated) << listener << ": " << identity.reason;
    EXPECT_EQ(identity.username, "Nobody Special");
    EXPECT_THAT(identity.roles, IsEmpty()) << listener;
  }
}

TEST_F(IdentifierTest, ASuperadminIsToldByTheWholeDn) {
  site_.Replace("opendistro/elasticsearch.yml", "CN=admin,OU=operations,O=example",
                "CN=admin,O=Test");
  ASSERT_NO_FATAL_FAILURE(Load());
  EXPECT_TRUE(Ask(kOpendistro, site_.Client("admin")).superadmin);
  EXPECT_FALSE(Ask(kOpendistro, site_.Client("admin2")).superadmin);
  EXPECT_FALSE(Ask(kXpack, site_.Client("admin")).superadmin);
}

TEST_F(IdentifierTest, TheRolesOfAnAddressAreForThatAddress) {
  site_.Append("opendistro/roles_mapping.yml", "\nkibana_user:\n  hosts: [192.0.2.7]\n");
  ASSERT_NO_FATAL_FAILURE(Load());
  const Chain chain = site_.Client("CLIENT1");
  EXPECT_THAT(Ask(kOpendistro, chain, kNow, "192.0.2.7").roles,
              ElementsAre("kibana_user", "readall"));
  EXPECT_THAT(Ask(kOpendistro, chain, kNow, "::ffff:192.0.2.7").roles,
              ElementsAre("kibana_user", "readall"));
  EXPECT_THAT(Ask(kOpendistro, chain, kNow, "192.0.2.8").roles, ElementsAre("readall"));
  for (const char* no_address : {"", "192.0.2", "192.0.2.7:443", "[::1]", "localhost"}) {
    EXPECT_THAT(ReasonOf(Ask(kOpendistro, chain, kNow, no_address)), HasSubstr("peer address: "));
  }
}

TEST_F(IdentifierTest, AnAnswerHoldsAsLongAsWhatItRestsOn) {
  ASSERT_NO_FATAL_FAILURE(Load());
  const Chain chain = site_.ShortLived("CLIENT1", kNow + 60);
  EXPECT_EQ(Ask(kOpendistro, chain).expires_unix, kNow + 60);
  EXPECT_EQ(Ask(kXpack, chain).expires_unix, kNow + 60);
  // The realm's cache.ttl, of 20 minutes when nothing else is said.
  EXPECT_EQ(Ask(kXpack, site_.Client("CLIENT1")).expires_unix, kNow + 20 * 60);
}

// --- nobody -------------------------------------------------------------------------------------

TEST_F(IdentifierTest, AChainThatIsNotTrustedIsNobody) {
  ASSERT_NO_FATAL_FAILURE(Load());
  const Chain good = site_.Client("CLIENT1");
  for (const char* listener : {kXpack, kOpendistro}) {
    EXPECT_TRUE(Ask(listener, good).authenticated);
    EXPECT_THAT(ReasonOf(Ask(listener, site_.Foreign("CLIENT1"))), HasSubstr("untrusted_chain: "));
    EXPECT_THAT(ReasonOf(Ask(listener, site_.Forged("CLIENT1"))), HasSubstr("bad_signature: "));
    EXPECT_THAT(ReasonOf(Ask(listener, site_.Server("CLIENT1"))), HasSubstr("wrong_purpose: "));
    EXPECT_THAT(ReasonOf(Ask(listener, good, kNow + kYear + kDay)), HasSubstr("expired: "));
    EXPECT_THAT(ReasonOf(Ask(listener, good, kNow - kYear - kDay)), HasSubstr("not_yet_valid: "));
    EXPECT_THAT(ReasonOf(Ask(listener, good, 0)), HasSubstr("not_yet_valid: "));
  }
}

TEST_F(IdentifierTest, WhatIsNoChainIsNobody) {
  ASSERT_NO_FATAL_FAILURE(Load());
  EXPECT_THAT(ReasonOf(Ask(kXpack, {})), HasSubstr("the chain has no certificate"));
  EXPECT_THAT(ReasonOf(Ask(kXpack, {{}})), HasSubstr("certificate 1 of the chain"));
  Chain chain = site_.Client("John Doe");
  chain.front().pop_back();
  EXPECT_THAT(ReasonOf(Ask(kXpack, chain)), HasSubstr("certificate 1 of the chain"));
  chain = site_.Client("John Doe");
  chain.push_back({0x30, 0x00});
  EXPECT_THAT(ReasonOf(Ask(kXpack, chain)), HasSubstr("certificate 2 of the chain"));
}

// Clients send old cross-signed authorities along for years.
TEST_F(IdentifierTest, AnExpiredCertificateBesideThePathIsPassedOver) {
  ASSERT_NO_FATAL_FAILURE(Load());
  Chain chain = site_.Client("CLIENT1");
  chain.push_back(site_.ShortLived("Bystander", kNow + kDay).front());
  EXPECT_TRUE(Ask(kOpendistro, chain, kNow).authenticated);
  EXPECT_EQ(Ask(kOpendistro, chain, kNow).expires_unix, kNow + kYear);
  EXPECT_TRUE(Ask(kOpendistro, chain, kNow + 2 * kDay).authenticated);
  std::swap(chain.front(), chain.back());
  EXPECT_THAT(ReasonOf(Ask(kOpendistro, chain, kNow + 2 * kDay)), HasSubstr("expired: "));
}

TEST_F(IdentifierTest, AnUnknownListenerKnowsNobody) {
  ASSERT_NO_FATAL_FAILURE(Load());
  const Chain chain = site_.Client("CLIENT1");
  for (const char* unknown : {"", "http", "XPACK", "xpack "}) {
    EXPECT_THAT(ReasonOf(Ask(unknown, chain)), HasSubstr("no listener named "));
  }
}

TEST_F(IdentifierTest, AListenerThatDoesNotAskKnowsNobody) {
  site_.Replace("opendistro/elasticsearch.yml", "clientauth_mode: OPTIONAL",
                "clientauth_mode: NONE");
  ASSERT_NO_FATAL_FAILURE(Load());
  EXPECT_THAT(ReasonOf(Ask(kOpendistro, site_.Client("CLIENT1"))),
              HasSubstr("the listener does not ask for client certificates"));
  EXPECT_TRUE(Ask(kXpack, site_.Client("CLIENT1")).authenticated);
}

TEST_F(IdentifierTest, ACertificateWithoutAUsernameIsNobody) {
  site_.Replace("xpack/elasticsearch.yml", "\"CN=(.*?)(?:,|$)\"", "\"UID=(.*?)(?:,|$)\"");
  ASSERT_NO_FATAL_FAILURE(Load());
  EXPECT_THAT(ReasonOf(Ask(kXpack, site_.Client("John Doe"))),
              HasSubstr("no realm finds a username in CN=John Doe, O=Test"));
}

// --- configurations -----------------------------------------------------------------------------

TEST_F(IdentifierTest, AConfigurationThatIsNotThereIsNamed) {
  EXPECT_EQ(Identifier::Load(site_.Path("elsewhere.yml"), &report_), nullptr);
  ASSERT_THAT(report_.errors, SizeIs(1));
  EXPECT_EQ(report_.errors.front().file, site_.Path("elsewhere.yml"));
  EXPECT_NE(report_.errors.front().message, "");
  EXPECT_EQ(Identifier::Load(site_.Path("elsewhere.yml"), nullptr), nullptr);
  EXPECT_NE(Identifier::Load(site_.Path("pkigate.yml"), nullptr), nullptr);
}

TEST_F(IdentifierTest, ABrokenSettingIsNamedWithFileAndLine) {
  site_.Replace("pkigate.yml", "    dialect: opendistro\n", "    dialect: opendistr\n");
  const Problem problem = Refusal();
  EXPECT_EQ(problem.file, site_.Path("pkigate.yml"));
  EXPECT_EQ(problem.line, site_.LineOf("pkigate.yml", "dialect: opendistr\n"));
  EXPECT_GT(problem.column, 0);
  EXPECT_EQ(problem.key, "listeners[1].dialect");
  EXPECT_THAT(problem.message, HasSubstr("opendistr"));
  EXPECT_THAT(problem.hint, HasSubstr("opendistro"));
  site_.Replace("pkigate.yml", "    dialect: opendistr\n", "    dialect: opendistro\n");
  Load();
}

TEST_F(IdentifierTest, ABrokenPatternIsNamedWithFileAndLine) {
  site_.Write("opendistro/roles_mapping.yml",
              "_meta: {type: rolesmapping, config_version: 2}\n"
              "readall:\n"
              "  users: [CLIENT1]\n"
              "all_access:\n"
              "  users: ['/(/']\n");
  const Problem problem = Refusal();
  EXPECT_THAT(problem.file, HasSubstr("opendistro/roles_mapping.yml"));
  EXPECT_EQ(problem.line, 4);
  EXPECT_EQ(problem.key, "all_access.users");
  EXPECT_THAT(problem.message, HasSubstr("'/(/' cannot be used: "));
  site_.Replace("opendistro/roles_mapping.yml", "'/(/'", "'/(a)/'");
  ASSERT_NO_FATAL_FAILURE(Load());
  EXPECT_THAT(report_.errors, IsEmpty()) << "a report speaks of the last load alone";
}

TEST_F(IdentifierTest, WarningsAreKeptApartAndStopNothing) {
  site_.Append("xpack/role_mapping.yml", "broken:\n  - \"no DN at all\"\n");
  ASSERT_NO_FATAL_FAILURE(Load());
  ASSERT_THAT(report_.warnings, SizeIs(1));
  const Problem& warning = report_.warnings.front();
  EXPECT_THAT(warning.file, HasSubstr("xpack/role_mapping.yml"));
  EXPECT_GT(warning.line, 0);
  EXPECT_EQ(warning.key, "broken");
  EXPECT_THAT(warning.message, HasSubstr("invalid DN [no DN at all]"));
  EXPECT_THAT(Ask(kXpack, site_.Client("John Doe")).roles, ElementsAre("auditor"));
}

TEST_F(IdentifierTest, AStoreThatIsLeftOutIsSaid) {
  site_.Write("pkigate.db", "whatever a gateway keeps there");
  ASSERT_NO_FATAL_FAILURE(Load());
  ASSERT_THAT(report_.warnings, SizeIs(1));
  EXPECT_EQ(report_.warnings.front().file, site_.Path("pkigate.yml"));
  EXPECT_EQ(report_.warnings.front().key, "store.path");
  EXPECT_THAT(report_.warnings.front().message, HasSubstr(site_.Path("pkigate.db")));
}

// --- threads ------------------------------------------------------------------------------------

using IdentifierThreads = IdentifierTest;

TEST_F(IdentifierThreads, GetTheirOwnAnswers) {
  // A general pattern, so that matching needs working memory.
  site_.Append("opendistro/roles_mapping.yml", "\nkibana_user:\n  users: ['/CLIENT[0-9]*5/']\n");
  ASSERT_NO_FATAL_FAILURE(Load());
  constexpr int kThreads = 8;
  constexpr int kRounds = 50;
  std::vector<Chain> chains;
  for (int index = 0; index < kThreads; ++index) {
    chains.push_back(site_.Client("CLIENT" + std::to_string(index)));
  }
  std::vector<int> num_right(kThreads, 0);
  {
    std::vector<std::jthread> threads;
    for (int index = 0; index < kThreads; ++index) {
      threads.emplace_back([this, &chains, &num_right, index] {
        const std::vector<std::string> roles = index == 1 ? std::vector<std::string>{"readall"}
                                               : index == 5
                                                   ? std::vector<std::string>{"kibana_user"}
                                                   : std::vector<std::string>();
        for (int round = 0; round < kRounds; ++round) {
          const Identity identity = Ask(kOpendistro, chains[static_cast<size_t>(index)]);
          num_right[static_cast<size_t>(index)] +=
              identity.authenticated && identity.roles == roles &&
              identity.username == "CLIENT" + std::to_string(index);
        }
      });
    }
  }
  EXPECT_THAT(num_right, ::testing::Each(kRounds));
}

}  // namespace
}  // namespace pkigate::embed::testing
