// SPDX-License-Identifier: Apache-2.0
//
// For every near miss a neighbour that is none: the mapping that matches, and the one that is about
// somebody else. What is mapped comes out of the policy's own trace.
#include "policy/near_misses.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits.h"
#include "callers.h"

namespace pkigate::policy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const x509::PeerChain kLena = ChainOf(
    {{C("DE")}, {O("Acme")}, {{x509::testing::kEmail, 0x16, "l@acme.de"}}, {Cn("Lena Roth")}});
constexpr char kJdkDn[] = "CN=Lena Roth, EMAILADDRESS=l@acme.de, O=Acme, C=DE";
constexpr char kOpendistroDn[] = "CN=Lena Roth,EMAILADDRESS=l@acme.de,O=Acme,C=DE";
constexpr char kReversed[] = "C=DE,O=Acme,EMAILADDRESS=l@acme.de,CN=Lena Roth";

identity::Trace TraceOf(const Policy& policy) {
  identity::Trace trace;
  identity::Credentials credentials;
  credentials.chain = &kLena;
  credentials.peer.address = *IpAddress::Parse("10.0.0.5");
  credentials.target = "/";
  credentials.now_unix = x509::testing::kNow;
  credentials.trace = &trace;
  const auto scratch = policy.NewScratch();
  EXPECT_EQ(policy.Authenticate(credentials, *scratch).outcome,
            Authentication::Outcome::kAuthenticated);
  EXPECT_TRUE(trace.mapped.has_value());
  return trace;
}

// `kind mapping field`, and the hints.
struct Found {
  std::vector<std::string> lines;
  std::vector<std::string> hints;
};

Found FoundIn(const Model& model, const identity::Trace& trace) {
  const std::vector<DnForm> forms = {{"OpenSSL", "C = DE, O = Acme, CN = Lena Roth"}};
  Found found;
  for (const NearMiss& miss : NearMisses(model, *trace.mapped, forms)) {
    found.lines.push_back(fmt::format("{} {} {}", miss.kind, miss.mapping, miss.field));
    found.hints.push_back(miss.hint);
  }
  return found;
}

// --- X-Pack -------------------------------------------------------------------------------------

class XpackNearMissTest : public ::testing::Test {
 protected:
  XpackNearMissTest() {
    for (const char* name : {"pki1", "pki2"}) {
      XpackRealmModel& realm = model_.realms.emplace_back();
      realm.pki.name = name;
    }
  }
  void Map(const std::string& name, const std::string& rules, const char* enabled = "true") {
    model_.api_mappings[name] =
        fmt::format(R"({{"enabled":{},"roles":["r"],"rules":{}}})", enabled, rules);
  }
  void MapField(const std::string& name, const std::string& field, const std::string& value) {
    Map(name, fmt::format(R"({{"field":{{"{}":"{}"}}}})", field, value));
  }
  Found Search() {
    trace_ = TraceOf(*MustCompile(model_));
    return FoundIn({Dialect::kXpack, model_}, trace_);
  }

  XpackModel model_;
  identity::Trace trace_;
};

TEST_F(XpackNearMissTest, WhatMatchesIsInTheTraceAndNoMiss) {
  MapField("exact", "dn", kJdkDn);
  MapField("loose", "dn", "cn=lena roth,emailaddress=L@acme.de,o=acme,c=de");
  MapField("other", "dn", "CN=Lena Rot,EMAILADDRESS=l@acme.de,O=Acme,C=DE");
  model_.realms[0].file_mappings = {{.role = "from_file", .dn = kOpendistroDn, .where = {}}};
  EXPECT_THAT(Search().lines, IsEmpty());
  EXPECT_THAT(trace_.mapped->mappings, ElementsAre("exact", "loose"));
  EXPECT_THAT(trace_.mapped->files, ElementsAre("from_file"));
}

TEST_F(XpackNearMissTest, Dns) {
  MapField("a", "dn", kReversed);
  MapField("b", "dn", "CN=Lena Roth,E=l@acme.de,O=Acme,C=DE");
  MapField("c", "dn", "O=Acme,C=DE");
  MapField("d", "dn", "CN=Lena Roth,O=Acme,EMAILADDRESS=l@acme.de,C=DE");
  const Found found = Search();
  EXPECT_THAT(found.lines, ElementsAre("reversed a dn", "rdn_order d dn", "type_spelling b dn",
                                       "above_the_dn c dn"));
  EXPECT_THAT(found.hints[0], HasSubstr("would match if the DN were reversed"));
  EXPECT_THAT(found.hints[2], HasSubstr("E= is spelled EMAILADDRESS="));
  EXPECT_THAT(found.hints[2], HasSubstr(kJdkDn));
}

TEST_F(XpackNearMissTest, Names) {
  MapField("a", "username", "lena roth");
  MapField("b", "username", kJdkDn);
  MapField("c", "dn", "Lena Roth");
  MapField("d", "metadata.pki_dn", kOpendistroDn);
  MapField("e", "groups", kJdkDn);
  MapField("f", "username", "Lena");
  EXPECT_THAT(Search().lines, ElementsAre("letter_case a username", "blanks d metadata.pki_dn",
                                          "dn_not_username b username", "username_not_dn c dn",
                                          "no_groups e groups"));
}

TEST_F(XpackNearMissTest, Patterns) {
  MapField("a", "dn", "CN=Lena*O=Acme");
  MapField("b", "dn", "*,E=l@acme.de,*");
  MapField("c", "dn", "/CN=Lena.*O=Acme/");
  MapField("d", "dn", "C = DE*");
  MapField("e", "username", "lena*");
  MapField("f", "dn", "/CN=Maria.*/");
  EXPECT_THAT(Search().lines,
              ElementsAre("letter_case e username", "type_spelling b dn", "other_form d dn",
                          "not_whole c dn", "missing_wildcard a dn"));
}

TEST_F(XpackNearMissTest, OnlyRulesThatWouldHoldAsAWhole) {
  const std::string reversed = fmt::format(R"({{"field":{{"dn":"{}"}}}})", kReversed);
  Map("would", R"({"all":[)" + reversed + R"(,{"field":{"realm.name":"pki1"}}]})");
  Map("would_not", R"({"all":[)" + reversed + R"(,{"field":{"username":"joe"}}]})");
  Map("except", R"({"all":[{"except":)" + reversed + R"(},{"field":{"username":"joe"}}]})");
  EXPECT_THAT(Search().lines, ElementsAre("reversed would dn"));
}

TEST_F(XpackNearMissTest, DisabledAndOfAnotherRealm) {
  Map("off", R"({"field":{"username":"Lena Roth"}})", "false");
  Map("off_and_other", R"({"field":{"username":"joe"}})", "false");
  Map("realm", R"({"all":[{"field":{"username":"Lena*"}},{"field":{"realm.name":"pki2"}}]})");
  model_.realms[1].file_mappings = {
      {.role = "theirs", .dn = kOpendistroDn, .where = {.file = "role_mapping.yml", .line = 3}}};
  EXPECT_THAT(Search().lines, ElementsAre("disabled off ", "other_realm theirs dn",
                                          "other_realm realm realm.name"));
}

TEST_F(XpackNearMissTest, FileEntriesAreNamedWithTheirLine) {
  model_.realms[0].file_mappings = {
      {.role = "r", .dn = kReversed, .where = {.file = "role_mapping.yml", .line = 3}},
      {.role = "r", .dn = "CN=Lena*,O=Acme,C=DE", .where = {}}};
  trace_ = TraceOf(*MustCompile(model_));
  const auto misses = NearMisses({Dialect::kXpack, model_}, *trace_.mapped, {});
  ASSERT_EQ(misses.size(), 1U);
  EXPECT_STREQ(misses[0].kind, near_miss::kReversed);
  EXPECT_EQ(misses[0].where.line, 3);
  EXPECT_EQ(misses[0].value, kReversed);
}

TEST_F(XpackNearMissTest, Bounded) {
  for (size_t index = 0; index < 2 * limits::kNearMissesMax; ++index) {
    MapField(fmt::format("m{}", index), "dn", kReversed);
  }
  MapField("nearest", "username", "LENA ROTH");
  const Found found = Search();
  EXPECT_EQ(found.lines.size(), limits::kNearMissesMax);
  EXPECT_EQ(found.lines.front(), "letter_case nearest username");
}

// --- Open Distro --------------------------------------------------------------------------------

class OpendistroNearMissTest : public ::testing::Test {
 protected:
  Found Search(const std::string& username_attribute = "",
               const std::string& roles_attribute = "") {
    model_.domains = {
        {.name = "cert",
         .authenticator = identity::ClientcertModel{.username_attribute = username_attribute,
                                                    .roles_attribute = roles_attribute,
                                                    .skip_users = {}},
         .where = {}}};
    trace_ = TraceOf(*MustCompile(Dialect::kOpendistro, model_));
    return FoundIn({Dialect::kOpendistro, model_}, trace_);
  }
  roles::OpendistroMapping& Map(const std::string& role) {
    return model_.file_mappings[role].mapping;
  }

  OpendistroModel model_;
  identity::Trace trace_;
};

TEST_F(OpendistroNearMissTest, WhatMatchesIsInTheTraceAndNoMiss) {
  Map("exact").users = {kOpendistroDn};
  Map("other").users = {"CN=Lena Rot,EMAILADDRESS=l@acme.de,O=Acme,C=DE"};
  Map("host").hosts = {"10.0.0.5"};
  EXPECT_THAT(Search().lines, IsEmpty());
  EXPECT_THAT(trace_.mapped->mappings, ::testing::UnorderedElementsAre("exact", "host"));
}

TEST_F(OpendistroNearMissTest, UsersByTheWholeDn) {
  Map("a").users = {kJdkDn};
  Map("b").users = {"cn=lena roth,EMAILADDRESS=l@acme.de,O=Acme,C=DE"};
  Map("c").users = {kReversed};
  Map("d").users = {"CN=Lena Roth,E=l@acme.de,O=Acme,C=DE"};
  Map("e").users = {"Lena Roth"};
  Map("f").backend_roles = {kOpendistroDn};
  Map("g").users = {"*, O=Acme, C=DE"};
  Map("h").users = {"/CN=Lena/"};
  Map("i").users = {"CN=Lena Roth"};
  Map("j").users = {"Lena"};
  const Found found = Search();
  EXPECT_THAT(found.lines,
              ElementsAre("letter_case b users", "blanks a users", "blanks g users",
                          "reversed c users", "type_spelling d users", "username_not_dn e users",
                          "dn_as_backend_role f backend_roles", "not_whole h users",
                          "missing_wildcard i users"));
  EXPECT_THAT(found.hints[0], HasSubstr("differs only in case"));
  EXPECT_THAT(found.hints[0], HasSubstr(kOpendistroDn));
}

TEST_F(OpendistroNearMissTest, UsersByAnAttribute) {
  Map("a").users = {kOpendistroDn};
  Map("b").users = {"LENA ROTH"};
  Map("c").users = {"DE"};
  Map("d").backend_roles = {"Lena Roth"};
  EXPECT_THAT(Search("cn").lines, ElementsAre("letter_case b users", "dn_not_username a users",
                                              "username_as_backend_role d backend_roles"));
}

TEST_F(OpendistroNearMissTest, BackendRoles) {
  Map("a").backend_roles = {"acme"};
  Map("b").users = {"Acme"};
  Map("c").and_backend_roles = {"Acme", "admins"};
  Map("d").and_backend_roles = {"Acme", "admins", "others"};
  Map("e").backend_roles = {"acme2"};
  EXPECT_THAT(Search("cn", "o").lines,
              ElementsAre("letter_case a backend_roles", "backend_role_in_users b users",
                          "missing_backend_role c and_backend_roles"));
}

TEST_F(OpendistroNearMissTest, TheApisEntryStandsForTheFiles) {
  Map("a").users = {"lena roth"};
  Map("b").users = {"lena roth"};
  model_.api_mappings["a"] = R"({"users":["joe"]})";
  model_.api_mappings["b"] = std::nullopt;
  model_.api_mappings["c"] = R"({"users":["Lena roth"]})";
  EXPECT_THAT(Search("cn").lines, ElementsAre("letter_case c users"));
}

}  // namespace
}  // namespace pkigate::policy
