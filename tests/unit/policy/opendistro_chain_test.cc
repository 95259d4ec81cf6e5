// SPDX-License-Identifier: Apache-2.0
//
// What stands around the domain chain in an Open Distro or OpenSearch policy (opendistro.md, 3.4,
// 3.7, 4.1, 4.4, 8.2): blocked addresses, requests without a user, proxies, impersonation, names of
// hosts, roles that users hold directly, and what may be remembered.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/base64.h"
#include "callers.h"
#include "identity/failure_table.h"
#include "policy/compile.h"
#include "policy/opendistro_policy.h"

namespace pkigate::policy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Outcome = Authentication::Outcome;

const x509::PeerChain kClient = ChainOf({{O("ORG")}, {Ou("UNIT")}, {Cn("CLIENT1")}});
const x509::PeerChain kKirk = ChainOf({{C("DE")}, {O("client")}, {Cn("kirk")}});
constexpr char kKirkDn[] = "CN=kirk,O=client,C=DE";

class Passwords final : public identity::PasswordChecker {
 public:
  Verdict Check(const identity::PasswordQuestion& question) override {
    if (question.password == "later") {
      return Verdict::kPending;
    }
    return question.stored_hash == question.password ? Verdict::kRight : Verdict::kWrong;
  }
};

class Names final : public identity::HostNames {
 public:
  explicit Names(Verdict verdict) : verdict_(verdict) {}
  Verdict Find(const IpAddress& address, std::string* name) override {
    asked.push_back(address.Text());
    *name = "client.example.com";
    return verdict_;
  }
  std::vector<std::string> asked;

 private:
  const Verdict verdict_;
};

std::string Basic(const std::string& pair) {
  return "Basic " + ToBase64({reinterpret_cast<const uint8_t*>(pair.data()), pair.size()});
}

class OpendistroChainTest : public ::testing::TestWithParam<Dialect> {
 protected:
  OpendistroChainTest() {
    model.domains = {{.name = "cert",
                      .order = 1,
                      .challenge = false,
                      .authenticator = identity::ClientcertModel{.username_attribute = "cn"},
                      .where = {}},
                     {.name = "basic",
                      .order = 2,
                      .backend = identity::Backend::kInternal,
                      .authenticator = identity::BasicModel(),
                      .where = {}}};
    model.internal_users["joe"] = {.password_hash = "secret",
                                   .backend_roles = {"readers"},
                                   .attributes = {},
                                   .direct_roles = {"readall", "nosuch", "shy"},
                                   .description = {}};
    model.admin_dns = {{.dn = kKirkDn, .where = {}}};
    model.known_roles = {"readall", "shy", "mapped"};
    model.file_mappings["mapped"].mapping.users = {"joe", "CLIENT1"};
    model.file_mappings["shy"].mapping.hidden = true;
  }
  bool opensearch() const { return GetParam() == Dialect::kOpensearch; }

  Asked Do(Request request) {
    request.passwords = &passwords;
    return Ask(*MustCompile(GetParam(), model), request);
  }
  // Over Basic.
  Request Joe(const std::string& password = "secret") {
    return {.headers = {{"Authorization", Basic("joe:" + password)}}};
  }

  OpendistroModel model;
  Passwords passwords;
};

INSTANTIATE_TEST_SUITE_P(Both, OpendistroChainTest,
                         ::testing::Values(Dialect::kOpendistro, Dialect::kOpensearch),
                         [](const auto& test) { return std::string(DialectName(test.param)); });

TEST_P(OpendistroChainTest, DirectRolesThatExistAndAreNotHidden) {
  const Asked joe = Do(Joe());
  EXPECT_EQ(joe.caller.outcome, Outcome::kAuthenticated);
  EXPECT_THAT(joe.caller.roles, ElementsAre("mapped", "readall"));
  EXPECT_TRUE(joe.decision.allowed);
  EXPECT_TRUE(joe.headers_decide);
  model.resolution = RolesMappingResolution::kBackendrolesOnly;
  EXPECT_THAT(Do(Joe()).caller.roles, ElementsAre("readall", "readers")) << "in every mode";
}

TEST_P(OpendistroChainTest, ChallengesAndTheirRealm) {
  const Asked wrong = Do(Joe("wrong"));
  EXPECT_EQ(wrong.caller.outcome, Outcome::kRefused);
  EXPECT_EQ(wrong.decision.refusal.status, 401);
  EXPECT_EQ(wrong.decision.refusal.body, "Unauthorized");
  EXPECT_EQ(wrong.decision.refusal.content_type, "text/plain; charset=UTF-8");
  EXPECT_EQ(HeaderOf(wrong.decision.refusal, "WWW-Authenticate"),
            opensearch() ? "Basic realm=\"OpenSearch Security\""
                         : "Basic realm=\"Open Distro Security\"");
  EXPECT_EQ(Do({}).caller.outcome, Outcome::kNoCredentials);
  model.domains = {{.name = "jwt",
                    .authenticator = identity::JwtModel{.signing_keys = {std::string(44, 'A')}},
                    .where = {}}};
  const Asked bearer = Do({});
  EXPECT_EQ(bearer.decision.refusal.body, "");
  EXPECT_EQ(HeaderOf(bearer.decision.refusal, "WWW-Authenticate"),
            opensearch() ? "Bearer realm=\"OpenSearch Security\""
                         : "Bearer realm=\"Open Distro Security\"");
}

TEST_P(OpendistroChainTest, APasswordThatTakesTime) {
  const Asked later = Do(Joe("later"));
  EXPECT_EQ(later.caller.outcome, Outcome::kPending);
  EXPECT_FALSE(later.decision.allowed);
}

TEST_P(OpendistroChainTest, ABlockedAddressIsTurnedAwayBeforeAnythingElse) {
  identity::FailureListenerModel listener;
  listener.name = "ip";
  listener.num_tries = 2;
  model.failure_listeners = {listener};
  const auto policy = MustCompile(GetParam(), model);
  ASSERT_NE(policy->failure_listeners(), nullptr);
  identity::FailureTable table(policy->failure_listeners());
  const IpAddress peer = *IpAddress::Parse("10.0.0.5");
  table.Note({}, peer, 1000);
  EXPECT_TRUE(Do({.chain = &kKirk, .blocks = &table}).decision.allowed);
  table.Note({}, peer, 1000);
  for (const x509::PeerChain* chain : {&kClient, &kKirk}) {
    const Asked blocked = Do({.chain = chain, .blocks = &table});
    EXPECT_EQ(blocked.decision.refusal.status, 401);
    EXPECT_EQ(blocked.decision.refusal.body, "Authentication finally failed");
    EXPECT_EQ(HeaderOf(blocked.decision.refusal, "WWW-Authenticate"), "-");
    EXPECT_THAT(blocked.caller.failures, IsEmpty()) << "turned away is not failed";
  }
  EXPECT_TRUE(Do({.chain = &kClient, .peer = "10.0.0.6", .blocks = &table}).decision.allowed);
  EXPECT_TRUE(Do({.target = "/_opendistro/_security/health", .blocks = &table}).decision.allowed);
  EXPECT_EQ(MustCompile(GetParam(), OpendistroModel())->failure_listeners(), nullptr);
}

TEST_P(OpendistroChainTest, RequestsThatNeedNoUser) {
  const auto open = [&](const std::string& method, const std::string& target) {
    const Asked asked = Do({.method = method, .target = target});
    EXPECT_NE(asked.caller.outcome, Outcome::kAuthenticated);
    return asked.decision.allowed;
  };
  EXPECT_TRUE(open("OPTIONS", "/movies/_search"));
  EXPECT_TRUE(open("GET", "/_opendistro/_security/health"));
  EXPECT_TRUE(open("POST", "/_opendistro/_security/health/?mode=lenient"));
  EXPECT_EQ(open("GET", "/_plugins/_security/health"), opensearch());
  EXPECT_EQ(open("GET", "/_plugins/_security/whoami"), opensearch());
  EXPECT_FALSE(open("GET", "/_opendistro/_security/whoami"));
  EXPECT_FALSE(open("GET", "/_opendistro/_security/health2"));
  EXPECT_FALSE(open("GET", "/x?/_opendistro/_security/health"));
  EXPECT_FALSE(open("options", "/movies/_search"));
  // Nobody may send this, not even there.
  const Asked banned =
      Do({.headers = {{"_opendistro_security_user", "x"}}, .method = "OPTIONS", .target = "/"});
  EXPECT_FALSE(banned.decision.allowed);
  EXPECT_EQ(banned.decision.refusal.status, 403);
  // Open is the request, not what its user may do elsewhere.
  EXPECT_THAT(
      Do({.headers = {{"Authorization", Basic("joe:wrong")}}, .method = "OPTIONS"}).caller.failures,
      IsEmpty());
}

TEST_P(OpendistroChainTest, WithoutDomainsOnlyTheAnonymousUserGetsIn) {
  model.domains = {};
  EXPECT_EQ(Do({}).decision.refusal.status, 503);
  EXPECT_FALSE(AsOpendistro(*MustCompile(GetParam(), model)).initialized());
  model.anonymous = true;
  model.file_mappings["mapped"].mapping.backend_roles = {
      "opendistro_security_anonymous_backendrole"};
  const Asked anonymous = Do({});
  EXPECT_TRUE(anonymous.decision.allowed);
  EXPECT_LE(anonymous.caller.expires_unix, x509::testing::kNow) << "asked anew for each request";
}

// 8.2
TEST_P(OpendistroChainTest, TheAddressThatAProxyNames) {
  model.xff.enabled = true;
  model.file_mappings["lan"].mapping.hosts = {"10.0.*"};
  model.file_mappings["there"].mapping.hosts = {"203.0.113.9"};
  const auto with = [&](const std::string& value, const x509::PeerChain& chain) {
    return Do({.chain = &chain, .headers = {{"x-forwarded-for", value}}});
  };
  const Asked forwarded = with("203.0.113.9", kClient);
  EXPECT_TRUE(forwarded.headers_decide);
  EXPECT_EQ(forwarded.caller.forwarded_for, *IpAddress::Parse("203.0.113.9"));
  EXPECT_THAT(forwarded.caller.roles, ElementsAre("mapped", "there"));
  EXPECT_THAT(Do({.chain = &kClient}).caller.roles, ElementsAre("lan", "mapped"));
  const Asked bad = with("unknown", kClient);
  EXPECT_EQ(bad.decision.refusal.status, 400);
  EXPECT_THAT(ReasonOf(bad.decision.refusal), HasSubstr("forwarded address"));
  EXPECT_TRUE(with("unknown", kKirk).decision.allowed) << "known before";
  model.xff.enabled = false;
  EXPECT_FALSE(with("203.0.113.9", kClient).headers_decide);
  EXPECT_EQ(with("203.0.113.9", kClient).caller.forwarded_for, std::nullopt);
}

// 3.7
TEST_P(OpendistroChainTest, Impersonation) {
  model.impersonation["joe"].targets = {"C*", "joe"};
  model.impersonation["CLIENT1"].targets = {"j*"};
  const auto as = [&](const std::string& target, Request request) {
    request.headers.emplace_back("opendistro_security_impersonate_as", target);
    return Do(request);
  };
  const Asked client = as("CLIENT9", Joe());
  EXPECT_EQ(client.caller.user.username, "CLIENT9");
  EXPECT_EQ(client.caller.user.authenticated_as, "joe");
  EXPECT_THAT(client.caller.user.direct_roles, IsEmpty());
  EXPECT_EQ(client.decision.refusal.status, 403) << "without a role";

  const Asked joe = as("joe", {.chain = &kClient});
  EXPECT_EQ(joe.caller.user.username, "joe");
  EXPECT_THAT(joe.caller.user.backend_roles, IsEmpty()) << "the first domain knows everybody";
  EXPECT_EQ(joe.caller.user.principal, "CN=CLIENT1,OU=UNIT,O=ORG");
  EXPECT_LE(joe.caller.expires_unix, x509::testing::kNow);
  model.domains.erase(model.domains.begin());
  EXPECT_THAT(as("joe", Joe()).caller.roles, ElementsAre("mapped", "readall"));

  const auto refused = [&](const std::string& target) {
    const Asked asked = as(target, Joe());
    EXPECT_EQ(asked.decision.refusal.status, 403);
    EXPECT_THAT(asked.caller.roles, IsEmpty());
    return ReasonOf(asked.decision.refusal);
  };
  EXPECT_EQ(refused("CLIENT9"), "No such user:CLIENT9");
  EXPECT_EQ(refused("bob"), "'joe' is not allowed to impersonate as 'bob'");
  EXPECT_EQ(refused("cn=KIRK, o=client, c=de"),
            "It is not allowed to impersonate as an adminuser  'cn=KIRK, o=client, c=de'");
  EXPECT_EQ(as("", Joe()).caller.user.username, "joe") << "an empty one is none";
  EXPECT_EQ(as("joe", Joe("wrong")).decision.refusal.status, 401);
}

// 4.4
TEST_P(OpendistroChainTest, NamesOfHosts) {
  using Verdict = identity::HostNames::Verdict;
  model.file_mappings["named"].mapping.hosts = {"*.example.com"};
  Names found(Verdict::kFound);
  const auto ask = [&](identity::HostNames& names, const x509::PeerChain& chain = kClient) {
    return Do({.chain = &chain, .host_names = &names}).caller;
  };
  EXPECT_THAT(ask(found).roles, ElementsAre("mapped")) << "not in this mode";
  EXPECT_THAT(found.asked, IsEmpty());
  model.hosts_resolver_mode = HostsResolverMode::kIpHostnameLookup;
  EXPECT_THAT(ask(found).roles, ElementsAre("mapped", "named"));
  EXPECT_THAT(found.asked, ElementsAre("10.0.0.5"));
  EXPECT_LE(ask(found).expires_unix, x509::testing::kNow) << "names change";
  Names none(Verdict::kNone);
  EXPECT_THAT(ask(none).roles, ElementsAre("mapped"));
  Names later(Verdict::kPending);
  EXPECT_EQ(ask(later).outcome, Outcome::kPending);
  EXPECT_EQ(ask(later, kKirk).outcome, Outcome::kAuthenticated) << "whose address is not resolved";
  const Authentication without = Do({.chain = &kClient}).caller;
  EXPECT_THAT(without.roles, ElementsAre("mapped"));
  EXPECT_EQ(without.expires_unix, kClient.expires_unix);

  for (const char* address : {"10.*", "fe80::*", "*", "10.0.0.?"}) {
    model.file_mappings["named"].mapping.hosts = {address};
    later.asked.clear();
    EXPECT_EQ(ask(later).outcome, Outcome::kAuthenticated) << address;
    EXPECT_THAT(later.asked, IsEmpty()) << "no name could match " << address;
  }
  for (const char* name : {"cafe.de", "/10\\..*/", "a-b", "cafe"}) {
    model.file_mappings["named"].mapping.hosts = {name};
    EXPECT_EQ(ask(later).outcome, Outcome::kPending) << name;
  }
}

TEST_P(OpendistroChainTest, WhatDecidesBesideTheCertificate) {
  const auto decides = [&](const std::string& name) {
    return Do({.chain = &kClient, .headers = {{name, "x"}}}).headers_decide;
  };
  for (const char* name : {"Authorization", "_opendistro_security_x", "SecurityTenant",
                           "security_tenant", "opendistro_security_impersonate_as"}) {
    EXPECT_TRUE(decides(name)) << name;
  }
  for (const char* name : {"accept", "x-forwarded-for", "x-proxy-user", "authorization2"}) {
    EXPECT_FALSE(decides(name)) << name;
  }
  model.domains.pop_back();
  EXPECT_FALSE(decides("Authorization")) << "nobody reads it";
}

TEST_P(OpendistroChainTest, FaultsNameTheirPlace) {
  const auto problems = [&] {
    Diagnostics diagnostics;
    EXPECT_EQ(Compile({.dialect = GetParam(), .body = model}, 1, diagnostics), nullptr);
    return Lines(diagnostics);
  };
  model.domains[1].backend = identity::Backend::kNoop;
  model.domains[1].where = {.file = "config.yml", .line = 9};
  model.xff = {
      .enabled = true, .internal_proxies = "(", .where = {.file = "config.yml", .line = 5}};
  model.impersonation["joe"] = {.targets = {"/"}, .where = {.file = "es.yml", .line = 3}};
  EXPECT_THAT(
      problems(),
      ElementsAre(HasSubstr("config.yml:9: error: config.dynamic.authc.basic.http_authenticator: "),
                  HasSubstr("config.yml:5: error: config.dynamic.http.xff.internalProxies: "),
                  HasSubstr("es.yml:3: error: authcz.rest_impersonation_user: joe: '/' cannot")));
}

}  // namespace
}  // namespace pkigate::policy
