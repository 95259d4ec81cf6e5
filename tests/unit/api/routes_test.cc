// SPDX-License-Identifier: Apache-2.0
#include "api/routes.h"

#include <gtest/gtest.h>

#include "rest/path.h"

namespace pkigate::api {
namespace {

// Keeps the path alive for as long as the route that looks into it.
struct Found {
  std::string path;
  rest::PathSegments segments;
  RouteMatch match;
  Found(Dialect dialect, std::string_view method, std::string_view below_root)
      : path("/" + std::string(below_root)),
        match(MatchRoute(dialect, method, segments.Decode(path))) {}
};

TEST(MatchRoute, FindsWhatIsServed) {
  const Found put(Dialect::kXpack, "PUT", "_security/role_mapping/m1");
  ASSERT_TRUE(put.match.route.has_value());
  EXPECT_EQ(put.match.route->action, Action::kPutMapping);
  EXPECT_EQ(put.match.route->name, "m1");
  EXPECT_EQ(put.match.route->base, "_security");
  EXPECT_EQ(put.match.route->pattern, "role_mapping/{name}");
  EXPECT_FALSE(put.match.route->deprecated);

  const Found post(Dialect::kXpack, "POST", "_security/role_mapping/m1");
  EXPECT_EQ(post.match.route->action, Action::kPutMapping);

  const Found od(Dialect::kOpendistro, "DELETE", "_opendistro/_security/api/rolesmapping/readall");
  EXPECT_EQ(od.match.route->action, Action::kDeleteRolesmapping);
  EXPECT_EQ(od.match.route->name, "readall");
  const Found os(Dialect::kOpensearch, "GET", "_plugins/_security/authinfo");
  EXPECT_EQ(os.match.route->action, Action::kAuthinfo);
  EXPECT_TRUE(os.match.route->name.empty());
}

TEST(MatchRoute, TheOldPathIsTheSameRouteAndDeprecated) {  // X-API-1
  const Found old(Dialect::kXpack, "GET", "_xpack/security/_authenticate");
  ASSERT_TRUE(old.match.route.has_value());
  EXPECT_EQ(old.match.route->action, Action::kAuthenticate);
  EXPECT_TRUE(old.match.route->deprecated);
  EXPECT_EQ(old.match.route->base, "_security");
}

TEST(MatchRoute, AMethodThatThePathLacksGetsTheOnesItHas) {
  // golden xg8-049, xg8-022, os2-066, os2-067
  EXPECT_EQ(Found(Dialect::kXpack, "PATCH", "_security/role_mapping/m1").match.allowed,
            "GET, POST, PUT, DELETE");
  EXPECT_EQ(Found(Dialect::kXpack, "POST", "_security/_authenticate").match.allowed, "GET");
  EXPECT_EQ(Found(Dialect::kXpack, "HEAD", "_security/_authenticate").match.allowed, "GET");
  EXPECT_EQ(Found(Dialect::kXpack, "PUT", "_security/role_mapping").match.allowed, "GET");
  EXPECT_EQ(Found(Dialect::kOpensearch, "PUT", "_plugins/_security/api/rolesmapping").match.allowed,
            "GET, PATCH");
  EXPECT_EQ(
      Found(Dialect::kOpensearch, "POST", "_plugins/_security/api/rolesmapping/a").match.allowed,
      "GET, PUT, DELETE, PATCH");
  EXPECT_EQ(Found(Dialect::kOpendistro, "PUT", "_opendistro/_security/authinfo").match.allowed,
            "GET, POST");
}

TEST(MatchRoute, MethodsAndSegmentsAreCaseSensitive) {
  EXPECT_FALSE(Found(Dialect::kXpack, "get", "_security/_authenticate").match.route.has_value());
  const Found upper(Dialect::kXpack, "GET", "_SECURITY/_authenticate");
  EXPECT_FALSE(upper.match.route.has_value());
  EXPECT_EQ(upper.match.allowed, "");
}

TEST(MatchRoute, UnknownPathsAreNeitherRouteNorMethod) {
  for (const char* path : {"_security", "_security/nope", "_security/role_mapping/a/b",
                           "_security/_authenticate/x", "_xpack/security", "_search"}) {
    const Found found(Dialect::kXpack, "GET", path);
    EXPECT_FALSE(found.match.route.has_value()) << path;
    EXPECT_EQ(found.match.allowed, "") << path;
  }
}

TEST(MatchRoute, EachDialectHasItsOwnPaths) {
  EXPECT_FALSE(
      Found(Dialect::kXpack, "GET", "_opendistro/_security/authinfo").match.route.has_value());
  EXPECT_FALSE(
      Found(Dialect::kOpendistro, "GET", "_security/_authenticate").match.route.has_value());
  for (const Dialect dialect : {Dialect::kXpack, Dialect::kOpendistro, Dialect::kOpensearch}) {
    const Found metrics(dialect, "GET", "_pkigate/metrics");
    ASSERT_TRUE(metrics.match.route.has_value());
    EXPECT_EQ(metrics.match.route->action, Action::kMetrics);
  }
}

TEST(MatchRoute, LiteralsComeBeforeNames) {
  const Found found(Dialect::kXpack, "GET", "_security/user/_privileges");
  ASSERT_TRUE(found.match.route.has_value());
  EXPECT_EQ(found.match.route->pattern, "user/_privileges");
}

TEST(MatchRoute, WhatComesLaterIsKnown) {
  for (const char* path : {"user", "role/superuser", "privilege/_builtin", "saml/metadata/x"}) {
    const Found found(Dialect::kXpack, "GET", std::string("_security/") + path);
    ASSERT_TRUE(found.match.route.has_value()) << path;
    EXPECT_EQ(found.match.route->action, Action::kNotImplemented) << path;
  }
  for (const char* path : {"whoami", "api/roles", "api/internalusers/admin", "api/permissionsinfo",
                           "api/cache", "api/ssl/certs"}) {
    const Found found(Dialect::kOpendistro, "GET", std::string("_opendistro/_security/") + path);
    ASSERT_TRUE(found.match.route.has_value()) << path;
    EXPECT_EQ(found.match.route->action, Action::kNotImplemented) << path;
  }
}

}  // namespace
}  // namespace pkigate::api
