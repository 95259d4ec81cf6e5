// SPDX-License-Identifier: Apache-2.0
//
// A whole X-Pack policy: from a certificate through the realm chain and the role mappings to the
// answer (xpack.md, 2 and 3), and what compiling says about a model that is wrong. The texts of
// refusals are held against recorded ones in xpack_answers_test.cc.
#include "policy/compiled_xpack_policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "callers.h"
#include "policy/compile.h"
#include "x509/trust_store.h"

namespace pkigate::policy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using x509::testing::Issue;
using x509::testing::IssueCa;
using x509::testing::Issued;
using x509::testing::kNow;
using Outcome = Authentication::Outcome;

XpackRealmModel RealmOf(const std::string& name) {
  XpackRealmModel realm;
  realm.pki.name = name;
  realm.pki.key_prefix = "xpack.security.authc.realms.pki." + name;
  return realm;
}

std::string MappingJson(const std::string& role, const std::string& rules) {
  return R"({"enabled":true,"roles":[")" + role + R"("],"rules":)" + rules + "}";
}

std::shared_ptr<const x509::TrustStore> TrustOf(const Issued& ca) {
  const std::vector<std::vector<uint8_t>> anchors = {ca.der};
  return *x509::TrustStore::Create(anchors, {}, {});
}

const x509::PeerChain kLena = ChainOf({{O("acme")}, {Ou("sales")}, {Cn("lena.roth")}});
const x509::PeerChain kNameless = ChainOf({{O("acme")}, {Ou("sales")}});

TEST(CompiledXpackPolicy, MappedUnmappedAndNobody) {
  XpackModel model;
  model.realms = {RealmOf("pki1")};
  model.realms[0].file_mappings = {
      {.role = "from_file", .dn = "cn=lena.roth,ou=sales,o=acme", .where = {}}};
  model.api_mappings["m1"] = MappingJson("from_api", R"({"field":{"dn":"*,o=acme"}})");
  model.api_mappings["m2"] = MappingJson("from_file", R"({"field":{"username":"lena*"}})");
  const auto policy = MustCompile(model, 7);
  EXPECT_EQ(policy->generation(), 7U);
  EXPECT_EQ(policy->dialect(), Dialect::kXpack);

  const Asked mapped = Ask(*policy, {.chain = &kLena});
  EXPECT_EQ(mapped.caller.outcome, Outcome::kAuthenticated);
  EXPECT_EQ(mapped.caller.user.username, "lena.roth");
  EXPECT_EQ(mapped.caller.user.realm_name, "pki1");
  EXPECT_EQ(mapped.caller.user.realm_type, "pki");
  EXPECT_EQ(mapped.caller.user.principal, "CN=lena.roth, OU=sales, O=acme");
  EXPECT_THAT(mapped.caller.user.metadata,
              ElementsAre(identity::MetadataEntry{"pki_dn", mapped.caller.user.principal}));
  EXPECT_THAT(mapped.caller.roles, ElementsAre("from_api", "from_file")) << "sorted, each once";
  EXPECT_TRUE(mapped.decision.allowed);

  const x509::PeerChain stranger = ChainOf({{O("other")}, {Cn("joe")}});
  const Asked unmapped = Ask(*policy, {.chain = &stranger, .action = "indices:data/read/get"});
  EXPECT_EQ(unmapped.caller.outcome, Outcome::kAuthenticated) << "X-AUT-51";
  EXPECT_FALSE(unmapped.decision.allowed);
  EXPECT_EQ(unmapped.decision.refusal.status, 403);
  EXPECT_EQ(
      ReasonOf(unmapped.decision.refusal),
      "action [indices:data/read/get] is unauthorized for user [joe] with effective roles []");
  EXPECT_EQ(HeaderOf(unmapped.decision.refusal, "WWW-Authenticate"), "-");
  EXPECT_EQ(
      ReasonOf(Ask(*policy, {.chain = &stranger, .target = "/a/_search?q=x"}).decision.refusal),
      "action [GET /a/_search] is unauthorized for user [joe] with effective roles []");

  const Asked nobody = Ask(*policy, {.target = "/a?b=c"});
  EXPECT_EQ(nobody.caller.outcome, Outcome::kNoCredentials);
  EXPECT_FALSE(nobody.decision.allowed);
  EXPECT_EQ(nobody.decision.refusal.status, 401);
  EXPECT_EQ(ReasonOf(nobody.decision.refusal),
            "missing authentication credentials for REST request [/a?b=c]");
  EXPECT_EQ(HeaderOf(nobody.decision.refusal, "WWW-Authenticate"),
            R"(Basic realm="security", charset="UTF-8")");

  // X-AUT-4: no name, no token.
  const Asked nameless = Ask(*policy, {.chain = &kNameless});
  EXPECT_EQ(nameless.caller.outcome, Outcome::kNoCredentials);
  EXPECT_EQ(nameless.decision.refusal.status, 401);
  EXPECT_THAT(nameless.caller.why, HasSubstr("no realm finds a username in OU=sales, O=acme"));
}

TEST(CompiledXpackPolicy, AnswersOfSeven) {
  XpackModel model;
  model.realms = {RealmOf("pki1")};
  model.answers = 7;
  const auto policy = MustCompile(model);
  EXPECT_EQ(AsXpack(*policy).answers(), 7);
  const rest::Answer nobody = Ask(*policy, {}).decision.refusal;
  EXPECT_EQ(nobody.content_type, "application/json; charset=UTF-8");
  EXPECT_EQ(HeaderOf(nobody, "WWW-Authenticate"), R"(Basic realm="security" charset="UTF-8")");
  EXPECT_EQ(ReasonOf(Ask(*policy, {.chain = &kLena, .action = "a:b"}).decision.refusal),
            "action [a:b] is unauthorized for user [lena.roth]");
}

TEST(CompiledXpackPolicy, OnlySuperusersManage) {
  XpackModel model;
  model.realms = {RealmOf("pki1")};
  model.api_mappings["m1"] = MappingJson("superuser", R"({"field":{"username":"lena.roth"}})");
  model.api_mappings["m2"] = MappingJson("superuser2", R"({"field":{"username":"joe"}})");
  const auto policy = MustCompile(model);
  const x509::PeerChain joe = ChainOf({{Cn("joe")}});
  EXPECT_TRUE(Ask(*policy, {.chain = &kLena}).may_manage);
  EXPECT_FALSE(Ask(*policy, {.chain = &joe}).may_manage);
  EXPECT_FALSE(Ask(*policy, {}).may_manage);
  Authentication refused;  // roles alone are not enough
  refused.roles = {"superuser"};
  EXPECT_FALSE(policy->MayManage(refused));
  EXPECT_FALSE(policy->Authorize(refused, {}).allowed);
  EXPECT_EQ(policy->Authorize(refused, {}).refusal.status, 401);
  EXPECT_EQ(AsXpack(*policy).api_mappings().size(), 2U);
}

// --- the realm chain -----------------------------------------------------------------------------

TEST(CompiledXpackPolicy, RealmsByOrderThenName) {
  XpackModel model;
  model.realms = {RealmOf("d"), RealmOf("c"), RealmOf("b"), RealmOf("a")};
  model.realms[1].pki.order = 2;  // c
  model.realms[2].pki.order = 2;  // b
  const auto realm_of = [&] {
    return Ask(*MustCompile(model), {.chain = &kLena}).caller.user.realm_name;
  };
  EXPECT_EQ(realm_of(), "b") << "of equal order by name";
  model.realms[2].pki.enabled = false;
  EXPECT_EQ(realm_of(), "c");
  model.realms[1].pki.enabled = false;
  EXPECT_EQ(realm_of(), "a") << "those without an order come last, by name";
  model.realms[0].pki.order = 9;
  EXPECT_EQ(realm_of(), "d");
  for (XpackRealmModel& realm : model.realms) {
    realm.pki.enabled = false;
  }
  EXPECT_EQ(Ask(*MustCompile(model), {.chain = &kLena}).caller.outcome, Outcome::kNoCredentials);
}

// X-AUT-33, X-AUT-43: the token is the first realm's that finds a name, the user is that of the
// realm that trusts the chain, by its own pattern and with its own file.
TEST(CompiledXpackPolicy, TheRealmThatTrustsAuthenticates) {
  const Issued ours = IssueCa("Ours");
  const Issued theirs = IssueCa("Theirs");
  x509::testing::Wishes wishes;
  wishes.subject = "lena.roth";
  const auto chain = x509::MakePeerChain({Issue(wishes, &theirs).der});
  ASSERT_TRUE(chain.ok());

  XpackModel model;
  model.realms = {RealmOf("ours"), RealmOf("theirs")};
  model.realms[0].pki.order = 1;
  model.realms[0].pki.trust = TrustOf(ours);
  model.realms[0].file_mappings = {
      {.role = "file_of_ours", .dn = "cn=lena.roth,o=test", .where = {}}};
  model.realms[1].pki.order = 2;
  model.realms[1].pki.trust = TrustOf(theirs);
  model.realms[1].pki.username_pattern = R"(CN=(\w+)\.)";
  model.realms[1].file_mappings = {
      {.role = "file_of_theirs", .dn = "cn=lena.roth,o=test", .where = {}}};
  model.api_mappings["m1"] = MappingJson("ours", R"({"field":{"realm.name":"ours"}})");
  model.api_mappings["m2"] = MappingJson("theirs", R"({"field":{"realm.name":"theirs"}})");
  const Asked second = Ask(*MustCompile(model), {.chain = chain->get()});
  EXPECT_EQ(second.caller.outcome, Outcome::kAuthenticated);
  EXPECT_EQ(second.caller.user.realm_name, "theirs");
  EXPECT_EQ(second.caller.user.username, "lena");
  EXPECT_THAT(second.caller.roles, ElementsAre("file_of_theirs", "theirs"));

  // The realm that trusts finds no name: nobody.
  model.realms[1].pki.username_pattern = "UID=(.*)";
  const Asked nameless = Ask(*MustCompile(model), {.chain = chain->get(), .target = "/x"});
  EXPECT_EQ(nameless.caller.outcome, Outcome::kRefused);
  EXPECT_EQ(nameless.decision.refusal.status, 401);
  EXPECT_EQ(ReasonOf(nameless.decision.refusal),
            "unable to authenticate user [lena.roth] for REST request [/x]")
      << "X-AUT-42, by the name of the token";
  EXPECT_THAT(nameless.caller.why,
              HasSubstr("ours: Certificate for CN=lena.roth, O=Test is not trusted"));
  EXPECT_THAT(nameless.caller.why,
              HasSubstr("theirs: Could not parse principal from Subject DN CN=lena.roth"));

  // Nobody trusts.
  model.realms[1].pki.trust = TrustOf(ours);
  EXPECT_EQ(Ask(*MustCompile(model), {.chain = chain->get()}).caller.outcome, Outcome::kRefused);
  EXPECT_THAT(Ask(*MustCompile(model), {.chain = chain->get()}).caller.roles, IsEmpty());
}

// X-AUT-101, X-SET-55
TEST(CompiledXpackPolicy, AResultExpires) {
  XpackModel model;
  model.realms = {RealmOf("pki1")};
  EXPECT_EQ(Ask(*MustCompile(model), {.chain = &kLena}).caller.expires_unix, kNow + 20 * 60);
  x509::PeerChain soon = kLena;
  soon.expires_unix = kNow + 5;
  EXPECT_EQ(Ask(*MustCompile(model), {.chain = &soon}).caller.expires_unix, kNow + 5);
  model.realms[0].pki.cache_ttl_seconds = 0;
  EXPECT_EQ(Ask(*MustCompile(model), {.chain = &kLena}).caller.expires_unix, kNow);
}

TEST(CompiledXpackPolicy, MappingsSeeTheWholeUser) {
  XpackModel model;
  model.realms = {RealmOf("pki1")};
  model.api_mappings["m1"] =
      MappingJson("exact", R"({"field":{"metadata.pki_dn":"CN=lena.roth, OU=sales, O=acme"}})");
  model.api_mappings["m2"] =
      MappingJson("not_as_dn", R"({"field":{"metadata.pki_dn":"cn=lena.roth,ou=sales,o=acme"}})");
  model.api_mappings["m3"] = MappingJson("direct", R"({"all":[
      {"field":{"realm.name":"pki1"}},{"field":{"metadata.pki_delegated_by_user":null}}]})");
  model.api_mappings["m4"] = MappingJson("grouped", R"({"field":{"groups":"*"}})");
  model.api_mappings["m5"] =
      R"({"enabled":false,"roles":["disabled"],"rules":{"field":{"username":"*"}}})";
  EXPECT_THAT(Ask(*MustCompile(model), {.chain = &kLena}).caller.roles,
              ElementsAre("direct", "exact"));
}

// --- headers -------------------------------------------------------------------------------------

class XpackHeadersTest : public ::testing::Test {
 protected:
  XpackHeadersTest() {
    XpackModel model;
    model.realms = {RealmOf("pki1")};
    model.api_mappings["m1"] = MappingJson("r", R"({"field":{"username":"*"}})");
    policy_ = MustCompile(model);
  }
  Asked With(const std::string& name, const std::string& value) {
    return Ask(*policy_, {.chain = &kLena, .headers = {{name, value}}, .target = "/x"});
  }
  std::shared_ptr<const Policy> policy_;
};

// X-AUT-6: a password that no realm knows wins over the certificate.
TEST_F(XpackHeadersTest, BasicIsRefused) {
  const Asked basic = With("authorization", "basic am9lOnNlY3JldDp4");  // joe:secret:x
  EXPECT_TRUE(basic.headers_decide);
  EXPECT_FALSE(basic.decision.allowed);
  EXPECT_EQ(basic.decision.refusal.status, 401);
  EXPECT_EQ(ReasonOf(basic.decision.refusal),
            "unable to authenticate user [joe] for REST request [/x]");
  EXPECT_EQ(ReasonOf(With("Authorization", "Basic %%%").decision.refusal),
            "invalid basic authentication header encoding");
  EXPECT_EQ(ReasonOf(With("Authorization", "Basic am9l").decision.refusal),
            "invalid basic authentication header value");
  EXPECT_TRUE(With("Authorization", "Basic ").decision.allowed) << "as if it were not there";
  EXPECT_TRUE(With("Authorization", "Basic").decision.allowed);
}

// X-DEC-1, `authc.prefer: certificate`
TEST(CompiledXpackPolicy, ACertificateThatNamesSomebodyMayBePreferredToAHeader) {
  XpackModel model;
  model.realms = {RealmOf("pki1")};
  model.api_mappings["m1"] = MappingJson("r", R"({"field":{"username":"*"}})");
  model.prefer_certificate = true;
  const auto policy = MustCompile(model);
  const std::vector<std::pair<std::string, std::string>> basic = {
      {"authorization", "Basic am9lOnNlY3JldA=="}};
  const Asked lena = Ask(*policy, {.chain = &kLena, .headers = basic, .target = "/x"});
  EXPECT_TRUE(lena.decision.allowed);
  EXPECT_EQ(lena.caller.user.username, "lena.roth");
  // Whom no certificate names, the header names, and no realm takes it.
  for (const x509::PeerChain* chain : {&kNameless, static_cast<const x509::PeerChain*>(nullptr)}) {
    const Asked joe = Ask(*policy, {.chain = chain, .headers = basic, .target = "/x"});
    EXPECT_EQ(joe.decision.refusal.status, 401);
    EXPECT_EQ(ReasonOf(joe.decision.refusal),
              "unable to authenticate user [joe] for REST request [/x]");
  }
}

// X-DEC-2, X-AUT-8
TEST_F(XpackHeadersTest, OtherSchemes) {
  EXPECT_EQ(nlohmann::json::parse(
                With("Authorization", "Bearer x")
                    .decision.refusal.body)["error"]["additional_unsuccessful_credentials"],
            "oauth2 token: invalid token");
  EXPECT_EQ(With("Authorization", "ApiKey x").decision.refusal.status, 401);
  EXPECT_TRUE(With("Authorization", "Negotiate x").decision.allowed);
  EXPECT_TRUE(With("Authorization", "Digest x").decision.allowed);
  EXPECT_TRUE(With("Authorization", "Negotiate x").headers_decide);
}

// X-AUT-76
TEST_F(XpackHeadersTest, HeadersOfNodesAreRefused) {
  const Asked node = With("_XPACK_security_authentication", "x");
  EXPECT_TRUE(node.headers_decide);
  EXPECT_EQ(node.decision.refusal.status, 401);
  EXPECT_EQ(ReasonOf(node.decision.refusal), "error attempting to authenticate request");
  EXPECT_TRUE(With("xpack_security_authentication", "x").decision.allowed);
}

// X-AUT-90 to X-AUT-94
TEST_F(XpackHeadersTest, NobodyIsRunAs) {
  const Asked other = With("Es-Security-RunAs-User", "joe");
  EXPECT_TRUE(other.headers_decide);
  EXPECT_EQ(other.caller.outcome, Outcome::kRefused);
  EXPECT_EQ(other.decision.refusal.status, 403);
  EXPECT_THAT(ReasonOf(other.decision.refusal),
              HasSubstr("because user [lena.roth] is unauthorized to run as [joe]"));
  EXPECT_THAT(
      ReasonOf(policy_->Authorize(other.caller, {.method = "GET", .target = "/x", .action = "a:b"})
                   .refusal),
      StartsWith("action [a:b] is unauthorized for user [lena.roth]"));
  EXPECT_EQ(ReasonOf(With("es-security-runas-user", "").decision.refusal),
            "unable to authenticate user [lena.roth] for REST request [/x]");
  EXPECT_EQ(With("es-security-runas-user", " ").decision.refusal.status, 401);
  // Without a user there is nobody to run as another.
  const Asked nobody = Ask(*policy_, {.headers = {{"es-security-runas-user", "joe"}}});
  EXPECT_EQ(nobody.decision.refusal.status, 401);
}

TEST_F(XpackHeadersTest, OrdinaryHeadersDecideNothing) {
  const Asked plain = With("X-Opaque-Id", "authorization");
  EXPECT_FALSE(plain.headers_decide);
  EXPECT_TRUE(plain.decision.allowed);
}

// --- compiling -----------------------------------------------------------------------------------

std::vector<std::string> Refused(const XpackModel& model) {
  Diagnostics diagnostics;
  EXPECT_EQ(Compile({.dialect = Dialect::kXpack, .body = model}, 1, diagnostics), nullptr);
  EXPECT_TRUE(diagnostics.has_errors());
  return Lines(diagnostics);
}

TEST(CompiledXpackPolicy, AllErrorsOfAModelAreTold) {
  XpackModel model;
  model.realms = {RealmOf("a"), RealmOf("b"), RealmOf("c")};
  model.realms[0].pki.username_pattern = "CN=(";
  model.realms[0].pki.username_where = {.file = "elasticsearch.yml", .line = 12};
  model.realms[1].pki.cache_ttl_seconds = -1;
  model.realms[1].pki.where = {.file = "elasticsearch.yml", .line = 20};
  model.realms[1].pki.enabled = false;  // checked all the same (X-SET-11)
  model.api_mappings["m1"] = R"({"enabled":true})";
  EXPECT_THAT(Refused(model),
              ElementsAre(HasSubstr("elasticsearch.yml:12: error: "
                                    "xpack.security.authc.realms.pki.a: "
                                    "[xpack.security.authc.realms.pki.a.username_pattern]"),
                          HasSubstr("elasticsearch.yml:20: error: "
                                    "xpack.security.authc.realms.pki.b: "),
                          HasSubstr("role_mapping/m1: failed to parse role-mapping [m1]. "
                                    "missing field [roles]")));
}

TEST(CompiledXpackPolicy, APatternTooLongIsToldWithItsMapping) {
  XpackModel model;
  model.realms = {RealmOf("a")};
  model.api_mappings["m1"] =
      MappingJson("r", R"({"field":{"username":")" + std::string(5000, 'x') + R"("}})");
  EXPECT_THAT(Refused(model), ElementsAre(HasSubstr("role mapping [m1]: a pattern of 5000 bytes")));
}

TEST(CompiledXpackPolicy, WarnsOfWhatIsTakenAndHardlyMeant) {
  XpackModel model;
  model.realms = {RealmOf("pki1")};
  model.realms[0].file_mappings = {
      {.role = "bad", .dn = "*,o=acme", .where = {.file = "role_mapping.yml", .line = 3}},
      {.role = "good", .dn = "cn=lena.roth,ou=sales,o=acme", .where = {}}};
  model.api_mappings["m1"] = MappingJson("everybody", R"({"all":[]})");
  Diagnostics diagnostics;
  const auto policy = Compile({.dialect = Dialect::kXpack, .body = model}, 1, diagnostics);
  ASSERT_NE(policy, nullptr);
  EXPECT_THAT(Lines(diagnostics),
              ElementsAre(HasSubstr("role_mapping.yml:3: error: bad: invalid DN [*,o=acme] found "
                                    "in [pki] role mappings [role_mapping.yml] for realm "
                                    "[pki/pki1]"),
                          HasSubstr("role_mapping/m1: an empty [all] matches everybody")));
  EXPECT_THAT(Ask(*policy, {.chain = &kLena}).caller.roles, ElementsAre("everybody", "good"));
}

// X-AUT-26
TEST(CompiledXpackPolicy, APatternThatTakesTooLongIsNoMatchAndSaysSo) {
  XpackModel model;
  model.realms = {RealmOf("pki1")};
  model.realms[0].pki.username_pattern = "CN=((A+)+[=!])";
  const x509::PeerChain slow = ChainOf({{Cn(std::string(60, 'A') + "c")}});
  const Asked asked = Ask(*MustCompile(model), {.chain = &slow});
  EXPECT_EQ(asked.caller.outcome, Outcome::kNoCredentials);
  EXPECT_THAT(asked.caller.why, HasSubstr("it takes too many steps"));
  EXPECT_THAT(Ask(*MustCompile(model), {.chain = &kLena}).caller.why,
              ::testing::Not(HasSubstr("too many steps")));
}

}  // namespace
}  // namespace pkigate::policy
