// SPDX-License-Identifier: Apache-2.0
//
// Rules as they are written: what is read, what is printed again, and the reason of every refusal
// (xpack.md, 3.3).
#include "roles/xpack_rule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "base/limits.h"

namespace pkigate::roles {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

Rule MustParse(std::string_view json) {
  const Result<Rule> rule = ParseRule("m1", json);
  EXPECT_TRUE(rule.ok()) << json << ": " << (rule.ok() ? "" : rule.error().message);
  return rule.ok() ? *rule : Rule{};
}

// The reason, without what all of them begin with.
std::string ReasonOf(std::string_view json) {
  constexpr std::string_view kPrefix = "failed to parse rules expression. ";
  const Result<Rule> rule = ParseRule("m1", json);
  EXPECT_FALSE(rule.ok()) << json;
  if (rule.ok()) {
    return "";
  }
  EXPECT_STREQ(rule.error().code, "parse_exception") << json;
  EXPECT_THAT(rule.error().message, StartsWith(std::string(kPrefix)));
  return rule.error().message.substr(kPrefix.size());
}

std::string Field(std::string_view value) {
  return R"({"field":{"username":)" + std::string(value) + "}}";
}

TEST(XpackRule, AFieldWithEachKindOfValue) {
  EXPECT_EQ(MustParse(Field(R"("a")")).field, "username");
  EXPECT_THAT(MustParse(Field(R"("a")")).values, ElementsAre(RuleValue("a")));
  EXPECT_THAT(MustParse(Field(R"("")")).values, ElementsAre(RuleValue("")));
  EXPECT_THAT(MustParse(Field("true")).values, ElementsAre(RuleValue(true)));
  EXPECT_THAT(MustParse(Field("null")).values, ElementsAre(RuleValue(std::monostate{})));
  EXPECT_THAT(MustParse(Field("-7")).values, ElementsAre(RuleValue(int64_t{-7})));
  EXPECT_THAT(MustParse(Field(R"(["a", 1, false, null])")).values,
              ElementsAre(RuleValue("a"), RuleValue(int64_t{1}), RuleValue(false),
                          RuleValue(std::monostate{})));
  EXPECT_EQ(ReasonOf(Field(R"({"a":1})")),
            "expected a field value but found [START_OBJECT] instead");
  EXPECT_EQ(ReasonOf(Field(R"(["a",["b"]])")),
            "expected a field value but found [START_ARRAY] instead");
  EXPECT_EQ(ReasonOf(Field("[]")), "field [username] has null or empty values");
}

// X-MAP-34
TEST(XpackRule, NumbersAreLongs) {
  const auto number = [](std::string_view json) { return MustParse(Field(json)).values; };
  EXPECT_THAT(number("1.9"), ElementsAre(RuleValue(int64_t{1}))) << "a fraction is cut off";
  EXPECT_THAT(number("-1.9"), ElementsAre(RuleValue(int64_t{-1})));
  EXPECT_THAT(number("1e3"), ElementsAre(RuleValue(int64_t{1000})));
  EXPECT_THAT(number("9223372036854775807"),
              ElementsAre(RuleValue(std::numeric_limits<int64_t>::max())));
  EXPECT_THAT(number("-9223372036854775808"),
              ElementsAre(RuleValue(std::numeric_limits<int64_t>::min())));
  for (const char* outside : {"9223372036854775808", "-9223372036854775809", "1e19", "-1e300",
                              "18446744073709551616", "123456789012345678901234567890"}) {
    EXPECT_THAT(ReasonOf(Field(outside)), HasSubstr("out of the range of a long")) << outside;
  }
  EXPECT_NE(ReasonOf(Field("1e999")), "") << "not even a double";
}

// X-MAP-30
TEST(XpackRule, ExactlyOneMember) {
  EXPECT_EQ(ReasonOf(R"({"any":[],"all":[]})"), "object [m1] contains multiple fields");
  EXPECT_EQ(ReasonOf("{}"), "object [m1] does not contain any fields");
  EXPECT_EQ(ReasonOf(R"({"none":[]})"), "field [none] is not recognised in object [m1]");
  EXPECT_EQ(ReasonOf(R"({"Any":[]})"), "field [Any] is not recognised in object [m1]");
  EXPECT_EQ(ReasonOf("[]"), "expected [m1] to be an object but found [START_ARRAY] instead");
  EXPECT_EQ(ReasonOf("null"), "expected [m1] to be an object but found [VALUE_NULL] instead");
  EXPECT_EQ(ReasonOf("1"), "expected [m1] to be an object but found [VALUE_NUMBER] instead");
  // Deeper, the enclosing keyword is named.
  EXPECT_EQ(ReasonOf(R"({"any":[{"field":{"a":1},"all":[]}]})"),
            "object [any] contains multiple fields");
  EXPECT_EQ(ReasonOf(R"({"all":[{}]})"), "object [all] does not contain any fields");
  EXPECT_EQ(ReasonOf(R"({"all":["x"]})"),
            "expected [all] to be an object but found [VALUE_STRING] instead");
  EXPECT_EQ(ReasonOf(R"({"all":[{"except":true}]})"),
            "expected an object but found [VALUE_BOOLEAN] instead");
  EXPECT_EQ(ReasonOf(R"({"all":[{"except":{"x":1}}]})"),
            "field [x] is not recognised in object [except]");
}

// X-MAP-33
TEST(XpackRule, AFieldObjectHasOneName) {
  EXPECT_EQ(ReasonOf(R"({"field":{}})"), "object [field] does not contain any fields");
  EXPECT_EQ(ReasonOf(R"({"field":{"a":1,"b":2}})"), "object [field] contains multiple fields");
  EXPECT_EQ(ReasonOf(R"({"field":"a"})"), "expected an object but found [VALUE_STRING] instead");
  EXPECT_EQ(ReasonOf(R"({"field":{"":1}})"), "null or empty field name");
  EXPECT_EQ(MustParse(R"({"field":{"no such field":1}})").field, "no such field");
}

// X-MAP-31
TEST(XpackRule, ExceptStandsDirectlyWithinAll) {
  const Rule rule = MustParse(R"({"all":[{"except":{"any":[{"field":{"a":1}}]}}]})");
  ASSERT_EQ(rule.kind, Rule::Kind::kAll);
  ASSERT_EQ(rule.children.size(), 1U);
  ASSERT_EQ(rule.children[0].kind, Rule::Kind::kExcept);
  ASSERT_EQ(rule.children[0].children.size(), 1U);
  EXPECT_EQ(rule.children[0].children[0].kind, Rule::Kind::kAny);
  EXPECT_EQ(ReasonOf(R"({"except":{"field":{"a":1}}})"),
            "field [except] is not allowed within [m1]");
  EXPECT_EQ(ReasonOf(R"({"any":[{"except":{"field":{"a":1}}}]})"),
            "field [except] is not allowed within [any]");
  EXPECT_EQ(ReasonOf(R"({"all":[{"except":{"except":{"field":{"a":1}}}}]})"),
            "field [except] is not allowed within [except]");
  EXPECT_EQ(ReasonOf(R"({"all":[{"any":[{"except":{"field":{"a":1}}}]}]})"),
            "field [except] is not allowed within [any]");
}

// X-MAP-32
TEST(XpackRule, ListsAreArraysAndMayBeEmpty) {
  EXPECT_TRUE(MustParse(R"({"any":[]})").children.empty());
  EXPECT_TRUE(MustParse(R"({"all":[]})").children.empty());
  EXPECT_EQ(ReasonOf(R"({"any":{"field":{"a":1}}})"), "field [any] requires an array");
  EXPECT_EQ(ReasonOf(R"({"all":null})"), "field [all] requires an array");
}

TEST(XpackRule, AnEmptyAllIsFoundAnywhere) {
  EXPECT_TRUE(HasEmptyAll(MustParse(R"({"all":[]})")));
  EXPECT_TRUE(HasEmptyAll(MustParse(R"({"any":[{"field":{"a":1}},{"all":[]}]})")));
  EXPECT_TRUE(HasEmptyAll(MustParse(R"({"all":[{"except":{"all":[]}}]})")));
  EXPECT_FALSE(HasEmptyAll(MustParse(R"({"any":[]})")));
  EXPECT_FALSE(HasEmptyAll(MustParse(R"({"all":[{"any":[]}]})")));
}

// X-MAP-35
TEST(XpackRule, RefusesPatternsThatAreNone) {
  EXPECT_THAT(ReasonOf(Field(R"("/a*")")), StartsWith("invalid pattern [/a*]"));
  EXPECT_THAT(MustParse(Field(R"("/a")")).values, ElementsAre(RuleValue("/a"))) << "a literal";
  EXPECT_THAT(ReasonOf(Field(R"("/a(/")")), StartsWith("invalid pattern [/a(/]: "));
  EXPECT_THAT(ReasonOf(Field(R"("/a(b/")")), EndsWith("expected ')' at position 3 of /a(b/"));
  EXPECT_THAT(ReasonOf(Field(R"("/[b-a]/")")), HasSubstr("invalid range"));
  EXPECT_THAT(ReasonOf(Field(R"("/(.{1000}){11}/")")), HasSubstr("more than 10000 effort"));
  EXPECT_THAT(ReasonOf(Field(R"(["fine", "/[/"])")), HasSubstr("invalid pattern [/[/]"))
      << "each value of a list";
  EXPECT_THAT(ReasonOf(R"({"field":{"dn":"/(/"}})"), HasSubstr("invalid pattern")) << "any field";
  for (const char* fine : {"/a(b)/", "//", "/", "a(*", "/[a-b]{2,3}/"}) {
    EXPECT_THAT(MustParse(Field('"' + std::string(fine) + '"')).values,
                ElementsAre(RuleValue(std::string(fine))));
  }
}

// What two readers could read differently is refused, and what would exhaust one.
TEST(XpackRule, JsonIsStrictAndBounded) {
  EXPECT_EQ(ReasonOf(R"({"field":{"a":1,"a":2}})"), "duplicate field 'a'");
  EXPECT_EQ(ReasonOf(R"({"any":[],"any":[]})"), "duplicate field 'any'");
  for (const char* no_json : {"", "{", "{'any':[]}", R"({"any":[],})", R"({"any":[]} x)",
                              R"({"any":[/**/]})", "\"\xff\"", "{\"any\":[]}\n{\"any\":[]}"}) {
    EXPECT_THAT(ReasonOf(no_json), HasSubstr("parse error")) << no_json;
  }
  const auto nested = [](size_t levels) {  // each takes two
    std::string json = R"({"any":[]})";
    for (size_t level = 1; level < levels; ++level) {
      json = R"({"any":[)" + json + "]}";
    }
    return json;
  };
  (void)MustParse(nested(limits::kMappingDepthMax / 2));
  EXPECT_THAT(ReasonOf(nested(limits::kMappingDepthMax / 2 + 1)),
              HasSubstr("nested deeper than 128 levels"));
  EXPECT_THAT(ReasonOf(Field('"' + std::string(limits::kMappingBytesMax, '{') + '"')),
              HasSubstr("larger than"));
  (void)MustParse(Field('"' + std::string(limits::kMappingDepthMax * 2, '{') + '"'));
}

TEST(XpackRule, PrintsWhatItRead) {
  const char* kPrinted[] = {
      R"({"any":[]})",
      R"({"field":{"username":"a"}})",
      R"({"field":{"username":["a",1,true,null]}})",
      R"({"all":[{"field":{"dn":"*,ou=a\"b"}},{"except":{"any":[{"field":{"x":-5}}]}}]})",
  };
  for (const char* json : kPrinted) {
    EXPECT_EQ(RenderRule(MustParse(json)), json);
    EXPECT_EQ(MustParse(RenderRule(MustParse(json))), MustParse(json));
  }
  // X-API-54: a list of one as its element.
  EXPECT_EQ(RenderRule(MustParse(Field(R"( [ "a" ] )"))), Field(R"("a")"));
}

}  // namespace
}  // namespace pkigate::roles
