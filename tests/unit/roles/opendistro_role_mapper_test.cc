// SPDX-License-Identifier: Apache-2.0
//
// What roles_mapping.yml grants (opendistro.md, 4.1 to 4.4).
#include "roles/opendistro_role_mapper.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "base/limits.h"

namespace pkigate::roles {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Mappings = std::map<std::string, OpendistroMapping>;
using Texts = std::vector<std::string>;

struct Caller {
  std::string username = "u";
  Texts backend_roles = {};
  Texts hosts = {"10.0.0.5"};
};

// Sorted, each once.
Texts RolesOf(const Mappings& mappings, const Caller& caller,
              Dialect dialect = Dialect::kOpendistro) {
  const auto mapper = OpendistroRoleMapper::Compile(dialect, mappings);
  EXPECT_TRUE(mapper.ok()) << (mapper.ok() ? "" : mapper.error().message);
  if (!mapper.ok()) {
    return {"(not compiled)"};
  }
  match::Scratch scratch;
  (*mapper)->ReserveIn(scratch);
  Texts roles;
  const Status judged = (*mapper)->AddRoles(
      {.username = caller.username, .backend_roles = &caller.backend_roles, .hosts = caller.hosts},
      scratch, &roles);
  EXPECT_TRUE(judged.ok());
  const std::set<std::string> sorted(roles.begin(), roles.end());
  return {sorted.begin(), sorted.end()};
}

bool UserMatches(const std::string& pattern, const std::string& username,
                 Dialect dialect = Dialect::kOpendistro) {
  OpendistroMapping mapping;
  mapping.users = {pattern};
  return !RolesOf({{"r", mapping}}, {.username = username}, dialect).empty();
}

// 4.2
TEST(OpendistroRoleMapper, UsersByPattern) {
  EXPECT_TRUE(UserMatches("CLIENT1", "CLIENT1"));
  EXPECT_FALSE(UserMatches("client1", "CLIENT1"));
  EXPECT_TRUE(UserMatches("CN=*,OU=UNIT,*", "CN=a,OU=UNIT,O=ORG"));
  EXPECT_FALSE(UserMatches("CN=*,OU=UNIT,*", "CN=a,OU=UNIT"));
  EXPECT_TRUE(UserMatches("a?c", "abc"));
  EXPECT_FALSE(UserMatches("a?c", "ac"));
  EXPECT_TRUE(UserMatches("a?c", "a\u00e9c")) << "a character, not a byte";
  EXPECT_FALSE(UserMatches("a.c", "abc"));
  EXPECT_FALSE(UserMatches("[ab]", "a"));
  EXPECT_FALSE(UserMatches("a\\*", "a*")) << "nothing is escaped";
  EXPECT_TRUE(UserMatches("a\\*", "a\\b"));
  EXPECT_TRUE(UserMatches("/a[0-9]+/", "a12"));
  EXPECT_FALSE(UserMatches("/a[0-9]+/", "xa12"));
  EXPECT_FALSE(UserMatches("/A[0-9]+/", "a12"));
  EXPECT_TRUE(UserMatches("/(?i)A[0-9]+/", "a12"));
  EXPECT_TRUE(UserMatches("/(?!x).*/", "ab")) << "look-around";
  EXPECT_FALSE(UserMatches("/(?!x).*/", "xb"));
  EXPECT_TRUE(UserMatches("/(a)(b)\\2/", "abb")) << "back references";
  EXPECT_FALSE(UserMatches("/(a)(b)\\2/", "aba"));
  EXPECT_TRUE(UserMatches("/a", "/a"));
  EXPECT_TRUE(UserMatches("*", ""));
  EXPECT_FALSE(UserMatches("CN=a, O=b", "CN=a,O=b")) << "texts, not DNs";
}

TEST(OpendistroRoleMapper, BlankPatternsDifferByDialect) {
  EXPECT_TRUE(UserMatches("", "", Dialect::kOpendistro));
  EXPECT_TRUE(UserMatches(" ", " ", Dialect::kOpendistro));
  EXPECT_FALSE(UserMatches("", "x", Dialect::kOpendistro));
  EXPECT_FALSE(UserMatches("", "", Dialect::kOpensearch));
  EXPECT_FALSE(UserMatches(" ", " ", Dialect::kOpensearch));
}

TEST(OpendistroRoleMapper, AnyBackendRole) {
  OpendistroMapping mapping;
  mapping.backend_roles = {"ops", "dev*"};
  const Mappings mappings = {{"r", mapping}};
  EXPECT_THAT(RolesOf(mappings, {.backend_roles = {"x", "ops"}}), ElementsAre("r"));
  EXPECT_THAT(RolesOf(mappings, {.backend_roles = {"developers"}}), ElementsAre("r"));
  EXPECT_THAT(RolesOf(mappings, {.backend_roles = {"Ops"}}), IsEmpty());
  EXPECT_THAT(RolesOf(mappings, {.username = "ops"}), IsEmpty()) << "no name is a backend role";
  EXPECT_THAT(RolesOf(mappings, {.hosts = {"ops"}}), IsEmpty());
}

TEST(OpendistroRoleMapper, EveryAndBackendRole) {
  OpendistroMapping mapping;
  mapping.and_backend_roles = {"a*", "/b[0-9]/"};
  Mappings mappings = {{"r", mapping}};
  EXPECT_THAT(RolesOf(mappings, {.backend_roles = {"abc", "b7"}}), ElementsAre("r"));
  EXPECT_THAT(RolesOf(mappings, {.backend_roles = {"abc", "axx"}}), IsEmpty());
  EXPECT_THAT(RolesOf(mappings, {.backend_roles = {"b7"}}), IsEmpty());
  EXPECT_THAT(RolesOf(mappings, {}), IsEmpty());

  mappings["r"].and_backend_roles = {"a", "a", "b"};
  EXPECT_THAT(RolesOf(mappings, {.backend_roles = {"a", "b"}}), ElementsAre("r"))
      << "a pattern that stands there twice is met once";
  EXPECT_THAT(RolesOf(mappings, {.backend_roles = {"a", "a"}}), IsEmpty());

  mappings["r"].and_backend_roles = {"a*", "*b"};
  EXPECT_THAT(RolesOf(mappings, {.backend_roles = {"ab"}}), ElementsAre("r"))
      << "one backend role may meet several patterns";

  mappings["r"].and_backend_roles = {};
  EXPECT_THAT(RolesOf(mappings, {.backend_roles = {"a"}}), IsEmpty()) << "no pattern, no match";

  mappings["r"].and_backend_roles = {"a", ""};
  EXPECT_THAT(RolesOf(mappings, {.backend_roles = {"a", ""}}, Dialect::kOpensearch), IsEmpty())
      << "a pattern that matches nothing is never met";
  EXPECT_THAT(RolesOf(mappings, {.backend_roles = {"a", ""}}), ElementsAre("r"));
}

// As the classes of 2.19.4: the matcher behind a lone `*` says yes without looking, so also when
// there is no backend role.
TEST(OpendistroRoleMapper, LoneStarAsksForNoBackendRole) {
  for (const Dialect dialect : {Dialect::kOpendistro, Dialect::kOpensearch}) {
    OpendistroMapping one;
    one.backend_roles = {"*"};
    OpendistroMapping all;
    all.and_backend_roles = {"*"};
    EXPECT_THAT(RolesOf({{"all", all}, {"one", one}}, {}, dialect), ElementsAre("all", "one"));
    all.and_backend_roles = {"*", "a"};
    EXPECT_THAT(RolesOf({{"all", all}}, {}, dialect), IsEmpty());
    EXPECT_THAT(RolesOf({{"all", all}}, {.backend_roles = {"a"}}, dialect), ElementsAre("all"));
    one.backend_roles = {"**", "/.*/", "?*"};
    EXPECT_THAT(RolesOf({{"one", one}}, {}, dialect), IsEmpty());
    one.backend_roles = {};
    one.hosts = {"*"};
    EXPECT_THAT(RolesOf({{"one", one}}, {.hosts = {}}, dialect), IsEmpty());
  }
}

// Roles share patterns; what one needs of a pattern is not what another one does.
TEST(OpendistroRoleMapper, SharedPatterns) {
  Mappings mappings;
  mappings["all"].and_backend_roles = {"a", "b"};
  mappings["any"].backend_roles = {"a", "b"};
  mappings["both"].backend_roles = {"a"};
  mappings["both"].and_backend_roles = {"a", "b"};
  mappings["other"].and_backend_roles = {"b", "c"};
  EXPECT_THAT(RolesOf(mappings, {.backend_roles = {"a"}}), ElementsAre("any", "both"));
  EXPECT_THAT(RolesOf(mappings, {.backend_roles = {"b"}}), ElementsAre("any"));
  EXPECT_THAT(RolesOf(mappings, {.backend_roles = {"a", "b"}}), ElementsAre("all", "any", "both"));
  EXPECT_THAT(RolesOf(mappings, {.backend_roles = {"b", "c"}}), ElementsAre("any", "other"));
}

TEST(OpendistroRoleMapper, Hosts) {
  OpendistroMapping mapping;
  mapping.hosts = {"10.0.*", "::1"};
  const Mappings mappings = {{"lan", mapping}};
  EXPECT_THAT(RolesOf(mappings, {.hosts = {"10.0.3.4"}}), ElementsAre("lan"));
  EXPECT_THAT(RolesOf(mappings, {.hosts = {"::1"}}), ElementsAre("lan"));
  EXPECT_THAT(RolesOf(mappings, {.hosts = {"10.1.0.0"}}), IsEmpty());
  EXPECT_THAT(RolesOf(mappings, {.hosts = {}}), IsEmpty());
  EXPECT_THAT(RolesOf(mappings, {.username = "10.0.3.4", .hosts = {"x"}}), IsEmpty());
}

TEST(OpendistroRoleMapper, OneUserManyRoles) {
  Mappings mappings;
  mappings["by_user"].users = {"u"};
  mappings["by_role"].backend_roles = {"b"};
  mappings["by_host"].hosts = {"*"};
  mappings["thrice"] = {.users = {"u"}, .backend_roles = {"b"}, .hosts = {"*"}};
  mappings["nobody"] = {};
  EXPECT_THAT(RolesOf(mappings, {.backend_roles = {"b"}}),
              ElementsAre("by_host", "by_role", "by_user", "thrice"));
  EXPECT_THAT(RolesOf({}, {}), IsEmpty());
}

TEST(OpendistroRoleMapper, NamesTheRoleThatCannotBeCompiled) {
  for (const std::string& bad :
       {std::string("/"), std::string("/(/"), std::string(limits::kPatternBytesMax + 1, 'a')}) {
    Mappings mappings;
    mappings["fine"].users = {"u"};
    mappings["broken"].hosts = {bad};
    const auto refused = OpendistroRoleMapper::Compile(Dialect::kOpendistro, mappings);
    ASSERT_FALSE(refused.ok());
    EXPECT_THAT(refused.error().message, HasSubstr("mapping of role 'broken': "));
  }
}

TEST(OpendistroRoleMapper, WhatCannotBeJudgedFails) {
  Mappings mappings;
  mappings["r"].users = {"*"};
  mappings["slow"].backend_roles = {"/(?=(a+)+$)(?=b).*/"};
  const auto mapper = OpendistroRoleMapper::Compile(Dialect::kOpendistro, mappings);
  ASSERT_TRUE(mapper.ok());
  match::Scratch scratch;
  (*mapper)->ReserveIn(scratch);
  const auto judged = [&](const std::string& username, const Texts& backend_roles) {
    Texts roles;
    const Status status = (*mapper)->AddRoles(
        {.username = username, .backend_roles = &backend_roles, .hosts = {}}, scratch, &roles);
    EXPECT_TRUE(status.ok() || std::string_view(status.error().code) == "not_judged");
    return status.ok();
  };
  EXPECT_TRUE(judged("u", {"aab"}));
  EXPECT_FALSE(judged("u\xff", {})) << "no text";
  EXPECT_FALSE(judged("u", {std::string(40, 'a') + "c"})) << "takes too many steps";
}

}  // namespace
}  // namespace pkigate::roles
