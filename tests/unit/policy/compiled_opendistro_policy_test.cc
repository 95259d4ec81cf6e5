// SPDX-License-Identifier: Apache-2.0
//
// A whole Open Distro or OpenSearch policy: superadmins, the domain chain, role mappings and their
// resolution (opendistro.md, 3 and 4), and what compiling says about a model. The texts of refusals
// are held against recorded ones in opendistro_answers_test.cc.
#include "policy/compiled_opendistro_policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "callers.h"
#include "policy/compile.h"

namespace pkigate::policy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using Outcome = Authentication::Outcome;

constexpr char kClientDn[] = "CN=CLIENT1,OU=UNIT,O=ORG";
const x509::PeerChain kClient = ChainOf({{O("ORG")}, {Ou("UNIT")}, {Cn("CLIENT1")}});
const x509::PeerChain kKirk = ChainOf({{C("DE")}, {O("client")}, {Cn("kirk")}});
constexpr char kKirkDn[] = "CN=kirk,O=client,C=DE";

identity::DomainModel DomainOf(const std::string& name, int64_t order,
                               const std::string& username_attribute = "cn") {
  identity::DomainModel domain;
  domain.name = name;
  domain.order = order;
  domain.authenticator = identity::ClientcertModel{.username_attribute = username_attribute};
  return domain;
}

identity::ClientcertModel& Clientcert(identity::DomainModel& domain) {
  return std::get<identity::ClientcertModel>(domain.authenticator);
}

OpendistroModel OneDomain() {
  OpendistroModel model;
  model.domains = {DomainOf("clientcert", 1)};
  model.admin_dns = {{.dn = "cn=Kirk, O=client, c=de", .where = {}}};
  return model;
}

TEST(CompiledOpendistroPolicy, MappedUnmappedAndNobody) {
  OpendistroModel model = OneDomain();
  Clientcert(model.domains[0]).roles_attribute = "ou";
  model.file_mappings["readall"].mapping.users = {"CLIENT1"};
  model.file_mappings["units"].mapping.backend_roles = {"UNIT"};
  model.file_mappings["lan"].mapping.hosts = {"10.0.*"};
  const auto policy = MustCompile(Dialect::kOpendistro, model);

  const Asked mapped = Ask(*policy, {.chain = &kClient});
  EXPECT_EQ(mapped.caller.outcome, Outcome::kAuthenticated);
  EXPECT_EQ(mapped.caller.user.username, "CLIENT1");
  EXPECT_EQ(mapped.caller.user.realm_name, "clientcert");
  EXPECT_EQ(mapped.caller.user.realm_type, "clientcert");
  EXPECT_EQ(mapped.caller.user.principal, kClientDn);
  EXPECT_THAT(mapped.caller.user.backend_roles, ElementsAre("UNIT"));
  EXPECT_THAT(mapped.caller.roles, ElementsAre("lan", "readall", "units"));
  EXPECT_TRUE(mapped.decision.allowed);
  EXPECT_FALSE(mapped.may_manage);
  EXPECT_EQ(mapped.caller.expires_unix, kClient.expires_unix);
  EXPECT_THAT(Ask(*policy, {.chain = &kClient, .peer = "10.1.0.1"}).caller.roles,
              ElementsAre("readall", "units"));

  const x509::PeerChain stranger = ChainOf({{Ou("other")}, {Cn("joe")}});
  const Asked unmapped =
      Ask(*policy, {.chain = &stranger, .action = "indices:data/read/get", .peer = "::1"});
  EXPECT_EQ(unmapped.caller.outcome, Outcome::kAuthenticated);
  EXPECT_FALSE(unmapped.decision.allowed);
  EXPECT_EQ(unmapped.decision.refusal.status, 403);
  EXPECT_EQ(ReasonOf(unmapped.decision.refusal),
            "no permissions for [indices:data/read/get] and User [name=joe, backend_roles=[other], "
            "requestedTenant=null]");

  const Asked nobody = Ask(*policy, {});
  EXPECT_EQ(nobody.caller.outcome, Outcome::kNoCredentials);
  EXPECT_EQ(nobody.decision.refusal.status, 401);
  EXPECT_EQ(nobody.decision.refusal.body, "Authentication finally failed");
  EXPECT_EQ(HeaderOf(nobody.decision.refusal, "WWW-Authenticate"), "-")
      << "clientcert cannot challenge";
}

TEST(CompiledOpendistroPolicy, TheWholeDnIsTheNameWithoutAnAttribute) {
  OpendistroModel model = OneDomain();
  Clientcert(model.domains[0]).username_attribute = "";
  model.file_mappings["readall"].mapping.users = {kClientDn};
  model.file_mappings["never"].mapping.backend_roles = {kClientDn};
  EXPECT_THAT(Ask(*MustCompile(Dialect::kOpendistro, model), {.chain = &kClient}).caller.roles,
              ElementsAre("readall"))
      << "the DN is no backend role";
  model.dn_as_backend_role = true;
  EXPECT_THAT(Ask(*MustCompile(Dialect::kOpendistro, model), {.chain = &kClient}).caller.roles,
              ElementsAre("never", "readall"));
}

// --- the domain chain ----------------------------------------------------------------------------

TEST(CompiledOpendistroPolicy, DomainsByOrderAndTheFirstThatFindsAUser) {
  OpendistroModel model;
  model.domains = {DomainOf("second", 2), DomainOf("first", 1, "uid")};
  const auto domain_of = [&](const x509::PeerChain& chain) {
    return Ask(*MustCompile(Dialect::kOpendistro, model), {.chain = &chain}).caller.user.realm_name;
  };
  EXPECT_EQ(domain_of(kClient), "first") << "without the attribute the DN is the name";
  const x509::PeerChain blank =
      ChainOf({{Cn("joe")}, {{x509::testing::kUid, 0x0c, " "}}});  // found but blank
  EXPECT_EQ(domain_of(blank), "second");
  model.domains[0].http_enabled = false;
  const Asked refused = Ask(*MustCompile(Dialect::kOpendistro, model), {.chain = &blank});
  EXPECT_EQ(refused.caller.outcome, Outcome::kRefused);
  EXPECT_EQ(refused.decision.refusal.status, 401);
  EXPECT_THAT(refused.caller.why, HasSubstr("first: attribute uid is empty or no text"));
}

TEST(CompiledOpendistroPolicy, NothingIsInitializedWithoutADomain) {
  OpendistroModel model = OneDomain();
  model.domains[0].http_enabled = false;
  const auto opendistro = MustCompile(Dialect::kOpendistro, model);
  for (const x509::PeerChain* chain : {static_cast<const x509::PeerChain*>(nullptr), &kClient}) {
    const rest::Answer refusal = Ask(*opendistro, {.chain = chain}).decision.refusal;
    EXPECT_EQ(refusal.status, 503);
    EXPECT_EQ(refusal.body, "Open Distro Security not initialized.");
  }
  EXPECT_TRUE(Ask(*opendistro, {.chain = &kKirk}).decision.allowed) << "superadmins come before";
}

// --- superadmins ---------------------------------------------------------------------------------

TEST(CompiledOpendistroPolicy, SuperadminsByCertificate) {
  OpendistroModel model = OneDomain();
  model.file_mappings["lan"].mapping.hosts = {"*"};
  model.file_mappings["kirk"].mapping.users = {kKirkDn};
  const auto policy = MustCompile(Dialect::kOpendistro, model);
  const Asked kirk = Ask(*policy, {.chain = &kKirk});
  EXPECT_TRUE(kirk.caller.user.superadmin);
  EXPECT_EQ(kirk.caller.user.username, kKirkDn) << "the attribute is not asked";
  EXPECT_EQ(kirk.caller.user.realm_name, "admin_dn");
  EXPECT_THAT(kirk.caller.roles, ElementsAre("kirk")) << "its address is not resolved";
  EXPECT_TRUE(kirk.decision.allowed);
  EXPECT_TRUE(kirk.may_manage);

  const x509::PeerChain other = ChainOf({{C("DE")}, {O("client")}, {Cn("kirk2")}});
  EXPECT_FALSE(Ask(*policy, {.chain = &other}).caller.user.superadmin);
  EXPECT_FALSE(Ask(*policy, {.chain = &other}).may_manage);
}

TEST(CompiledOpendistroPolicy, ASuperadminNeedsNoRole) {
  const auto policy = MustCompile(Dialect::kOpendistro, OneDomain());
  const Asked kirk = Ask(*policy, {.chain = &kKirk});
  EXPECT_THAT(kirk.caller.roles, IsEmpty());
  EXPECT_TRUE(kirk.decision.allowed);
  Authentication pretended;  // not authenticated
  pretended.user.superadmin = true;
  EXPECT_FALSE(policy->MayManage(pretended));
  EXPECT_FALSE(policy->Authorize(pretended, {}).allowed);
}

// Who could remove the mapping has to get in, whatever the mapping does (3.4, step 6).
TEST(CompiledOpendistroPolicy, AMappingThatCannotBeJudgedKeepsUsersOutButNoSuperadmin) {
  OpendistroModel model = OneDomain();
  model.file_mappings["fine"].mapping.users = {"*"};
  model.file_mappings["slow"].mapping.users = {"/(?=(CN=)?(a+)+$)(?=b).*/"};
  const std::string name = std::string(40, 'a') + "c";
  model.admin_dns = {{.dn = "CN=" + name + ",O=admins", .where = {}}};
  const auto policy = MustCompile(Dialect::kOpendistro, model);

  const x509::PeerChain user = ChainOf({{O("users")}, {Cn(name)}});
  const Asked refused = Ask(*policy, {.chain = &user});
  EXPECT_EQ(refused.caller.outcome, Outcome::kRefused);
  EXPECT_THAT(refused.caller.roles, IsEmpty());
  EXPECT_EQ(refused.decision.refusal.status, 401);
  EXPECT_THAT(refused.caller.why, HasSubstr("cannot be matched by the role mappings"));

  const x509::PeerChain admin = ChainOf({{O("admins")}, {Cn(name)}});
  const Asked allowed = Ask(*policy, {.chain = &admin});
  EXPECT_TRUE(allowed.caller.user.superadmin);
  EXPECT_THAT(allowed.caller.roles, IsEmpty()) << "none of them is certain";
  EXPECT_TRUE(allowed.decision.allowed);
  EXPECT_TRUE(allowed.may_manage);
}

TEST(CompiledOpendistroPolicy, AReversedAdminDnIsNoneAndIsPointedOut) {
  OpendistroModel model = OneDomain();
  model.admin_dns = {{.dn = "C=DE,O=client,CN=kirk", .where = {}}};
  const Asked kirk = Ask(*MustCompile(Dialect::kOpendistro, model), {.chain = &kKirk});
  EXPECT_FALSE(kirk.caller.user.superadmin);
  EXPECT_FALSE(kirk.may_manage);
  EXPECT_THAT(kirk.caller.why,
              HasSubstr("authcz.admin_dn lists this DN in reverse: write CN=kirk,O=client,C=DE"));
}

// 3.5, g: an administrator is one by certificate only.
TEST(CompiledOpendistroPolicy, NobodyIsSuperadminByName) {
  const auto policy = MustCompile(Dialect::kOpendistro, OneDomain());
  const x509::PeerChain pretender = ChainOf({{O("other")}, {Cn(kKirkDn)}});
  const Asked asked = Ask(*policy, {.chain = &pretender});
  EXPECT_EQ(asked.caller.outcome, Outcome::kRefused);
  EXPECT_FALSE(asked.may_manage);
  EXPECT_EQ(asked.decision.refusal.status, 403);
}

// --- mappings and their resolution ---------------------------------------------------------------

TEST(CompiledOpendistroPolicy, TheApisMappingsReplaceTheFiles) {
  OpendistroModel model = OneDomain();
  model.file_mappings["kept"].mapping.users = {"CLIENT1"};
  model.file_mappings["replaced"].mapping.users = {"CLIENT1"};
  model.file_mappings["removed"].mapping.users = {"CLIENT1"};
  model.api_mappings["replaced"] = R"({"users":["other"]})";
  model.api_mappings["removed"] = std::nullopt;
  model.api_mappings["added"] = R"({"users":["CLIENT*"]})";
  const auto policy = MustCompile(Dialect::kOpendistro, model);
  EXPECT_THAT(Ask(*policy, {.chain = &kClient}).caller.roles, ElementsAre("added", "kept"));
  const auto& mappings = AsOpendistro(*policy).mappings();
  EXPECT_EQ(mappings.size(), 3U);
  EXPECT_FALSE(mappings.contains("removed"));
  EXPECT_THAT(mappings.at("replaced")->users, ElementsAre("other"));
}

// 4.5
TEST(CompiledOpendistroPolicy, Resolution) {
  OpendistroModel model = OneDomain();
  Clientcert(model.domains[0]).roles_attribute = "ou";
  model.file_mappings["mapped"].mapping.users = {"CLIENT1"};
  const auto roles_by = [&](RolesMappingResolution resolution) {
    model.resolution = resolution;
    return Ask(*MustCompile(Dialect::kOpendistro, model), {.chain = &kClient}).caller.roles;
  };
  EXPECT_THAT(roles_by(RolesMappingResolution::kMappingOnly), ElementsAre("mapped"));
  EXPECT_THAT(roles_by(RolesMappingResolution::kBackendrolesOnly), ElementsAre("UNIT"));
  EXPECT_THAT(roles_by(RolesMappingResolution::kBoth), ElementsAre("UNIT", "mapped"));
}

TEST(CompiledOpendistroPolicy, MultiValuedRdnsAsUpstreamOrAll) {
  OpendistroModel model = OneDomain();
  Clientcert(model.domains[0]).roles_attribute = "ou";
  model.resolution = RolesMappingResolution::kBackendrolesOnly;
  const x509::PeerChain chain = ChainOf({{Ou("ops"), Ou("admins")}, {Cn("joe")}});
  EXPECT_THAT(Ask(*MustCompile(Dialect::kOpendistro, model), {.chain = &chain}).caller.roles,
              ElementsAre("admins"));
  model.multi_valued_rdn = MultiValuedRdn::kAll;
  EXPECT_THAT(Ask(*MustCompile(Dialect::kOpendistro, model), {.chain = &chain}).caller.roles,
              ElementsAre("admins", "ops"));
}

// --- headers -------------------------------------------------------------------------------------

TEST(CompiledOpendistroPolicy, HeadersThatDecide) {
  OpendistroModel model = OneDomain();
  model.file_mappings["readall"].mapping.users = {"CLIENT1"};
  const auto policy = MustCompile(Dialect::kOpensearch, model);
  const auto with = [&](const std::string& name, const x509::PeerChain& chain = kClient) {
    return Ask(*policy, {.chain = &chain, .headers = {{name, "bob"}}});
  };
  const Asked node = with("_OpenDistro_Security_user");
  EXPECT_TRUE(node.headers_decide);
  EXPECT_EQ(node.decision.refusal.status, 403);
  EXPECT_THAT(ReasonOf(node.decision.refusal), StartsWith("Illegal parameter in http"));
  EXPECT_EQ(with("_opendistro_security_x", kKirk).decision.refusal.status, 403)
      << "for the superadmin, too";

  const Asked other = with("Opendistro_Security_Impersonate_As");
  EXPECT_TRUE(other.headers_decide);
  EXPECT_EQ(other.caller.outcome, Outcome::kRefused);
  EXPECT_EQ(ReasonOf(other.decision.refusal), "'CLIENT1' is not allowed to impersonate as 'bob'");
  EXPECT_TRUE(with("opendistro_security_impersonate_as", kKirk).caller.user.superadmin)
      << "without effect for a superadmin";
  const Asked nobody = Ask(*policy, {.headers = {{"opendistro_security_impersonate_as", "bob"}}});
  EXPECT_EQ(nobody.decision.refusal.status, 401);

  for (const char* harmless : {"Authorization", "opendistro_security_user", "x-proxy-user"}) {
    EXPECT_FALSE(with(harmless).headers_decide) << harmless;
    EXPECT_TRUE(with(harmless).decision.allowed) << harmless;
  }
}

// --- compiling -----------------------------------------------------------------------------------

std::vector<std::string> Refused(const OpendistroModel& model) {
  Diagnostics diagnostics;
  EXPECT_EQ(Compile({.dialect = Dialect::kOpendistro, .body = model}, 1, diagnostics), nullptr);
  EXPECT_TRUE(diagnostics.has_errors());
  return Lines(diagnostics);
}

std::vector<std::string> Warned(const OpendistroModel& model) {
  Diagnostics diagnostics;
  EXPECT_NE(Compile({.dialect = Dialect::kOpendistro, .body = model}, 1, diagnostics), nullptr);
  return Lines(diagnostics);
}

// D6
TEST(CompiledOpendistroPolicy, TwoDomainsOfOneOrder) {
  OpendistroModel model;
  model.domains = {DomainOf("b", 1), DomainOf("a", 1)};
  model.domains[0].where = {.file = "config.yml", .line = 9};
  EXPECT_THAT(Refused(model), ElementsAre(HasSubstr(
                                  "config.yml:9: error: config.dynamic.authc.b.order: the domains "
                                  "a and b have the same order 1")));
  model.domains[1].http_enabled = false;
  EXPECT_THAT(Warned(model), IsEmpty()) << "one that is not used does not count";
}

TEST(CompiledOpendistroPolicy, PatternsAndDocumentsThatCannotBeUsed) {
  OpendistroModel model = OneDomain();
  model.file_mappings["r"].mapping.users = {"fine", "/"};
  model.file_mappings["r"].where = {.file = "roles_mapping.yml", .line = 4};
  model.file_mappings["s"].mapping.hosts = {"/(/"};
  model.api_mappings["t"] = R"({"nosuch":1})";
  EXPECT_THAT(
      Refused(model),
      ElementsAre(HasSubstr("roles_mapping.yml:4: error: r.users: '/' cannot be used"),
                  HasSubstr("s.hosts: '/(/' cannot be used"),
                  HasSubstr("rolesmapping/t: a stored role mapping cannot be used: nosuch")));
  model = OneDomain();
  model.file_mappings["long"].mapping.users = {std::string(5000, 'x')};
  EXPECT_THAT(Refused(model), ElementsAre(HasSubstr("mapping of role 'long': a pattern of 5000")));
}

TEST(CompiledOpendistroPolicy, WarnsOfWhatIsTakenAndHardlyMeant) {
  OpendistroModel model = OneDomain();
  model.admin_dns.push_back({.dn = "kirk", .where = {.file = "elasticsearch.yml", .line = 7}});
  model.file_mappings["r"].mapping = {.users = {"CN=a, O=b", "CN=a,O=b", "CN=*, O=b", "joe"},
                                      .backend_roles = {kClientDn, "ops"}};
  EXPECT_THAT(
      Warned(model),
      ElementsAre(HasSubstr("elasticsearch.yml:7: warning: authcz.admin_dn: 'kirk' is no DN"),
                  HasSubstr("r.backend_roles: '" + std::string(kClientDn) + "' looks like a DN"),
                  HasSubstr("write CN=a,O=b")));
  model = OneDomain();
  model.dn_as_backend_role = true;
  model.file_mappings["r"].mapping.backend_roles = {kClientDn};
  model.file_mappings["r"].mapping.hosts = {"example.host.com", "10.*", "fe80::*"};
  EXPECT_THAT(Warned(model), IsEmpty());
}

}  // namespace
}  // namespace pkigate::policy
