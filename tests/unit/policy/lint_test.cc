// SPDX-License-Identifier: Apache-2.0
//
// For every finding a neighbour that is none.
#include "policy/lint.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "callers.h"
#include "x509/trust_store.h"

namespace pkigate::policy {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using x509::testing::IssueCa;

// `code key`
std::vector<std::string> LinesOf(const Model& model) {
  std::vector<std::string> lines;
  for (const Finding& finding : Lint(model)) {
    EXPECT_NE(finding.what, "");
    EXPECT_NE(finding.why, "");
    EXPECT_NE(finding.to_do, "");
    lines.push_back(finding.code + " " + finding.key);
  }
  return lines;
}

// --- X-Pack -------------------------------------------------------------------------------------

class XpackLintTest : public ::testing::Test {
 protected:
  XpackLintTest() {
    Add("pki1");
    model_.run_as["r"];  // a role of roles.yml
  }
  identity::PkiRealmModel& Add(const std::string& name) {
    XpackRealmModel& realm = model_.realms.emplace_back();
    realm.pki.name = name;
    realm.pki.key_prefix = name;
    realm.pki.username_rdn_name = "CN";
    return realm.pki;
  }
  void Map(const std::string& name, const std::string& rules, const char* enabled = "true") {
    model_.api_mappings[name] =
        fmt::format(R"({{"enabled":{},"roles":["r"],"rules":{}}})", enabled, rules);
  }
  std::vector<std::string> Lines() const { return LinesOf({Dialect::kXpack, model_}); }

  XpackModel model_;
};

TEST_F(XpackLintTest, ARealmThatNeverAccepts) {
  Add("pki2");
  EXPECT_THAT(Lines(), ElementsAre("unreachable pki2"));
  model_.realms[1].pki.order = 1;
  EXPECT_THAT(Lines(), ElementsAre("unreachable pki1")) << "without an order it is the last";
  model_.realms[1].pki.enabled = false;
  EXPECT_THAT(Lines(), IsEmpty());
}

TEST_F(XpackLintTest, ARealmOfItsOwn) {
  const auto trust_of = [](const char* name) {
    return *x509::TrustStore::Create({{IssueCa(name).der}}, {}, {});
  };
  identity::PkiRealmModel& other = Add("pki2");
  model_.realms[0].pki.trust = trust_of("A");
  other.trust = trust_of("B");
  EXPECT_THAT(Lines(), IsEmpty()) << "other authorities";
  other.trust = model_.realms[0].pki.trust;
  EXPECT_THAT(Lines(), ElementsAre("unreachable pki2"));
  other.username_rdn_name = "UID";
  EXPECT_THAT(Lines(), IsEmpty()) << "another user name";
}

TEST_F(XpackLintTest, PatternsThatMatchInsideAValue) {
  identity::PkiRealmModel& realm = model_.realms[0].pki;
  realm.username_rdn_name.reset();
  EXPECT_THAT(Lines(), ElementsAre("inside_value pki1.username_pattern")) << "the default";
  realm.strict_username = true;
  EXPECT_THAT(Lines(), IsEmpty());
  realm.strict_username = false;
  realm.username_pattern = "^CN=(.*?)(?:,|$)";
  EXPECT_THAT(Lines(), IsEmpty());
  Map("bad", R"({"field":{"dn":"*CN=admin*"}})");
  Map("bad_regex", R"({"field":{"dn":"/.*CN=admin.*/"}})");
  Map("good", R"({"field":{"dn":"*,OU=admins,O=x"}})");
  EXPECT_THAT(Lines(),
              ElementsAre("inside_value role_mapping/bad", "inside_value role_mapping/bad_regex"));
}

TEST_F(XpackLintTest, RulesForNobody) {
  Map("empty", R"({"any":[]})");
  Map("contradiction",
      R"({"all":[{"field":{"username":"a*"}},{"except":{"field":{"username":"a*"}}}]})");
  Map("two_names", R"({"all":[{"field":{"username":"a"}},{"field":{"username":["b","c"]}}]})");
  Map("realm", R"({"all":[{"field":{"username":"a"}},{"field":{"realm.name":"pki9"}}]})");
  Map("null", R"({"field":{"username":null}})");
  Map("disabled", R"({"any":[]})", "false");
  Map("fine", R"({"all":[{"field":{"username":["a","b"]}},{"field":{"username":["b","c"]}}]})");
  Map("fine_too", R"({"all":[{"field":{"realm.name":"pki1"}},{"field":{"dn":"*,o=x"}}]})");
  EXPECT_THAT(
      Lines(),
      ElementsAre("never_holds role_mapping/contradiction", "never_holds role_mapping/empty",
                  "never_holds role_mapping/null", "never_holds role_mapping/realm",
                  "unknown_realm role_mapping/realm", "never_holds role_mapping/two_names"));
}

TEST_F(XpackLintTest, ADnThatIsNone) {
  Map("a", R"({"any":[{"field":{"dn":"admin"}},{"field":{"username":"x"}}]})");
  Map("b", R"({"any":[{"field":{"dn":"CN=admin"}},{"field":{"username":"y"}}]})");
  EXPECT_THAT(Lines(), ElementsAre("no_dn role_mapping/a"));
}

TEST_F(XpackLintTest, RulesForEverybody) {
  Map("all", R"({"all":[]})");
  Map("star", R"({"any":[{"field":{"dn":"*"}},{"field":{"username":"a"}}]})");
  Map("not_nobody", R"({"all":[{"except":{"any":[]}}]})");
  Map("some", R"({"all":[{"field":{"dn":"*"}},{"field":{"username":"b"}}]})");
  EXPECT_THAT(Lines(), ElementsAre("matches_everybody role_mapping/all",
                                   "matches_everybody role_mapping/not_nobody",
                                   "matches_everybody role_mapping/star"));
}

TEST_F(XpackLintTest, AlikeNames) {
  Map("a", R"({"field":{"dn":"CN=x,O=y"}})");
  Map("b", R"({"field":{"dn":"O=y,CN=x"}})");
  Map("c", R"({"field":{"dn":"cn=X, o=Y"}})");
  Map("d", R"({"field":{"username":"joe"}})");
  Map("e", R"({"field":{"username":"Joe"}})");
  Map("f", R"({"field":{"metadata.nick":"JOE"}})");
  EXPECT_THAT(Lines(), ElementsAre("alike role_mapping/b", "alike role_mapping/e"))
      << "the case of a dn does not matter";
}

TEST_F(XpackLintTest, UnknownRolesAreNoted) {
  model_.api_mappings["a"] =
      R"({"enabled":true,"roles":["r","superuser","nowhere"],"rules":{"field":{"username":"a"}}})";
  model_.api_mappings["b"] =
      R"({"enabled":true,"roles":["nowhere"],"rules":{"field":{"username":"b"}}})";
  EXPECT_THAT(Lines(), ElementsAre("unknown_role role_mapping/a")) << "each once";
  EXPECT_EQ(Lint({Dialect::kXpack, model_})[0].severity, Finding::Severity::kNote);
}

TEST_F(XpackLintTest, WeakHashes) {
  auto users = std::make_shared<identity::PasswordUsers>();
  (*users)["good"].password_hash = "$2a$10$0123456789012345678901";
  (*users)["md5"].password_hash = "{MD5}x";
  (*users)["sha"].password_hash = "{SHA}x";
  (*users)["ssha"].password_hash = "{SSHA256}x";
  identity::PasswordRealmModel& realm = model_.password_realms.emplace_back();
  realm.name = "file1";
  realm.type = "file";
  realm.users = users;
  EXPECT_THAT(Lines(), ElementsAre("weak_hash file1.md5", "weak_hash file1.sha"));
  for (const Finding& finding : Lint({Dialect::kXpack, model_})) {
    EXPECT_EQ(finding.what.find("}x"), std::string::npos) << "no hash is shown";
  }
  realm.enabled = false;
  EXPECT_THAT(Lines(), IsEmpty());
}

TEST_F(XpackLintTest, AnonymousCallers) {
  model_.anonymous.roles = {"monitoring_user"};
  EXPECT_THAT(Lines(), IsEmpty());
  model_.anonymous.roles = {"monitoring_user", "superuser"};
  EXPECT_THAT(Lines(), ElementsAre("powerful_anonymous xpack.security.authc.anonymous.roles"));
  EXPECT_EQ(Lint({Dialect::kXpack, model_})[0].severity, Finding::Severity::kError);
}

TEST_F(XpackLintTest, FilesHaveTheirLine) {
  model_.realms[0].file_mappings = {
      {.role = "r", .dn = "CN=x,O=y", .where = {.file = "f", .line = 2}},
      {.role = "r", .dn = "O=y,CN=x", .where = {.file = "f", .line = 3}},
      {.role = "r", .dn = "cn=x,o=y", .where = {.file = "f", .line = 4}}};
  const std::vector<Finding> findings = Lint({Dialect::kXpack, model_});
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].where, (SourceLine{.file = "f", .line = 3}));
}

// --- Open Distro --------------------------------------------------------------------------------

class OpendistroLintTest : public ::testing::Test {
 protected:
  OpendistroLintTest() { model_.known_roles = {"r"}; }
  identity::DomainModel& AddDomain(const std::string& name, int64_t order,
                                   const std::string& attribute) {
    identity::DomainModel& domain = model_.domains.emplace_back();
    domain.name = name;
    domain.order = order;
    domain.authenticator = identity::ClientcertModel{
        .username_attribute = attribute, .roles_attribute = "", .skip_users = {}};
    return domain;
  }
  roles::OpendistroMapping& Map() { return model_.file_mappings["r"].mapping; }
  std::vector<std::string> Lines() const { return LinesOf({Dialect::kOpendistro, model_}); }

  OpendistroModel model_;
};

TEST_F(OpendistroLintTest, ADomainThatNeverAccepts) {
  AddDomain("a", 2, "cn");
  AddDomain("b", 1, "uid");
  EXPECT_THAT(Lines(), IsEmpty());
  AddDomain("c", 3, "cn");
  EXPECT_THAT(Lines(), ElementsAre("unreachable config.dynamic.authc.c"));
  AddDomain("d", 0, "");
  EXPECT_THAT(Lines(), ElementsAre("unreachable config.dynamic.authc.b",
                                   "unreachable config.dynamic.authc.a",
                                   "unreachable config.dynamic.authc.c"));
  model_.domains.back().http_enabled = false;
  EXPECT_THAT(Lines(), ElementsAre("unreachable config.dynamic.authc.c"));
}

TEST_F(OpendistroLintTest, ADomainBehindAChallenge) {
  AddDomain("cert", 2, "cn");
  identity::DomainModel& basic = AddDomain("basic", 1, "");
  basic.authenticator = identity::BasicModel{};
  EXPECT_THAT(Lines(), ElementsAre("unreachable config.dynamic.authc.cert"));
  basic.order = 3;
  EXPECT_THAT(Lines(), IsEmpty()) << "behind it";
  basic.order = 1;
  basic.challenge = false;
  EXPECT_THAT(Lines(), IsEmpty());
  basic.challenge = true;
  model_.anonymous = true;
  EXPECT_THAT(Lines(), IsEmpty()) << "who may be anonymous is not challenged";
}

TEST_F(OpendistroLintTest, SkippedUsersAreLeftToOthers) {
  AddDomain("a", 1, "cn");
  AddDomain("b", 2, "cn");
  EXPECT_THAT(Lines(), ElementsAre("unreachable config.dynamic.authc.b"));
  std::get<identity::ClientcertModel>(model_.domains[0].authenticator).skip_users = {"CN=x*"};
  EXPECT_THAT(Lines(), IsEmpty());
}

TEST_F(OpendistroLintTest, Everybody) {
  Map().users = {"*", "a*"};
  Map().hosts = {"*"};
  Map().backend_roles = {"*"};
  EXPECT_THAT(Lines(), ElementsAre("matches_everybody r.users", "matches_everybody r.hosts",
                                   "matches_everybody r.backend_roles"));
}

TEST_F(OpendistroLintTest, AnonymousCallers) {
  model_.known_roles.insert("all_access");
  model_.file_mappings["all_access"].mapping.backend_roles = {
      "opendistro_security_anonymous_backendrole"};
  Map().users = {"opendistro_security_anonymous"};
  EXPECT_THAT(Lines(), IsEmpty()) << "nobody is anonymous";
  model_.anonymous = true;
  EXPECT_THAT(Lines(), ElementsAre("powerful_anonymous all_access"));
  model_.file_mappings["all_access"].mapping.backend_roles = {"admin"};
  EXPECT_THAT(Lines(), IsEmpty());
}

TEST_F(OpendistroLintTest, NobodyAndUnknownRoles) {
  Map();
  EXPECT_THAT(Lines(), ElementsAre("never_holds r"));
  EXPECT_EQ(Lint({Dialect::kOpendistro, model_})[0].severity, Finding::Severity::kNote);
  Map().users = {"a"};
  EXPECT_THAT(Lines(), IsEmpty());
  model_.api_mappings["q"] = R"({"users":["b"]})";
  EXPECT_THAT(Lines(), ElementsAre("unknown_role q"));
}

TEST_F(OpendistroLintTest, PatternsThatMatchInsideAValue) {
  Map().users = {"*CN=admin*", "/.*OU=ops.*/", "*,OU=ops,O=x", "CN=a*"};
  EXPECT_THAT(Lines(), ElementsAre("inside_value r.users", "inside_value r.users"));
}

TEST_F(OpendistroLintTest, AlikeNames) {
  Map().users = {"CN=a,O=b", "CN=a, O=b", "O=b,CN=a", "joe", "CN=a,O=b"};
  Map().backend_roles = {"JOE"};
  EXPECT_THAT(Lines(), ElementsAre("alike r.users", "alike r.users"))
      << "a backend role is another kind of name";
}

}  // namespace
}  // namespace pkigate::policy
