// SPDX-License-Identifier: Apache-2.0
//
// Documents of PUT role_mapping (X-API-54 to X-API-59). What is wrong with `rules` is for
// xpack_rule_test.cc.
#include "roles/xpack_mapping.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace pkigate::roles {
namespace {

using ::testing::ElementsAre;

constexpr char kRules[] = R"("rules":{"field":{"username":"u"}})";

std::string Document(const std::string& members) { return "{" + members + "," + kRules + "}"; }

XpackMapping MustParse(const std::string& json) {
  const auto mapping = ParseXpackMapping("m1", json);
  EXPECT_TRUE(mapping.ok()) << json << ": " << (mapping.ok() ? "" : mapping.error().message);
  return mapping.ok() ? *mapping : XpackMapping{};
}

void ExpectRefused(const std::string& json, const char* code, const std::string& message) {
  const auto mapping = ParseXpackMapping("m1", json);
  ASSERT_FALSE(mapping.ok()) << json;
  EXPECT_STREQ(mapping.error().code, code) << json;
  EXPECT_EQ(mapping.error().message, message) << json;
}

TEST(XpackMapping, IsReadAndPrinted) {
  const XpackMapping mapping =
      MustParse(Document(R"("enabled":false,"roles":["a","b"],"metadata":{"x":[1]})"));
  EXPECT_EQ(mapping.name, "m1");
  EXPECT_FALSE(mapping.enabled);
  EXPECT_THAT(mapping.roles, ElementsAre("a", "b"));
  EXPECT_EQ(mapping.rules.field, "username");
  EXPECT_EQ(mapping.metadata, R"({"x":[1]})");
  const std::string printed = RenderXpackMapping(mapping);
  EXPECT_EQ(printed, R"({"enabled":false,"roles":["a","b"],)" + std::string(kRules) +
                         R"(,"metadata":{"x":[1]}})");
  EXPECT_EQ(MustParse(printed), mapping);
}

TEST(XpackMapping, Leniencies) {
  EXPECT_TRUE(MustParse(Document(R"("enabled":"true","roles":"one")")).enabled);
  EXPECT_THAT(MustParse(Document(R"("enabled":"false","roles":"one")")).roles, ElementsAre("one"));
  EXPECT_EQ(MustParse(Document(R"("enabled":true,"roles":["r"],"role_templates":[])")).roles.size(),
            1U);
  (void)MustParse(Document(R"("enabled":true,"roles":["r"],"doc_type":"d","type":"t")"));
  EXPECT_FALSE(MustParse(Document(R"("enabled":"","roles":"one")")).enabled);
  EXPECT_THAT(MustParse(Document(R"("enabled":true,"roles":[1,true,"x",""])")).roles,
              ElementsAre("1", "true", "x", ""));
  ExpectRefused(Document(R"("enabled":"yes","roles":["r"])"), "parse_exception",
                "[role-mapping] failed to parse field [enabled]: Failed to parse value [yes] as "
                "only [true] or [false] are allowed.");
  ExpectRefused(Document(R"("enabled":"TRUE","roles":["r"])"), "parse_exception",
                "[role-mapping] failed to parse field [enabled]: Failed to parse value [TRUE] as "
                "only [true] or [false] are allowed.");
  ExpectRefused(Document(R"("enabled":1,"roles":["r"])"), "parse_exception",
                "[role-mapping] enabled doesn't support values of type: VALUE_NUMBER");
  ExpectRefused(Document(R"("enabled":true,"roles":["r"],"type":1)"), "parse_exception",
                "[role-mapping] type doesn't support values of type: VALUE_NUMBER");
}

// What stands beside the object, as 7.10.2 and 8.19.4 take it.
TEST(XpackMapping, CommentsAndWhatFollowsTheObjectAreSkipped) {
  const std::string good = Document(R"("enabled":true,"roles":["r"])");
  for (const std::string& json :
       {"/*c*/" + good, "// {\n" + good, good + "{}", good + " x", "/* \" */" + good + "/*"}) {
    EXPECT_THAT(MustParse(json).roles, ElementsAre("r"));
  }
  EXPECT_FALSE(ParseXpackMapping("m1", "# c\n" + good).ok());
  EXPECT_FALSE(ParseXpackMapping("m1", "x " + good).ok());
  EXPECT_FALSE(ParseXpackMapping("m1", "/*" + good).ok());
}

// A comment hides no depth from what bounds it: the parser ends one at a carriage return, too.
TEST(XpackMapping, DepthIsBoundedBesideComments) {
  const std::string deep(100000, '[');
  for (const std::string& json : {deep, "//\r" + deep, "/* \" */" + deep, "/*/ */" + deep}) {
    const auto mapping = ParseXpackMapping("m1", json);
    ASSERT_FALSE(mapping.ok());
    EXPECT_THAT(mapping.error().message, ::testing::HasSubstr("nested deeper"))
        << json.substr(0, 9);
  }
}

TEST(XpackMapping, RefusalsNameTheField) {
  ExpectRefused("[]", "parse_exception",
                "[role-mapping] Expected START_OBJECT but was: START_ARRAY");
  ExpectRefused("{}", "parse_exception",
                "failed to parse role-mapping [m1]. missing field [roles]");
  ExpectRefused(R"({"roles":["r"]})", "parse_exception",
                "failed to parse role-mapping [m1]. missing field [rules]");
  ExpectRefused(R"({"enabled":true,"roles":["r"],"rules":[]})", "parse_exception",
                "[role-mapping] rules doesn't support values of type: START_ARRAY");
  ExpectRefused(Document(R"("roles":["r"])"), "parse_exception",
                "failed to parse role-mapping [m1]. missing field [enabled]");
  ExpectRefused(R"({"enabled":true})", "parse_exception",
                "failed to parse role-mapping [m1]. missing field [roles]");
  ExpectRefused(R"({"enabled":true,"roles":["r"]})", "parse_exception",
                "failed to parse role-mapping [m1]. missing field [rules]");
  ExpectRefused(Document(R"("enabled":true,"roles":[])"), "action_request_validation_exception",
                "Validation Failed: 1: role-mapping roles or role-templates are missing;");
  ExpectRefused(Document(R"("enabled":true,"role_templates":[])"),
                "action_request_validation_exception",
                "Validation Failed: 1: role-mapping roles or role-templates are missing;");
  ExpectRefused(Document(R"("enabled":true,"roles":[null])"), "parse_exception",
                "[role-mapping] failed to parse field [roles]: no text but VALUE_NULL");
  ExpectRefused(Document(R"("enabled":true,"roles":null)"), "parse_exception",
                "[role-mapping] roles doesn't support values of type: VALUE_NULL");
  ExpectRefused(Document(R"("enabled":true,"roles":["r"],"metadata":[])"), "parse_exception",
                "[role-mapping] metadata doesn't support values of type: START_ARRAY");
  ExpectRefused(Document(R"("enabled":true,"roles":["r"],"metadata":{"_a":1})"),
                "action_request_validation_exception",
                "Validation Failed: 1: metadata keys may not start with [_];");
  ExpectRefused(Document(R"("enabled":true,"roles":["r"],"x":1)"), "parse_exception",
                "[role-mapping] unknown field [x]");
  ExpectRefused(Document(R"("enabled":true,"roles":["r"],"roles":["s"])"), "parse_exception",
                "duplicate field 'roles'");
}

TEST(XpackMapping, TemplatesInsteadOfRoles) {
  const std::string good = R"("enabled":true,"role_templates":[{"template":{"source":"a"}}])";
  const XpackMapping mapping = MustParse(Document(good + R"(,"roles":[])"));
  ASSERT_EQ(mapping.role_templates.size(), 1U);
  EXPECT_EQ(mapping.role_templates[0].text, R"({"source":"a"})");
  const std::string printed = RenderXpackMapping(mapping);  // X-TPL-6
  EXPECT_EQ(printed, R"({"enabled":true,"role_templates":[{"template":"{\"source\":\"a\"}",)"
                     R"("format":"string"}],)" +
                         std::string(kRules) + R"(,"metadata":{}})");
  EXPECT_EQ(MustParse(printed), mapping);
  ExpectRefused(Document(good + R"(,"roles":["r"])"), "action_request_validation_exception",
                "Validation Failed: 1: role-mapping cannot have both roles and role-templates;");
  // What is missing is told before what a template is not.
  const std::string bad = R"("role_templates":[{"template":{"source":"{{#a}}"}}])";
  ExpectRefused(Document(bad), "parse_exception",
                "failed to parse role-mapping [m1]. missing field [enabled]");
  ExpectRefused(Document(R"("enabled":true,)" + bad), "illegal_argument_exception",
                "Failed to close 'a' tag @[query-template:1]");
  ExpectRefused(Document(R"("enabled":true,"role_templates":"x")"), "parse_exception",
                "[role-mapping] role_templates doesn't support values of type: VALUE_STRING");
}

}  // namespace
}  // namespace pkigate::roles
