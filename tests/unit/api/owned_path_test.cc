// SPDX-License-Identifier: Apache-2.0
#include "api/owned_path.h"

#include <gtest/gtest.h>

namespace pkigate::api {
namespace {

TEST(IsOwnedPath, EverythingAtAndBelowTheBasePaths) {
  for (const char* path :
       {"/_security", "/_security/", "/_security/_authenticate", "/_security/role_mapping/a",
        "/_xpack/security", "/_xpack/security/_authenticate", "/_opendistro/_security/authinfo",
        "/_plugins/_security/api/rolesmapping/readall", "/_pkigate/metrics", "/_pkigate",
        "/_security?pretty", "/_security/x/y/z/1/2/3/4/5/6/7/8/9/very/long/indeed/and/longer"}) {
    EXPECT_TRUE(IsOwnedPath(path)) << path;
  }
}

TEST(IsOwnedPath, NothingElse) {
  for (const char* path : {"/",
                           "",
                           "/_search",
                           "/movies/_doc/3",
                           "/_securit",
                           "/_security2",
                           "/_securityx/a",
                           "/_xpack",
                           "/_xpack/ml/info",
                           "/_xpack/securityx",
                           "/_opendistro/_ism/x",
                           "/_opendistro",
                           "/_plugins/_sql",
                           "/security/_authenticate",
                           "/movies/_security",
                           "/a/_xpack/security",
                           "/_pkigate2",
                           "/x?path=/_security",
                           "/.security/_search",
                           "/_xpack_security",
                           "/%255fsecurity/_authenticate"}) {  // decoded once it is `%5fsecurity`
    EXPECT_FALSE(IsOwnedPath(path)) << path;
  }
}

// However it is spelled, what a server behind us might take for one of ours is ours.
TEST(IsOwnedPath, NoSpellingSlipsBy) {
  for (const char* path : {"/_security%2frole_mapping",
                           "/_security%2Frole_mapping/x",
                           "//_security/role_mapping",
                           "///_security",
                           "/_SECURITY/role_mapping",
                           "/_Security",
                           "/%5fsecurity/_authenticate",
                           "/%5F%73%65%63%75%72%69%74%79",
                           "/_xpack//security/x",
                           "/_xpack%2fsecurity",
                           "/_XPACK/Security",
                           "/./_security",
                           "/_xpack/./security",
                           "/_opendistro%2f_security/authinfo",
                           "/%2e/_security",
                           "_security/role_mapping",
                           "/x/../_security/role_mapping",
                           "/x/%2e%2e/_security",
                           "/_search/..",
                           "%2f_security"}) {
    EXPECT_TRUE(IsOwnedPath(path)) << path;
  }
}

TEST(IsOwnedPath, SegmentsLongerThanAnyOfOursAreNotTakenForTheirBeginning) {
  EXPECT_FALSE(IsOwnedPath("/_security" + std::string(100, 'x')));
  EXPECT_FALSE(IsOwnedPath("/" + std::string(100, '_') + "/_security"));
  EXPECT_FALSE(IsOwnedPath("/_opendistro/_security" + std::string(10'000, 'y')));
  EXPECT_FALSE(IsOwnedPath("/..."));
  EXPECT_FALSE(IsOwnedPath("/.." + std::string(40, '.')));
}

TEST(IsOwnedPath, BrokenEscapesAreTakenAsTheyStand) {
  EXPECT_FALSE(IsOwnedPath("/%5"));
  EXPECT_FALSE(IsOwnedPath("/%"));
  EXPECT_FALSE(IsOwnedPath("/%zzsecurity"));
}

}  // namespace
}  // namespace pkigate::api
