// SPDX-License-Identifier: Apache-2.0
//
// Users from the headers of a trusted proxy (opendistro.md, 8.1).
#include "identity/proxy_domain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pkigate::identity {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Kind = FoundCredentials::Kind;
using Headers = std::vector<HeaderField>;

ProxyModel Model() { return {.user_header = "X-User", .roles_header = "x-roles"}; }

FoundCredentials Find(const ProxyModel& model, const Headers& headers,
                      Dialect dialect = Dialect::kOpendistro, bool forwarded = true) {
  const auto domain = ProxyDomain::Compile(model, dialect);
  EXPECT_TRUE(domain.ok());
  Credentials credentials;
  credentials.headers = headers;
  match::Scratch scratch;
  return (*domain)->Find(
      {.credentials = credentials, .principal = "", .forwarded = forwarded, .scratch = scratch});
}

std::vector<std::string> RolesBy(const std::string& separator, const std::string& value) {
  ProxyModel model = Model();
  model.roles_separator = separator;
  return Find(model, {{"x-user", "bob"}, {"X-Roles", value}}).user.backend_roles;
}

TEST(ProxyDomain, UserAndRoles) {
  const FoundCredentials found =
      Find(Model(), {{"x-user", "bob"}, {"X-ROLES", "a, b,,c , a"}, {"x-other", "x"}});
  EXPECT_EQ(found.kind, Kind::kUser);
  EXPECT_EQ(found.user.username, "bob");
  EXPECT_THAT(found.user.backend_roles, ElementsAre("a", "b", "c"));
  EXPECT_THAT(found.user.attributes, IsEmpty());
  EXPECT_THAT(Find(Model(), {{"x-user", "bob"}}).user.backend_roles, IsEmpty());
}

TEST(ProxyDomain, OnlyThroughATrustedProxy) {
  const FoundCredentials found =
      Find(Model(), {{"x-user", "bob"}}, Dialect::kOpendistro, /*forwarded=*/false);
  EXPECT_EQ(found.kind, Kind::kUnusable);
  EXPECT_EQ(found.why, "xff not done");
}

TEST(ProxyDomain, NobodyWithoutTheUserHeader) {
  EXPECT_EQ(Find(Model(), {{"x-roles", "a"}}).kind, Kind::kNothing);
  EXPECT_EQ(Find(Model(), {{"x-user", ""}}).kind, Kind::kNothing);
  EXPECT_EQ(Find({}, {{"", "bob"}}).kind, Kind::kNothing) << "no header is configured";
  EXPECT_EQ(Find(Model(), {{"x-user", "a\tb"}}).kind, Kind::kUnusable);
}

TEST(ProxyDomain, WhichOfSeveralLines) {
  const Headers headers = {{"x-user", "ann"}, {"x-user", "bob"}, {"x-roles", "a"},
                           {"x-roles", "b"},  {"x-a-t", "1"},    {"X-A-T", "2"}};
  ProxyModel model = Model();
  model.extended = true;
  model.attribute_prefix = "X-a-";
  const User first = Find(model, headers).user;
  EXPECT_EQ(first.username, "ann");
  EXPECT_THAT(first.backend_roles, ElementsAre("a"));
  using Attribute = std::pair<std::string, std::string>;
  EXPECT_THAT(first.attributes, ElementsAre(Attribute("attr.proxy.username", "ann"),
                                            Attribute("attr.proxy.t", "1,2")));
  const User last = Find(model, headers, Dialect::kOpensearch).user;
  EXPECT_EQ(last.username, "bob");
  EXPECT_THAT(last.backend_roles, ElementsAre("b"));
  EXPECT_THAT(last.attributes,
              ElementsAre(Attribute("attr.proxy.username", "bob"), Attribute("attr.proxy.t", "2")));
  model.attribute_prefix = "";
  EXPECT_THAT(Find(model, headers).user.attributes, IsEmpty());
}

TEST(ProxyDomain, SeparatorsAreExpressions) {
  EXPECT_THAT(RolesBy("[;|]+", "a;|b|c"), ElementsAre("a", "b", "c"));
  EXPECT_THAT(RolesBy("\\|", "a|b,c"), ElementsAre("a", "b,c"));
  EXPECT_THAT(RolesBy("--", "--a--"), ElementsAre("a"));
  EXPECT_THAT(RolesBy("(?<=,)", "a,b"), ElementsAre("a,", "b"));
  EXPECT_THAT(RolesBy("x", ""), IsEmpty());
  for (const char* bad : {"(", ",*", ""}) {
    ProxyModel model = Model();
    model.roles_separator = bad;
    EXPECT_FALSE(ProxyDomain::Compile(model, Dialect::kOpendistro).ok()) << bad;
  }
}

TEST(ProxyDomain, BytesAreLatin1) {
  const User user = Find(Model(), {{"x-user", "\xc3\xab"}, {"x-roles", "\xeb"}}).user;
  EXPECT_EQ(user.username, "\u00c3\u00ab");
  EXPECT_THAT(user.backend_roles, ElementsAre("\u00eb"));
}

TEST(ProxyDomain, WhatItReads) {
  ProxyModel model = Model();
  model.extended = true;
  model.attribute_prefix = "x-a-";
  HeaderWatch watch;
  (*ProxyDomain::Compile(model, Dialect::kOpendistro))->AddReadTo(watch);
  for (const char* name : {"x-user", "X-ROLES", "x-a-", "X-A-team"}) {
    EXPECT_TRUE(watch.Sees(Headers{{"accept", "*/*"}, {name, ""}})) << name;
  }
  for (const char* name : {"x-user2", "x-a", "authorization", ""}) {
    EXPECT_FALSE(watch.Sees(Headers{{name, "bob"}})) << name;
  }
  EXPECT_FALSE(watch.Sees({}));
  watch.AddAll();
  EXPECT_TRUE(watch.Sees({}));
}

}  // namespace
}  // namespace pkigate::identity
