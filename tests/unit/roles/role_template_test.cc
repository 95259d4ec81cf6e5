// SPDX-License-Identifier: Apache-2.0
//
// Elements of `role_templates` (X-TPL-1 to X-TPL-7), as 8.19.4 takes them unless it says otherwise.
#include "roles/role_template.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pkigate::roles {
namespace {

using ::testing::HasSubstr;

// The roles as JSON, or what is wrong.
std::string RolesOf(const std::string& json) {
  const auto read = RoleTemplatesFromJson(Json::parse(json));
  if (!read.ok()) {
    return std::string(read.error().code) + ": " + read.error().message;
  }
  std::vector<std::string> roles;
  for (const RoleTemplate& one : *read) {
    const auto again = RoleTemplatesFromJson(RoleTemplateJson(one));
    EXPECT_TRUE(again.ok() && again->size() == 1 && again->front() == one) << json;
    const auto compiled = CompiledRoleTemplate::Compile(one);
    if (!compiled.ok()) {
      return std::string(compiled.error().code) + ": " + compiled.error().message;
    }
    const Json user = {{"username", "lena"}, {"groups", {"g1", "g2"}}, {"dn", "CN=\"a\""}};
    if (const Status made = compiled->AddRoles(user, &roles); !made.ok()) {
      EXPECT_TRUE(roles.empty());
      return std::string(made.error().code) + ": " + made.error().message;
    }
  }
  return Json(roles).dump();
}

std::string RolesOfJson(const std::string& source) {
  const Json element = {{"template", {{"source", source}}}, {"format", "json"}};
  return RolesOf(element.dump());
}

TEST(RoleTemplate, Forms) {
  EXPECT_EQ(RolesOf(R"([{"template":{"source":"_{{username}}"}}])"), R"(["_lena"])");
  EXPECT_EQ(RolesOf(R"({"template":{"source":"a","lang":"mustache"},"format":"String"})"),
            R"(["a"])");
  EXPECT_EQ(RolesOf(R"([{"template":"{ \"source\" : \"{{username}}\" } x"}])"), R"(["lena"])");
  EXPECT_EQ(RolesOf(R"([{"template":"\"{{username}}\""}])"), R"(["lena"])");
  EXPECT_EQ(RolesOf(R"([{"template":{"source":"{{p}}","params":{"p":"P"}}}])"), R"(["P"])");
  EXPECT_EQ(RolesOf(R"([{"template":{"source":"{{nosuch}}"}}])"), R"([""])");
  EXPECT_EQ(RolesOf(R"([{"template":{"source":{"a":"{{username}}"}},"format":"string"}])"),
            R"(["{\"a\":\"lena\"}"])");
  EXPECT_EQ(RolesOf("[]"), "[]");
  EXPECT_EQ(RolesOf(R"([{"template":{"source":"{{dn}}",
                          "options":{"content_type":"text/plain"}}}])"),
            R"(["CN=\"a\""])");
}

TEST(RoleTemplate, JsonFormat) {
  EXPECT_EQ(RolesOfJson(R"(["a",null,"{{dn}}"])"), R"(["a","CN=\"a\""])");
  EXPECT_EQ(RolesOfJson("{{#tojson}}groups{{/tojson}}"), R"(["g1","g2"])");
  EXPECT_EQ(RolesOfJson(R"(/*c*/ ["a"] x)"), R"(["a"])");
  EXPECT_EQ(RolesOfJson(R"("one")"), R"(["one"])");
  EXPECT_EQ(RolesOfJson("[]"), "[]");
  EXPECT_EQ(RolesOfJson(R"(["a",1])"),
            "template_failed: Roles array may only contain strings but found [VALUE_NUMBER]");
  EXPECT_EQ(RolesOfJson("null"),
            "template_failed: Roles template must generate a string or an array of strings, but "
            "found [VALUE_NULL]");
  EXPECT_THAT(RolesOfJson("{{username}}"),
              HasSubstr("template_failed: the template does not make"));
  EXPECT_THAT(RolesOfJson(""), HasSubstr("template_failed: the template does not make"));
}

TEST(RoleTemplate, WhatTheElementMayBe) {
  const std::string field =
      "parse_exception: [role-mapping] failed to parse field [role_templates]: ";
  EXPECT_EQ(RolesOf(R"("x")"),
            "parse_exception: [role-mapping] role_templates doesn't support values of type: "
            "VALUE_STRING");
  EXPECT_EQ(RolesOf("[{}]"), field + "Required [template]");
  EXPECT_EQ(RolesOf("[5]"),
            field + "[role-mapping-template] Expected START_OBJECT but was: VALUE_NUMBER");
  EXPECT_EQ(RolesOf(R"([{"template":{"source":"a"},"x":1}])"),
            field + "[role-mapping-template] unknown field [x]");
  EXPECT_EQ(RolesOf(R"([{"template":5}])"),
            field +
                "[role-mapping-template] template doesn't support values of type: "
                "VALUE_NUMBER");
  EXPECT_EQ(RolesOf(R"([{"template":{"source":"a"},"format":"xml"}])"),
            field + "Invalid format [xml] expected one of [json,string]");
  EXPECT_EQ(RolesOf(R"([{"template":{"source":"a"},"format":5}])"),
            field + "[role-mapping-template] format doesn't support values of type: VALUE_NUMBER");
}

TEST(RoleTemplate, WhatTheScriptMayBe) {
  const auto script = [](const std::string& text) {
    return RolesOf(R"([{"template":)" + text + "}]");
  };
  const std::string code = "illegal_argument_exception: ";
  EXPECT_EQ(script("{}"),
            code + "must specify either [source] for an inline script or [id] for a stored script");
  EXPECT_EQ(script(R"({"id":"s"})"), code + "unable to find script [s] in cluster state");
  EXPECT_EQ(script(R"({"id":"s","source":"a"})"),
            code + "must only use one of [source, id] when specifying a script");
  EXPECT_EQ(script(R"({"source":"a","x":1})"), code + "[script] unknown field [x]");
  EXPECT_EQ(script(R"({"source":5})"),
            code + "[script] source doesn't support values of type: VALUE_NUMBER");
  EXPECT_EQ(script(R"({"source":"a","params":[]})"),
            code + "[script] params doesn't support values of type: START_ARRAY");
  EXPECT_EQ(script(R"({"source":"a","options":{"a":"b"}})"),
            code + "illegal compiler options [{a=\"b\"}] specified");
  EXPECT_EQ(script(R"({"source":"a","options":{"content_type":"image/png"}})"),
            code + "No encoder found for MIME type [image/png]");
  EXPECT_EQ(script(R"("5")"), code + "[script] Expected START_OBJECT but was: VALUE_NUMBER");
  EXPECT_THAT(script(R"("plain")"), HasSubstr(code + "the template is not JSON: "));
  EXPECT_EQ(script(R"({"source":"{{#a}}"})"), code + "Failed to close 'a' tag @[query-template:1]");
  // Upstream takes any language and runs mustache.
  EXPECT_EQ(script(R"({"source":"a","lang":"painless"})"),
            code + "script_lang not supported [painless]: role templates are [mustache]");
}

}  // namespace
}  // namespace pkigate::roles
