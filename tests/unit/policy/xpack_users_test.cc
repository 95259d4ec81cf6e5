// SPDX-License-Identifier: Apache-2.0
//
// X-Pack callers that are not, or not only, their certificate: passwords, anonymous access, run-as,
// authorization realms (xpack.md, 2.4 to 2.9).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/base64.h"
#include "callers.h"
#include "policy/compile.h"
#include "policy/xpack_policy.h"

namespace pkigate::policy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using x509::testing::kNow;
using Outcome = Authentication::Outcome;
using Said = identity::Trace::Said;

// Takes `is:secret` for the hash of `secret`; does not know yet about those that begin with
// `slow:`.
class Passwords final : public identity::PasswordChecker {
 public:
  Verdict Check(const identity::PasswordQuestion& question) override {
    ++num_asked;
    keep_seconds = question.keep_seconds;
    if (question.stored_hash.starts_with("slow:")) {
      return Verdict::kPending;
    }
    return question.stored_hash == "is:" + std::string(question.password) ? Verdict::kRight
                                                                          : Verdict::kWrong;
  }

  int num_asked = 0;
  int64_t keep_seconds = -1;
};

std::string Base64(std::string_view text) {
  return ToBase64({reinterpret_cast<const uint8_t*>(text.data()), text.size()});
}

identity::PasswordUser User(std::string password, std::vector<std::string> roles) {
  return {.password_hash = "is:" + password, .roles = std::move(roles)};
}

identity::PasswordRealmModel PasswordRealmOf(const std::string& name, const std::string& type,
                                             int64_t order, identity::PasswordUsers users) {
  identity::PasswordRealmModel realm;
  realm.name = name;
  realm.type = type;
  realm.order = order;
  realm.users = std::make_shared<const identity::PasswordUsers>(std::move(users));
  return realm;
}

class XpackUsersTest : public ::testing::Test {
 protected:
  XpackUsersTest() {
    XpackRealmModel& pki = model_.realms.emplace_back();
    pki.pki.name = "pki1";
    pki.pki.key_prefix = "xpack.security.authc.realms.pki.pki1";
    pki.pki.order = 1;
    pki.file_mappings = {{.role = "by_dn", .dn = "cn=lena,o=acme", .where = {}}};
    identity::PasswordUser carol = User("c", {"native_role"});
    carol.full_name = "Carol C.";
    carol.email = "carol@acme.example";
    carol.metadata = {{.key = "team", .value = "[1,2]", .is_json = true}};
    identity::PasswordUser dora = User("d", {"dora_role"});
    dora.enabled = false;
    model_.password_realms = {
        PasswordRealmOf("file1", "file", 2,
                        {{"alice", User("secret", {"viewer", "editor"})},
                         {"bob", User("a:b", {})},
                         {"carol", User("file", {"file_role"})},
                         {"slow", {.password_hash = "slow:x", .roles = {"late"}}},
                         {"elastic", User("elastic", {"viewer"})}}),
        PasswordRealmOf("native1", "native", 3, {{"carol", carol}, {"dora", dora}})};
  }

  Asked As(const std::string& user, const std::string& password,
           std::vector<std::pair<std::string, std::string>> more = {},
           const x509::PeerChain* chain = nullptr) {
    more.emplace_back("Authorization", "Basic " + Base64(user + ":" + password));
    return With(std::move(more), chain);
  }
  Asked With(std::vector<std::pair<std::string, std::string>> headers,
             const x509::PeerChain* chain = nullptr) {
    trace_.steps.clear();
    return Ask(*MustCompile(model_), {.chain = chain,
                                      .headers = std::move(headers),
                                      .target = "/x",
                                      .passwords = &passwords_,
                                      .trace = &trace_});
  }
  Asked Run(const x509::PeerChain* chain, const std::string& as) {
    return With({{"es-security-runas-user", as}}, chain);
  }

  const x509::PeerChain lena_ = ChainOf({{O("acme")}, {Cn("lena")}});
  const x509::PeerChain nameless_ = ChainOf({{O("acme")}});
  XpackModel model_;
  Passwords passwords_;
  identity::Trace trace_;
};

// --- passwords -----------------------------------------------------------------------------------

TEST_F(XpackUsersTest, APasswordMakesTheUserOfItsRealm) {
  const Asked alice = As("alice", "secret");
  ASSERT_EQ(alice.caller.outcome, Outcome::kAuthenticated);
  EXPECT_EQ(alice.caller.user.username, "alice");
  EXPECT_EQ(alice.caller.user.realm_name, "file1");
  EXPECT_EQ(alice.caller.user.realm_type, "file");
  EXPECT_EQ(alice.caller.user.principal, "");
  EXPECT_THAT(alice.caller.user.metadata, IsEmpty());
  EXPECT_THAT(alice.caller.roles, ElementsAre("editor", "viewer"));
  EXPECT_EQ(passwords_.keep_seconds, 20 * 60);
  EXPECT_THAT(trace_.steps, ::testing::SizeIs(2)) << "reserved, file1";

  const Asked wrong = As("alice", "Secret");
  EXPECT_EQ(wrong.caller.outcome, Outcome::kRefused);
  EXPECT_EQ(wrong.decision.refusal.status, 401);
  EXPECT_EQ(ReasonOf(wrong.decision.refusal),
            "unable to authenticate user [alice] for REST request [/x]");
  EXPECT_THAT(wrong.caller.why, HasSubstr("file1: Password authentication failed for alice"));
  EXPECT_THAT(wrong.caller.why, HasSubstr("native1: has no user alice"));
  EXPECT_EQ(wrong.caller.why.find("Secret"), std::string::npos);

  EXPECT_EQ(As("Alice", "secret").caller.outcome, Outcome::kRefused) << "names have a case";
  EXPECT_EQ(As("bob", "a:b").caller.outcome, Outcome::kAuthenticated) << "a colon in the password";
  EXPECT_EQ(As("", "x").caller.outcome, Outcome::kRefused);
}

// X-FILE-5: a wrong password does not end the walk.
TEST_F(XpackUsersTest, TheNextRealmIsAsked) {
  const Asked native = As("carol", "c");
  ASSERT_EQ(native.caller.outcome, Outcome::kAuthenticated);
  EXPECT_EQ(native.caller.user.realm_name, "native1");
  EXPECT_EQ(native.caller.user.full_name, "Carol C.");
  EXPECT_EQ(native.caller.user.email, "carol@acme.example");
  EXPECT_THAT(native.caller.roles, ElementsAre("native_role"));
  const Asked file = As("carol", "file");
  EXPECT_EQ(file.caller.user.realm_name, "file1");
  EXPECT_THAT(file.caller.roles, ElementsAre("file_role"));
  model_.password_realms[0].enabled = false;
  EXPECT_EQ(As("carol", "file").caller.outcome, Outcome::kRefused);
}

TEST_F(XpackUsersTest, TheHeaderWinsOverTheCertificate) {
  EXPECT_EQ(As("alice", "secret", {}, &lena_).caller.user.username, "alice");
  EXPECT_EQ(As("alice", "no", {}, &lena_).decision.refusal.status, 401);
  model_.prefer_certificate = true;
  EXPECT_EQ(As("alice", "no", {}, &lena_).caller.user.username, "lena");
  EXPECT_EQ(As("alice", "secret", {}, &nameless_).caller.user.username, "alice");
}

TEST_F(XpackUsersTest, WhatTakesTimeIsPending) {
  EXPECT_EQ(As("slow", "x").caller.outcome, Outcome::kPending);
  EXPECT_FALSE(As("slow", "x").decision.allowed);
  model_.password_realms[0].cache_ttl_seconds = 0;
  As("alice", "secret");
  EXPECT_EQ(passwords_.keep_seconds, 0);
  const Asked nobody_to_ask =
      Ask(*MustCompile(model_),
          {.headers = {{"authorization", "Basic " + Base64("alice:secret")}}, .target = "/x"});
  EXPECT_EQ(nobody_to_ask.caller.outcome, Outcome::kRefused) << "fails closed";
}

// A reserved name is nobody else's, whatever the file says.
TEST_F(XpackUsersTest, ReservedUsers) {
  EXPECT_EQ(As("elastic", "elastic").caller.outcome, Outcome::kRefused);
  EXPECT_EQ(passwords_.num_asked, 0) << "nobody has given it a password";
  model_.reserved_users["elastic"] = User("changeme", {"of no effect"});
  const Asked elastic = As("elastic", "changeme");
  ASSERT_EQ(elastic.caller.outcome, Outcome::kAuthenticated);
  EXPECT_EQ(elastic.caller.user.realm_type, "reserved");
  EXPECT_THAT(elastic.caller.roles, ElementsAre("superuser"));
  EXPECT_TRUE(elastic.may_manage);
  EXPECT_THAT(elastic.caller.user.metadata,
              ElementsAre(identity::MetadataEntry{"_reserved", "true", true}));
  EXPECT_EQ(As("elastic", "elastic").caller.outcome, Outcome::kRefused) << "file1 is not asked";
  model_.reserved_users["elastic"].enabled = false;
  EXPECT_EQ(As("elastic", "changeme").caller.outcome, Outcome::kRefused);
  model_.reserved_realm = false;
  EXPECT_EQ(As("elastic", "elastic").caller.user.realm_name, "file1");
}

// X-AUT-75
TEST_F(XpackUsersTest, ADisabledUserIsNobody) {
  const Asked dora = As("dora", "d");
  EXPECT_EQ(dora.decision.refusal.status, 401);
  EXPECT_EQ(ReasonOf(dora.decision.refusal),
            "unable to authenticate user [dora] for REST request [/x]");
  EXPECT_THAT(dora.caller.why, HasSubstr("disabled"));
}

// As 7.10.2 and 8.19.4 answer.
TEST_F(XpackUsersTest, ContradictingHeadersAreRefused) {
  const std::string basic = "Basic " + Base64("alice:secret");
  const Asked two = With({{"Authorization", basic}, {"authorization", "Basic x"}}, &lena_);
  EXPECT_EQ(two.decision.refusal.status, 400);
  EXPECT_EQ(ReasonOf(two.decision.refusal),
            "multiple values for single-valued header [Authorization].");
  EXPECT_EQ(two.caller.outcome, Outcome::kRefused);
  EXPECT_EQ(With({{"Authorization", basic}, {"authorization", basic}}).caller.user.username,
            "alice")
      << "the same one twice is one";
  EXPECT_EQ(With({{"es-security-runas-user", "bob"}, {"es-security-runas-user", "carol"}}, &lena_)
                .decision.refusal.status,
            400);
}

// --- tokens --------------------------------------------------------------------------------------

// X-DEC-2
TEST_F(XpackUsersTest, Tokens) {
  const std::vector<std::pair<std::string, std::string>> bearer = {{"Authorization", "Bearer abc"}};
  EXPECT_EQ(With(bearer, &lena_).decision.refusal.status, 401);
  model_.anonymous.roles = {"guest"};
  EXPECT_EQ(With(bearer).decision.refusal.status, 401) << "X-AUT-80";
  model_.tokens = TokenTreatment::kIgnore;
  EXPECT_EQ(With(bearer, &lena_).caller.user.username, "lena");
  EXPECT_FALSE(With(bearer, &lena_).caller.pass_authorization);
  EXPECT_EQ(With(bearer).caller.outcome, Outcome::kNoCredentials) << "nor anonymous";
  model_.tokens = TokenTreatment::kForward;
  EXPECT_TRUE(With(bearer, &lena_).caller.pass_authorization);
  EXPECT_TRUE(With({{"authorization", "apikey eHg="}}, &lena_).caller.pass_authorization);
  EXPECT_FALSE(As("alice", "secret", {}, &lena_).caller.pass_authorization) << "no token";
  EXPECT_EQ(With(bearer).decision.refusal.status, 401) << "the certificate is still required";
}

// --- anonymous -----------------------------------------------------------------------------------

// X-AUT-80, X-AUT-81, X-AUT-83
TEST_F(XpackUsersTest, Anonymous) {
  EXPECT_EQ(With({}).decision.refusal.status, 401);
  model_.anonymous.roles = {"guest", "reader"};
  const Asked anonymous = With({});
  ASSERT_EQ(anonymous.caller.outcome, Outcome::kAuthenticated);
  EXPECT_EQ(anonymous.caller.user.username, "_anonymous");
  EXPECT_EQ(anonymous.caller.user.realm_name, "__anonymous");
  EXPECT_EQ(anonymous.caller.user.realm_type, "__anonymous");
  EXPECT_TRUE(anonymous.caller.user.anonymous);
  EXPECT_THAT(anonymous.caller.roles, ElementsAre("guest", "reader"));
  EXPECT_THAT(anonymous.caller.user.metadata,
              ElementsAre(identity::MetadataEntry{"_reserved", "true", true}));
  EXPECT_TRUE(With({}, &nameless_).caller.user.anonymous) << "a certificate without a name";
  EXPECT_TRUE(With({{"authorization", "Negotiate x"}}).caller.user.anonymous);
  EXPECT_EQ(As("alice", "no").decision.refusal.status, 401) << "X-AUT-42";
  EXPECT_THAT(As("alice", "secret").caller.roles,
              ElementsAre("editor", "guest", "reader", "viewer"));
  EXPECT_THAT(With({}, &lena_).caller.roles, ElementsAre("by_dn", "guest", "reader"));
}

// X-AUT-90: run-as is for users that a realm vouches for.
TEST_F(XpackUsersTest, AnonymousRunsAsNobody) {
  model_.anonymous.roles = {"superuser"};
  const Asked anonymous = Run(nullptr, "alice");
  EXPECT_EQ(anonymous.caller.user.username, "_anonymous");
  EXPECT_EQ(anonymous.caller.user.authenticated_as, "");
}

// --- run-as --------------------------------------------------------------------------------------

// X-AUT-92, X-AUT-93
TEST_F(XpackUsersTest, RunAs) {
  model_.run_as["by_dn"] = {"car*", "/d.ra/"};
  const Asked carol = Run(&lena_, "carol");
  ASSERT_EQ(carol.caller.outcome, Outcome::kAuthenticated);
  EXPECT_EQ(carol.caller.user.username, "carol");
  EXPECT_EQ(carol.caller.user.authenticated_as, "lena");
  EXPECT_EQ(carol.caller.user.realm_name, "pki1");
  EXPECT_EQ(carol.caller.user.lookup_realm_name, "file1") << "the first that knows her";
  EXPECT_EQ(carol.caller.user.lookup_realm_type, "file");
  EXPECT_THAT(carol.caller.roles, ElementsAre("file_role")) << "the target's only";
  EXPECT_TRUE(carol.headers_decide);

  EXPECT_EQ(Run(&lena_, "alice").decision.refusal.status, 403);
  EXPECT_EQ(Run(&lena_, "carlotta").decision.refusal.status, 403) << "matches, and nobody knows";
  EXPECT_EQ(Run(&lena_, "").decision.refusal.status, 401);
  EXPECT_EQ(Run(&lena_, "dora").decision.refusal.status, 401) << "disabled";
  model_.run_as_enabled = false;
  EXPECT_EQ(Run(&lena_, "carol").caller.user.username, "lena");
}

// X-AZ-44
TEST_F(XpackUsersTest, WhatTheTargetMayNotSaysWhoIsBehindIt) {
  model_.run_as["by_dn"] = {"bob"};
  const Asked bob = Run(&lena_, "bob");
  EXPECT_EQ(bob.decision.refusal.status, 403);
  EXPECT_EQ(ReasonOf(bob.decision.refusal),
            "action [GET /x] is unauthorized for user [lena] run as [bob] with effective roles []");
}

TEST_F(XpackUsersTest, SuperusersRunAsAnybody) {
  model_.reserved_users["elastic"] = User("changeme", {});
  const Asked alice = As("elastic", "changeme", {{"es-security-runas-user", "alice"}});
  EXPECT_EQ(alice.caller.user.username, "alice");
  EXPECT_EQ(alice.caller.user.realm_name, "reserved");
  const Asked kibana = As("elastic", "changeme", {{"es-security-runas-user", "kibana_system"}});
  EXPECT_THAT(kibana.caller.roles, ElementsAre("kibana_system"));
  EXPECT_EQ(kibana.caller.user.lookup_realm_type, "reserved");
  model_.run_as["superuser"] = {"nobody"};
  EXPECT_EQ(As("elastic", "changeme", {{"es-security-runas-user", "bob"}}).caller.user.username,
            "bob")
      << "built-in roles cannot be replaced";
}

// --- authorization realms ------------------------------------------------------------------------

// X-AUT-60 to X-AUT-62
TEST_F(XpackUsersTest, AuthorizationRealms) {
  const x509::PeerChain carol = ChainOf({{O("acme")}, {Cn("carol")}});
  const x509::PeerChain dora = ChainOf({{O("acme")}, {Cn("dora")}});
  model_.realms[0].authorization_realms = {"native1", "file1"};
  const Asked found = With({}, &carol);
  ASSERT_EQ(found.caller.outcome, Outcome::kAuthenticated);
  EXPECT_EQ(found.caller.user.realm_name, "pki1");
  EXPECT_EQ(found.caller.user.lookup_realm_name, "") << "both show the pki realm";
  EXPECT_EQ(found.caller.user.full_name, "Carol C.");
  EXPECT_THAT(found.caller.roles, ElementsAre("native_role"));
  EXPECT_THAT(found.caller.user.metadata,
              ElementsAre(identity::MetadataEntry{"team", "[1,2]", true}))
      << "without pki_dn";
  EXPECT_EQ(found.caller.user.principal, "CN=carol, O=acme");

  const Asked unknown = With({}, &lena_);
  EXPECT_EQ(unknown.decision.refusal.status, 401);
  EXPECT_THAT(unknown.caller.why,
              HasSubstr("the principal [lena] was authenticated, but no user could be found in "
                        "realms [native1,file1]"));
  EXPECT_EQ(With({}, &dora).decision.refusal.status, 401) << "disabled";
  // The walk goes on: a second realm may know.
  XpackRealmModel second = model_.realms[0];
  second.pki.name = "pki2";
  second.pki.order = 9;
  second.authorization_realms.clear();
  model_.realms.push_back(second);
  EXPECT_EQ(With({}, &lena_).caller.user.realm_name, "pki2");

  model_.realms[0].authorization_realms = {"ldap9"};
  Diagnostics diagnostics;
  EXPECT_EQ(Compile({.dialect = Dialect::kXpack, .body = model_}, 1, diagnostics), nullptr);
  EXPECT_THAT(diagnostics.first_error()->problem,
              HasSubstr("configured authorization realm [ldap9] does not exist"));
}

// --- the chain -----------------------------------------------------------------------------------

TEST_F(XpackUsersTest, RealmsInOrder) {
  const auto policy = MustCompile(model_);
  std::string order;
  for (const XpackPolicy::RealmName& realm : AsXpack(*policy).Realms()) {
    order += std::string(realm.name) + ":" + std::string(realm.type) + " ";
  }
  EXPECT_EQ(order, "reserved:reserved pki1:pki file1:file native1:native ");
  model_.reserved_realm = false;
  model_.realms[0].pki.order = 7;
  EXPECT_EQ(AsXpack(*MustCompile(model_)).Realms().front().name, "file1");
}

}  // namespace
}  // namespace pkigate::policy
