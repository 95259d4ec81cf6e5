// SPDX-License-Identifier: Apache-2.0
//
// The walk through the domains (opendistro.md, 3.5 and 3.7) and what their backends say.
#include "identity/domain_chain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "base/base64.h"

namespace pkigate::identity {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using End = ChainOutcome::End;

// The stored hash is the password itself; `later` has no answer yet.
class Passwords final : public PasswordChecker {
 public:
  Verdict Check(const PasswordQuestion& question) override {
    asked.emplace_back(question.stored_hash);
    keep_seconds = question.keep_seconds;
    if (question.password == "later") {
      return Verdict::kPending;
    }
    return question.stored_hash == question.password ? Verdict::kRight : Verdict::kWrong;
  }
  std::vector<std::string> asked;
  int64_t keep_seconds = -1;
};

class Blocks final : public LoginBlocks {
 public:
  bool AddressIsBlocked(const IpAddress&) const override { return false; }
  bool UserIsBlocked(std::string_view backend, std::string_view username) const override {
    return users.contains(std::string(backend) + "/" + std::string(username));
  }
  std::set<std::string> users;
};

std::string Basic(const std::string& pair) {
  return "Basic " + ToBase64({reinterpret_cast<const uint8_t*>(pair.data()), pair.size()});
}

DomainModel Certificates(int64_t order, bool challenge = false) {
  return {.name = "cert",
          .order = order,
          .challenge = challenge,
          .authenticator = ClientcertModel{.username_attribute = "cn", .roles_attribute = "ou"},
          .where = {}};
}

DomainModel BasicUsers(int64_t order, bool challenge = true) {
  return {.name = "basic",
          .order = order,
          .challenge = challenge,
          .backend = Backend::kInternal,
          .authenticator = BasicModel(),
          .where = {}};
}

DomainModel Proxies(int64_t order) {
  return {.name = "proxy",
          .order = order,
          .challenge = false,
          .authenticator = ProxyModel{.user_header = "x-user", .roles_header = "x-roles"},
          .where = {}};
}

class DomainChainTest : public ::testing::TestWithParam<Dialect> {
 protected:
  struct Asked {
    std::string principal = "";
    std::vector<std::pair<std::string, std::string>> headers = {};
    std::string target = "/";
    bool forwarded = false;
    bool with_passwords = true;
  };

  DomainChainTest() {
    model.dialect = GetParam();
    model.internal_users["joe"] = {.password_hash = "secret",
                                   .backend_roles = {"readers"},
                                   .attributes = {{"team", "blue"}},
                                   .direct_roles = {"own"},
                                   .description = {}};
    model.internal_users["CN=kirk,O=x"] = {.password_hash = "secret", .description = {}};
    admins.Add("cn=Kirk, o=x");
  }
  bool opensearch() const { return GetParam() == Dialect::kOpensearch; }

  ChainOutcome Walk(const Asked& asked) {
    DomainChain::Fault fault;
    const auto chain = DomainChain::Compile(model, &fault);
    EXPECT_NE(chain, nullptr) << fault.problem;
    std::vector<HeaderField> headers;
    for (const auto& [name, value] : asked.headers) {
      headers.push_back({name, value});
    }
    Credentials credentials;
    credentials.headers = headers;
    credentials.target = asked.target;
    credentials.passwords = asked.with_passwords ? &passwords : nullptr;
    credentials.blocks = &blocks;
    credentials.trace = &trace;
    match::Scratch scratch;
    chain->ReserveIn(scratch);
    trace.steps.clear();
    return chain->Walk({.credentials = credentials,
                        .principal = asked.principal,
                        .forwarded = asked.forwarded,
                        .scratch = scratch},
                       admins);
  }
  ChainOutcome WithPassword(const std::string& pair, const std::string& principal = "") {
    return Walk({.principal = principal, .headers = {{"Authorization", Basic(pair)}}});
  }
  // `cert kNothing`, ...
  std::vector<std::string> Steps() const {
    constexpr const char* kSaid[] = {"accepted", "nothing", "refused", "skipped"};
    std::vector<std::string> steps;
    for (const Trace::Step& step : trace.steps) {
      steps.push_back(step.name + " " + kSaid[static_cast<size_t>(step.said)]);
    }
    return steps;
  }

  DomainChainModel model;
  AdminDns admins;
  Passwords passwords;
  Blocks blocks;
  Trace trace;
};

INSTANTIATE_TEST_SUITE_P(Both, DomainChainTest,
                         ::testing::Values(Dialect::kOpendistro, Dialect::kOpensearch),
                         [](const auto& test) { return std::string(DialectName(test.param)); });

TEST_P(DomainChainTest, TheFirstThatKnowsTheCaller) {
  model.domains = {BasicUsers(4), Certificates(1)};
  const ChainOutcome by_certificate = WithPassword("joe:wrong", "CN=ann,OU=ops");
  EXPECT_EQ(by_certificate.end, End::kUser);
  EXPECT_EQ(by_certificate.user.username, "ann");
  EXPECT_EQ(by_certificate.user.realm_name, "cert");
  EXPECT_EQ(by_certificate.user.realm_type, "clientcert");
  EXPECT_THAT(by_certificate.user.backend_roles, ElementsAre("ops"));
  EXPECT_THAT(by_certificate.failures, IsEmpty());
  EXPECT_THAT(passwords.asked, IsEmpty()) << "the password is not looked at";

  const ChainOutcome by_password = WithPassword("joe:secret");
  EXPECT_EQ(by_password.end, End::kUser);
  EXPECT_EQ(by_password.user.realm_name, "basic");
  EXPECT_EQ(by_password.user.realm_type, "basic");
  EXPECT_THAT(by_password.user.backend_roles, ElementsAre("readers"));
  EXPECT_THAT(by_password.user.direct_roles, ElementsAre("own"));
  EXPECT_THAT(by_password.user.attributes,
              ElementsAre(std::pair<std::string, std::string>("attr.internal.team", "blue")));
  EXPECT_EQ(passwords.keep_seconds, 3600);
  EXPECT_THAT(Steps(), ElementsAre("cert nothing", "basic accepted"));
}

// Seen with 2.19: once a domain has looked for its token there, no handler finds it unknown.
TEST_P(DomainChainTest, ParametersThatWereLookedInto) {
  JwtModel tokens;
  tokens.signing_keys = {"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="};
  tokens.url_parameter = "token";
  model.domains = {Certificates(1), BasicUsers(3)};
  model.domains.push_back(
      {.name = "jwt", .order = 2, .challenge = false, .authenticator = tokens, .where = {}});
  EXPECT_THAT(WithPassword("joe:secret").parameters, ElementsAre("token"));
  EXPECT_THAT(WithPassword("joe:secret", "CN=ann").parameters, IsEmpty()) << "not asked";
}

TEST_P(DomainChainTest, ADisabledDomainIsNotAsked) {
  model.domains = {BasicUsers(4), Certificates(1)};
  model.domains[1].http_enabled = false;
  EXPECT_EQ(Walk({.principal = "CN=ann"}).end, End::kRefused);
}

TEST_P(DomainChainTest, WhoChallengesAndWhen) {
  model.domains = {Certificates(1), BasicUsers(4)};
  EXPECT_EQ(Walk({}).challenge, Challenge::kBasic);
  EXPECT_FALSE(Walk({}).found_credentials);
  EXPECT_EQ(WithPassword("joe:wrong").challenge, Challenge::kBasic);
  EXPECT_TRUE(WithPassword("joe:wrong").found_credentials);

  model.domains = {BasicUsers(0), Certificates(1)};
  EXPECT_EQ(Walk({.principal = "CN=ann"}).challenge, Challenge::kBasic)
      << "asked at once, the certificate is never considered";
  EXPECT_EQ(WithPassword("joe:wrong", "CN=ann").user.username, "ann");

  model.domains = {BasicUsers(0, /*challenge=*/false), Certificates(1)};
  EXPECT_EQ(Walk({.principal = "CN=ann"}).end, End::kUser);
  EXPECT_EQ(Walk({}).challenge, Challenge::kNone);

  // The default: it is the challenger that is noted, and cannot.
  model.domains = {Certificates(1, /*challenge=*/true), BasicUsers(4)};
  EXPECT_EQ(WithPassword("joe:wrong").challenge, Challenge::kNone);
  EXPECT_EQ(Walk({}).challenge, Challenge::kBasic) << "where it finds none it asks by itself";
}

TEST_P(DomainChainTest, CredentialsThatCannotBeReadPassTheDomainOver) {
  model.domains = {BasicUsers(0), Certificates(1)};
  EXPECT_EQ(
      Walk({.principal = "CN=ann", .headers = {{"Authorization", "Basic ???"}}}).user.username,
      "ann")
      << "without a challenge";
  EXPECT_EQ(Walk({.headers = {{"Authorization", "Basic ???"}}}).challenge, Challenge::kBasic);
}

TEST_P(DomainChainTest, PasswordsThatAreWrong) {
  model.domains = {BasicUsers(1)};
  for (const char* pair : {"joe:Secret", "joe:", "Joe:secret", "nobody:secret"}) {
    passwords.asked.clear();
    const ChainOutcome outcome = WithPassword(pair);
    EXPECT_EQ(outcome.end, End::kRefused) << pair;
    ASSERT_FALSE(outcome.failures.empty());
    EXPECT_EQ(outcome.failures[0].backend, "internal");
    EXPECT_EQ(outcome.failures[0].username,
              std::string(pair).substr(0, std::string(pair).find(':')));
    EXPECT_THAT(outcome.why, Not(HasSubstr("ecret")));
  }
  WithPassword("nobody:secret");
  EXPECT_THAT(passwords.asked, ElementsAre(HasSubstr("$2y$12$"), HasSubstr("$2y$12$")))
      << "an unknown name costs the same";
  EXPECT_EQ(
      Walk({.headers = {{"Authorization", Basic("joe:secret")}}, .with_passwords = false}).end,
      End::kRefused)
      << "without somebody to check, none is right";
}

TEST_P(DomainChainTest, APasswordThatTakesTime) {
  model.domains = {BasicUsers(1), Certificates(2)};
  const ChainOutcome outcome = WithPassword("joe:later", "CN=ann");
  EXPECT_EQ(outcome.end, End::kPending) << "not the next domain's user";
  EXPECT_THAT(outcome.failures, IsEmpty());
}

// 2.3
TEST_P(DomainChainTest, WhichFailuresCount) {
  model.domains = {BasicUsers(1)};
  EXPECT_EQ(Walk({}).failures.size(), opensearch() ? 1U : 0U) << "a challenge";
  EXPECT_EQ(WithPassword("joe:wrong").failures.size(), opensearch() ? 2U : 1U);
  model.domains = {BasicUsers(1, /*challenge=*/false)};
  const ChainOutcome refused = WithPassword("joe:wrong");
  ASSERT_EQ(refused.failures.size(), 2U);
  EXPECT_EQ(refused.failures[1].backend, "") << "of the address";
  model.domains = {BasicUsers(1), Certificates(2)};
  EXPECT_EQ(WithPassword("joe:wrong", "CN=ann").failures.size(), 1U)
      << "of the name, though another domain let them in";
}

TEST_P(DomainChainTest, ABlockedNamePassesTheDomainOver) {
  model.domains = {BasicUsers(1), Certificates(2)};
  blocks.users = {"internal/joe", "noop/eve"};
  EXPECT_EQ(WithPassword("joe:secret").end, End::kRefused);
  EXPECT_EQ(WithPassword("joe:secret").failures.size(), opensearch() ? 1U : 0U);
  EXPECT_THAT(Steps(), ElementsAre("basic skipped", "cert nothing"));
  EXPECT_THAT(passwords.asked, IsEmpty());
  EXPECT_EQ(WithPassword("joe:secret", "CN=ann").user.username, "ann");
  EXPECT_EQ(WithPassword("joe:secret", "CN=eve").end, End::kRefused);
}

// 3.5, g
TEST_P(DomainChainTest, NobodyIsAnAdministratorByName) {
  model.domains = {BasicUsers(1), Proxies(2)};
  EXPECT_EQ(WithPassword("CN=kirk,O=x:secret").end, End::kAdminByName);
  EXPECT_EQ(WithPassword("CN=kirk,O=x:wrong").end, End::kRefused);
  model.domains = {Proxies(2)};
  EXPECT_EQ(Walk({.headers = {{"x-user", "cn=KIRK,o=x"}}, .forwarded = true}).end,
            End::kAdminByName);
}

TEST_P(DomainChainTest, TheTenantAskedFor) {
  model.domains = {Certificates(1)};
  const auto tenant = [&](std::vector<std::pair<std::string, std::string>> headers) {
    return Walk({.principal = "CN=ann", .headers = std::move(headers)}).user.requested_tenant;
  };
  EXPECT_EQ(tenant({}), std::nullopt);
  EXPECT_EQ(tenant({{"security_tenant", "b"}, {"SecurityTenant", "a"}}), "a");
  EXPECT_EQ(tenant({{"security_tenant", "b"}}), "b");
  EXPECT_EQ(tenant({{"securitytenant", "a"}, {"securitytenant", "z"}}), opensearch() ? "z" : "a");
}

// 3.7
TEST_P(DomainChainTest, TheAnonymousUser) {
  model.anonymous = true;
  model.domains = {Certificates(1), BasicUsers(4)};
  const ChainOutcome anonymous = Walk({});
  EXPECT_EQ(anonymous.end, End::kUser);
  EXPECT_EQ(anonymous.user.username, "opendistro_security_anonymous");
  EXPECT_THAT(anonymous.user.backend_roles,
              ElementsAre("opendistro_security_anonymous_backendrole"));
  EXPECT_TRUE(anonymous.user.anonymous);
  EXPECT_EQ(WithPassword("joe:wrong").end, End::kRefused);
  EXPECT_EQ(WithPassword("joe:wrong").challenge, Challenge::kBasic);

  model.domains = {BasicUsers(0, /*challenge=*/false), Certificates(1)};
  EXPECT_EQ(WithPassword("joe:wrong").end, opensearch() ? End::kRefused : End::kUser)
      << "the last domain has found nothing";

  model.domains = {Certificates(1), BasicUsers(4)};
  const auto with = [&](const std::string& target, bool password) {
    return Walk({.headers = password ? decltype(Asked::headers){{"authorization", Basic("a:b")}}
                                     : decltype(Asked::headers){},
                 .target = target})
        .end;
  };
  EXPECT_EQ(with("/?auth_type=basic", false), opensearch() ? End::kRefused : End::kUser);
  EXPECT_EQ(with("/?auth_type=anonymous", false), End::kUser);
  model.domains = {};
  EXPECT_EQ(with("/", false), End::kUser) << "no domain is needed";
  EXPECT_EQ(with("/", true), opensearch() ? End::kRefused : End::kUser);
  EXPECT_EQ(with("/?auth_type=anonymous", true), End::kUser);
}

TEST_P(DomainChainTest, ForceLoginLeavesThePasswordAside) {
  model.domains = {BasicUsers(1)};
  const auto end = [&](const std::string& target) {
    return Walk({.headers = {{"Authorization", Basic("joe:secret")}}, .target = target});
  };
  EXPECT_EQ(end("/?force_login=false").end, End::kUser);
  const End aside = opensearch() ? End::kUser : End::kRefused;
  EXPECT_EQ(end("/?force_login=true").end, aside);
  EXPECT_EQ(end("/?force_login").end, aside);
  EXPECT_EQ(end("/?force_login=maybe").end, aside);
  EXPECT_EQ(end("/?force_login=true").found_credentials, opensearch());
}

// 3.3, 8
TEST_P(DomainChainTest, AuthzAddsTheInternalUsersBackendRoles) {
  model.domains = {Certificates(1)};
  EXPECT_THAT(Walk({.principal = "CN=joe,OU=ops"}).user.backend_roles, ElementsAre("ops"));
  model.internal_authz = true;
  const ChainOutcome joe = Walk({.principal = "CN=joe,OU=ops"});
  EXPECT_THAT(joe.user.backend_roles, ElementsAre("ops", "readers"));
  EXPECT_THAT(joe.user.direct_roles, IsEmpty());
  EXPECT_THAT(Walk({.principal = "CN=ann,OU=ops"}).user.backend_roles, ElementsAre("ops"));
}

// 3.7: a backend that asks nobody knows everybody.
TEST_P(DomainChainTest, UsersToBeImpersonated) {
  const auto find = [&](const std::string& name) {
    DomainChain::Fault fault;
    return DomainChain::Compile(model, &fault)->FindUser(name);
  };
  model.domains = {BasicUsers(1), Certificates(2)};
  EXPECT_THAT(find("joe")->backend_roles, ElementsAre("readers"));
  EXPECT_THAT(find("joe")->direct_roles, ElementsAre("own"));
  EXPECT_EQ(find("eve")->realm_name, "cert");
  model.domains = {Certificates(1), BasicUsers(2)};
  EXPECT_THAT(find("joe")->backend_roles, IsEmpty());
  model.domains = {BasicUsers(1)};
  EXPECT_EQ(find("eve"), std::nullopt);
}

TEST_P(DomainChainTest, WhatCannotBeCompiled) {
  DomainChain::Fault fault;
  model.domains = {Certificates(1), BasicUsers(1)};
  EXPECT_EQ(DomainChain::Compile(model, &fault), nullptr);
  EXPECT_EQ(fault.key, "order");
  model.domains = {BasicUsers(1)};
  model.domains[0].backend = Backend::kNoop;
  EXPECT_EQ(DomainChain::Compile(model, &fault), nullptr);
  EXPECT_THAT(fault.problem, HasSubstr("every password would be right"));
  model.domains = {Certificates(1)};
  model.domains.push_back({.name = "jwt", .order = 2, .authenticator = JwtModel{}, .where = {}});
  EXPECT_EQ(DomainChain::Compile(model, &fault), nullptr);
  EXPECT_EQ(fault.domain, 1U);
  EXPECT_EQ(fault.key, "http_authenticator");
  model.domains[1].http_enabled = false;
  EXPECT_NE(DomainChain::Compile(model, &fault), nullptr);
}

}  // namespace
}  // namespace pkigate::identity
