// SPDX-License-Identifier: Apache-2.0
//
// Bodies of PUT rolesmapping and stored documents (opendistro.md, 5.2 and 5.3): what is read, and
// the complete answer of every refusal.
#include "roles/opendistro_mapping.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace pkigate::roles {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

constexpr OpendistroBodyOptions kOpendistro{.dialect = Dialect::kOpendistro};
constexpr OpendistroBodyOptions kOpensearch{.dialect = Dialect::kOpensearch};
constexpr OpendistroBodyOptions kOpendistroAdmin{.dialect = Dialect::kOpendistro,
                                                 .superadmin = true};
constexpr OpendistroBodyOptions kOpensearchAdmin{.dialect = Dialect::kOpensearch,
                                                 .superadmin = true};

OpendistroMapping MustParse(std::string_view json,
                            const OpendistroBodyOptions& options = kOpendistro) {
  const auto mapping = ParseOpendistroMapping(json, options);
  EXPECT_TRUE(mapping.ok()) << json << ": " << (mapping.ok() ? "" : mapping.error().message);
  return mapping.ok() ? *mapping : OpendistroMapping{};
}

std::string BodyOf(std::string_view json, const OpendistroBodyOptions& options = kOpendistro) {
  const auto mapping = ParseOpendistroMapping(json, options);
  EXPECT_FALSE(mapping.ok()) << json;
  return mapping.ok() ? "" : mapping.error().message;
}

std::string Reason(const std::string& reason) {
  return R"({"status":"error","reason":")" + reason + "\"}";
}

TEST(OpendistroMapping, TakesItsFourListsAndADescription) {
  const OpendistroMapping mapping = MustParse(
      R"({"users":["u"],"backend_roles":["b","c"],"hosts":["10.*"],
          "and_backend_roles":["x"],"description":"d"})");
  EXPECT_THAT(mapping.users, ElementsAre("u"));
  EXPECT_THAT(mapping.backend_roles, ElementsAre("b", "c"));
  EXPECT_THAT(mapping.hosts, ElementsAre("10.*"));
  EXPECT_THAT(mapping.and_backend_roles, ElementsAre("x"));
  EXPECT_EQ(mapping.description, "d");
  EXPECT_FALSE(mapping.reserved);
  EXPECT_THAT(MustParse(R"({"users":[]})").users, IsEmpty()) << "one list, if an empty one";
}

TEST(OpendistroMapping, NumbersAndBooleansCountAsTheirText) {
  EXPECT_THAT(MustParse(R"({"users":[1,1.5,true,"x"]})").users,
              ElementsAre("1", "1.5", "true", "x"));
  EXPECT_EQ(BodyOf(R"({"users":[null]})"), Reason("`null` is not allowed as json array element"));
}

TEST(OpendistroMapping, NothingIsNoBody) {
  for (const char* empty : {"", " \n", "{}", "[]", "null", "\"users\"", "[{\"users\":[]}]"}) {
    EXPECT_EQ(BodyOf(empty), Reason("Request body required for this action.")) << empty;
  }
  for (const char* no_json :
       {"{", "{'users':[]}", R"({"users":[],})", R"({"users":[]} x)", R"({"users":[],"users":[]})",
        "users: [a]", "\xEF\xBB\xBF{\"users\":[]}"}) {
    EXPECT_EQ(BodyOf(no_json), Reason("Could not parse content of request.")) << no_json;
  }
}

// OpenSearch reads up to the end of the object, and misses keys in an array (2.19.4).
TEST(OpendistroMapping, OpensearchReadsSomeBodiesDifferently) {
  EXPECT_THAT(MustParse(R"({"users":["u"]} x)", kOpensearch).users, ElementsAre("u"));
  EXPECT_EQ(BodyOf(R"(x {"users":["u"]})", kOpensearch),
            Reason("Could not parse content of request."));
  EXPECT_EQ(BodyOf(R"(/**/{"users":["u"]})", kOpensearch),
            Reason("Could not parse content of request."));
  EXPECT_EQ(BodyOf(R"([{"users":["u"]}])", kOpensearch),
            R"({"status":"error","reason":"Invalid configuration",)"
            R"("specify_one_of":{"keys":"backend_roles,and_backend_roles,hosts,users"}})");
  EXPECT_EQ(BodyOf("[]", kOpensearch), Reason("Request body required for this action."));
}

TEST(OpendistroMapping, OneListIsNeeded) {
  EXPECT_EQ(BodyOf(R"({"description":"x"})"), Reason("Invalid configuration"));
  EXPECT_EQ(BodyOf(R"({"description":"x"})", kOpensearch),
            R"({"status":"error","reason":"Invalid configuration",)"
            R"("specify_one_of":{"keys":"backend_roles,and_backend_roles,hosts,users"}})");
}

TEST(OpendistroMapping, AllUnknownKeysAreNamed) {
  EXPECT_EQ(BodyOf(R"({"users":["u"],"user":[],"Hosts":[]})"),
            R"({"status":"error","reason":"Invalid configuration",)"
            R"("invalid_keys":{"keys":"user,Hosts"}})");
}

TEST(OpendistroMapping, AllWrongTypesAreNamed) {
  EXPECT_EQ(BodyOf(R"({"users":"u","hosts":null,"backend_roles":[["b"]],"description":null})"),
            R"({"status":"error","reason":"Wrong datatype","users":"Array expected",)"
            R"("hosts":"Array expected","backend_roles":"String expected",)"
            R"("description":"String expected"})");
  EXPECT_EQ(BodyOf(R"({"users":[{}]})"),
            R"({"status":"error","reason":"Wrong datatype","users":"String expected"})");
}

// Where both are wrong, the one speaks of types and the other of keys.
TEST(OpendistroMapping, TypesOrKeysFirst) {
  const char* both = R"({"users":"u","nosuch":1})";
  EXPECT_EQ(BodyOf(both, kOpendistro),
            R"({"status":"error","reason":"Wrong datatype","users":"Array expected"})");
  EXPECT_EQ(
      BodyOf(both, kOpensearch),
      R"({"status":"error","reason":"Invalid configuration","invalid_keys":{"keys":"nosuch"}})");
}

TEST(OpendistroMapping, FlagsAreForTheSuperadmin) {
  EXPECT_TRUE(MustParse(R"({"users":[],"reserved":true})", kOpendistroAdmin).reserved);
  EXPECT_TRUE(MustParse(R"({"users":[],"hidden":true})", kOpensearchAdmin).hidden);
  EXPECT_THAT(BodyOf(R"({"users":[],"reserved":true})", kOpendistro), HasSubstr("invalid_keys"));
  EXPECT_THAT(BodyOf(R"({"users":[],"reserved":true})", kOpensearch), HasSubstr("invalid_keys"));
  EXPECT_THAT(BodyOf(R"({"users":[],"hidden":true})", kOpendistroAdmin),
              HasSubstr(R"("keys":"hidden")"));
  for (const char* yes : {"true", "\"true\"", "\"TRUE\"", "1", "-3"}) {
    EXPECT_TRUE(
        MustParse(R"({"users":[],"reserved":)" + std::string(yes) + "}", kOpendistroAdmin).reserved)
        << yes;
  }
  for (const char* no : {"false", "\"False\"", "0", "null", "\"\""}) {
    EXPECT_FALSE(
        MustParse(R"({"users":[],"reserved":)" + std::string(no) + "}", kOpendistroAdmin).reserved)
        << no;
  }
  for (const char* neither : {"\"yes\"", "\"tRUE\"", "1.5", "[]", "{}"}) {
    EXPECT_EQ(BodyOf(R"({"users":[],"reserved":)" + std::string(neither) + "}", kOpendistroAdmin),
              R"({"status":"error","reason":"Wrong datatype","reserved":"Boolean expected"})")
        << neither;
  }
}

// 4.2: what could not be loaded is not taken either.
TEST(OpendistroMapping, PatternsThatCannotBeUsed) {
  EXPECT_EQ(BodyOf(R"({"users":["/"]})"),
            R"({"status":"error","reason":"Wrong datatype","users":"a lone '/' is no pattern"})");
  // Upstream takes no notice of expressions, so what it does take notice of comes first.
  EXPECT_EQ(BodyOf(R"({"users":["/"],"hosts":{}})"),
            R"({"status":"error","reason":"Wrong datatype","hosts":"Array expected"})");
  EXPECT_THAT(BodyOf(R"({"hosts":["fine","/(/"]})"),
              StartsWith(R"({"status":"error","reason":"Wrong datatype","hosts":")"));
  EXPECT_TRUE(CheckOpendistroPattern("//").ok());
  EXPECT_TRUE(CheckOpendistroPattern("/a(b)?/").ok());
  EXPECT_TRUE(CheckOpendistroPattern("/a(").ok()) << "a text";
  EXPECT_TRUE(CheckOpendistroPattern("").ok());
  EXPECT_FALSE(CheckOpendistroPattern("/").ok());
  EXPECT_FALSE(CheckOpendistroPattern("/a(/").ok());
}

TEST(OpendistroMapping, PrintsWhatIsStored) {
  OpendistroMapping mapping;
  mapping.users = {"a\"b", "\u00e9"};
  mapping.hosts = {"h"};
  mapping.and_backend_roles = {"x", "y"};
  mapping.hidden = true;
  const std::string printed = RenderOpendistroMapping(mapping);
  EXPECT_EQ(printed,
            "{\"hosts\":[\"h\"],\"users\":[\"a\\\"b\",\"\u00e9\"],\"reserved\":false,"
            "\"hidden\":true,\"backend_roles\":[],\"and_backend_roles\":[\"x\",\"y\"]}");
  const auto again = ParseStoredOpendistroMapping(printed);
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(*again, mapping);
  mapping.description = "";
  EXPECT_THAT(RenderOpendistroMapping(mapping), HasSubstr(R"(,"description":""})"));
  EXPECT_EQ(*ParseStoredOpendistroMapping(RenderOpendistroMapping(mapping)), mapping);
}

TEST(OpendistroMapping, StoredDocumentsThatCannotBeUsed) {
  EXPECT_TRUE(ParseStoredOpendistroMapping("{}").ok()) << "a mapping of nobody";
  for (const char* bad : {"[]", "{", R"({"users":"a"})", R"({"nosuch":1})", R"({"users":[null]})",
                          R"({"users":["/(/"]})", R"({"reserved":"no"})"}) {
    EXPECT_FALSE(ParseStoredOpendistroMapping(bad).ok()) << bad;
  }
  EXPECT_THAT(ParseStoredOpendistroMapping(R"({"nosuch":1})").error().message, HasSubstr("nosuch"));
  EXPECT_THAT(ParseStoredOpendistroMapping("[]").error().message, HasSubstr("no JSON object"));
}

}  // namespace
}  // namespace pkigate::roles
