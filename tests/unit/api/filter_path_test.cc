// SPDX-License-Identifier: Apache-2.0
#include "api/filter_path.h"

#include <gtest/gtest.h>

namespace pkigate::api {
namespace {

std::string Filtered(std::string_view document, std::vector<std::string> patterns) {
  return FilterPath(Json::parse(document), patterns).dump();
}

constexpr std::string_view kUser =
    R"({"username":"u","roles":["a"],"metadata":{"pki_dn":"d","x":1},"realm":{"name":"n","type":"t"}})";

TEST(FilterPath, KeepsMembersByName) {
  // golden xg8-013 and xg8-019
  EXPECT_EQ(Filtered(kUser, {"username", "realm.name"}),
            R"({"username":"u","realm":{"name":"n"}})");
  EXPECT_EQ(Filtered(kUser, {"username", "realm"}),
            R"({"username":"u","realm":{"name":"n","type":"t"}})");
}

TEST(FilterPath, KeepsTheOrderOfTheDocument) {
  EXPECT_EQ(Filtered(kUser, {"realm.type", "username"}),
            R"({"username":"u","realm":{"type":"t"}})");
}

TEST(FilterPath, NothingFoundIsAnEmptyObject) {
  EXPECT_EQ(Filtered(kUser, {"user"}), "{}");
  EXPECT_EQ(Filtered(kUser, {"username.x"}), "{}") << "a text has no members";
  EXPECT_EQ(Filtered(kUser, {"realm.nam"}), "{}") << "a part of a name is not the name";
}

TEST(FilterPath, AStarIsAnyRunInOneName) {
  EXPECT_EQ(Filtered(kUser, {"r*"}), R"({"roles":["a"],"realm":{"name":"n","type":"t"}})");
  EXPECT_EQ(Filtered(kUser, {"*.na*e"}), R"({"realm":{"name":"n"}})");
  EXPECT_EQ(Filtered(kUser, {"*"}), Json::parse(kUser).dump());
  EXPECT_EQ(Filtered(R"({"a.b":1})", {"a*"}), R"({"a.b":1})");
}

TEST(FilterPath, TwoStarsAreAnyDepthAlsoNone) {
  constexpr std::string_view kDeep =
      R"({"x":1,"a":{"x":2,"b":{"x":3,"y":4}},"c":[{"x":5},{"y":6}]})";
  EXPECT_EQ(Filtered(kDeep, {"**.x"}), R"({"x":1,"a":{"x":2,"b":{"x":3}},"c":[{"x":5}]})");
  EXPECT_EQ(Filtered(kDeep, {"a.**.x"}), R"({"a":{"x":2,"b":{"x":3}}})");
  EXPECT_EQ(Filtered(kDeep, {"a.**"}), R"({"a":{"x":2,"b":{"x":3,"y":4}}})");
  EXPECT_EQ(Filtered(kDeep, {"**.**.y"}), R"({"a":{"b":{"y":4}},"c":[{"y":6}]})");
}

TEST(FilterPath, ArraysAreLookedThrough) {
  EXPECT_EQ(Filtered(R"({"a":[{"b":1},{"c":2},[{"b":3}]]})", {"a.b"}),
            R"({"a":[{"b":1},[{"b":3}]]})");
  EXPECT_EQ(Filtered(R"({"a":[1,2]})", {"a.b"}), "{}");
}

TEST(FilterPath, AnEscapedDotIsPartOfAName) {
  EXPECT_EQ(Filtered(R"({"a.b":1,"a":{"b":2}})", {"a\\.b"}), R"({"a.b":1})");
  EXPECT_EQ(Filtered(R"({"a.b":1,"a":{"b":2}})", {"a.b"}), R"({"a":{"b":2}})");
}

TEST(FilterPath, AMinusLeavesOut) {
  EXPECT_EQ(Filtered(kUser, {"-metadata", "-realm.type"}),
            R"({"username":"u","roles":["a"],"realm":{"name":"n"}})");
  EXPECT_EQ(Filtered(kUser, {"realm", "-realm.type"}), R"({"realm":{"name":"n"}})");
  EXPECT_EQ(Filtered(R"({"a":{"b":1},"c":{}})", {"-a.b"}), R"({"c":{}})")
      << "emptied goes, empty stays";
  EXPECT_EQ(Filtered(R"({"a":[{"b":1},{"c":2}]})", {"-a.b"}), R"({"a":[{"c":2}]})");
  EXPECT_EQ(Filtered(kUser, {"-*"}), "{}");
}

}  // namespace
}  // namespace pkigate::api
