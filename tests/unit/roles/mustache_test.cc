// SPDX-License-Identifier: Apache-2.0
//
// Templates, each expectation as Elasticsearch 8.19.4 gave it unless it says otherwise.
#include "roles/mustache.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "base/limits.h"

namespace pkigate::roles {
namespace {

using ::testing::HasSubstr;

const Json& User() {
  static const Json user = {{"username", "lena"},
                            {"dn", "CN=x\\, \"q\"\n\x01"},
                            {"groups", {"g1", "g2"}},
                            {"realm.name", "pki1"},
                            {"metadata.n", 5},
                            {"metadata.d", 1.0},
                            {"metadata.dd", 1e30},
                            {"metadata.t", true},
                            {"metadata.f", false},
                            {"metadata.null", nullptr},
                            {"metadata.e", ""},
                            {"metadata.el", Json::array()},
                            {"metadata.zero", 0},
                            {"metadata.a.b", "dotted"},
                            {"metadata.l", {"a", 1, "b\"c"}},
                            {"metadata.o", {{"k", "v"}, {"z", {1, nullptr}}}}};
  return user;
}

std::string Render(std::string_view source, const Json& params = Json::object(),
                   Mustache::Encoding encoding = Mustache::Encoding::kJson) {
  const Result<Mustache> compiled = Mustache::Compile(source, encoding);
  if (!compiled.ok()) {
    return "refused: " + compiled.error().message;
  }
  const Json* models[] = {&params, &User()};
  const Result<std::string> text = compiled->Render(models);
  return text.ok() ? *text : std::string(text.error().code) + ": " + text.error().message;
}

TEST(Mustache, Values) {
  EXPECT_EQ(Render("_u_{{username}}"), "_u_lena");
  EXPECT_EQ(Render("{{ username }}{{{username}}}{{& username}}{{\nusername\n}}"),
            "lenalenalenalena");
  EXPECT_EQ(Render("{{dn}}"), R"(CN=x\\, \"q\"\n\u0001)");
  EXPECT_EQ(Render("{{{dn}}}"), "CN=x\\, \"q\"\n\x01");
  EXPECT_EQ(Render("{{metadata.n}} {{metadata.d}} {{metadata.dd}} {{metadata.t}} {{metadata.f}}"),
            "5 1.0 1.0E30 true false");
  EXPECT_EQ(Render("x{{nosuch}}{{metadata.null}}{{metadata.e}}{{ }}y"), "xy");
  EXPECT_EQ(Render("{{groups}} {{metadata.el}} {{metadata.o}}"),
            "{0=g1, 1=g2} {} {k=v, z=[1, null]}");
  EXPECT_EQ(Render("{a} }} { {username}} \\{{username}}"), "{a} }} { {username}} \\lena");
  EXPECT_EQ(Render(""), "");
}

TEST(Mustache, NamesWithDots) {
  EXPECT_EQ(Render("{{realm.name}}{{metadata.a.b}}"), "pki1dotted");
  EXPECT_EQ(Render("{{realm}}{{metadata}}{{metadata.a}}{{metadata.o.k}}"), "")
      << "the user's fields are flat";
  EXPECT_EQ(Render("{{groups.1}} {{groups.size}} {{groups.x}}"), "g2 2 ");
  EXPECT_EQ(Render("{{groups.2}}"),
            "template_failed: the template asks for element 2 of a list of 2");
  EXPECT_EQ(Render("{{username.length}}{{username.}}{{.username}}{{..}}{{.}}"), "")
      << "the original reaches into Java, or fails";
}

TEST(Mustache, ParamsStandBehindTheUser) {
  const Json params = {
      {"username", "not"}, {"p", {{"q", "Q"}}}, {"realm", {{"name", "not"}, {"x", "X"}}}};
  EXPECT_EQ(Render("{{username}} {{p.q}} {{realm.name}} {{realm.x}} {{p}}", params),
            "lena Q pki1 X {q=Q}");
}

TEST(Mustache, Sections) {
  EXPECT_EQ(Render("{{#username}}[{{.}}]{{/username}}"), "[lena]");
  EXPECT_EQ(Render("{{#groups}}{{.}}{{username}};{{/groups}}"), "g1lena;g2lena;");
  EXPECT_EQ(Render("{{#metadata.o}}{{k}}{{username}}{{/metadata.o}}"), "vlena");
  EXPECT_EQ(Render("{{#metadata.t}}{{.}}{{/metadata.t}}{{#metadata.zero}}{{.}}{{/metadata.zero}}"),
            "true0");
  EXPECT_EQ(Render("{{# username }}x{{/ username }}"), "x");
  for (const char* name : {"nosuch", "metadata.null", "metadata.f", "metadata.e", "metadata.el"}) {
    EXPECT_EQ(Render(fmt::format("{{{{#{0}}}}}x{{{{/{0}}}}}{{{{^{0}}}}}y{{{{/{0}}}}}", name)), "y")
        << name;
  }
  EXPECT_EQ(Render("{{^username}}x{{/username}}{{^metadata.zero}}x{{/metadata.zero}}"), "");
}

// Where tags stand in lines of their own the line's end behind them goes and the blanks before.
TEST(Mustache, WhiteSpaceAroundTags) {
  EXPECT_EQ(Render("a\n{{#username}}\nb\n{{/username}}\nc\n"), "a\nb\nc\n");
  EXPECT_EQ(Render("a\n  {{#username}}  \nb\n  {{/username}}  \nc"), "a\n  b\n  c");
  EXPECT_EQ(Render("a {{#username}}\nb\n{{/username}} c"), "a b\n c");
  EXPECT_EQ(Render("  {{#username}} x {{/username}}  "), "   x   ");
  EXPECT_EQ(Render("\r\n{{#username}}\r\nx\r\n{{/username}}\r\ny"), "\r\nx\r\ny");
  EXPECT_EQ(Render("{{!c}}\nx\n  {{! c }}  \ny"), "\nx\n    \ny");
  EXPECT_EQ(Render("{{^\nnosuch}}{{/nosuch\n}} \n"), " \n");
}

TEST(Mustache, Functions) {
  EXPECT_EQ(Render("{{#toJson}}groups{{/toJson}}"), R"(["g1","g2"])");
  EXPECT_EQ(Render("{{#tojson}}metadata.o{{/tojson}}"), R"({"k":"v","z":[1,null]})");
  EXPECT_EQ(Render("{{#toJson}}dn{{/toJson}}{{#toJson}}metadata.n{{/toJson}}"),
            "CN=x\\, \"q\"\n\x01"
            "5");
  EXPECT_EQ(Render("{{#toJson}}nosuch{{/toJson}}{{#toJson}} groups {{/toJson}}"), "");
  EXPECT_EQ(Render("{{#join}}groups{{/join}} {{#join}}metadata.l{{/join}}"), "g1,g2 a,1,b\"c");
  EXPECT_EQ(Render("{{#join delimiter='; '}}groups{{/join delimiter='; '}}"), "g1; g2");
  EXPECT_EQ(Render("{{#join}}username{{/join}}"), "username") << "no list: the name itself";
  EXPECT_EQ(Render("{{#metadata.o}}{{#join}}z{{/join}}{{/metadata.o}}"),
            "template_failed: the template joins [z], which holds null");
  EXPECT_EQ(Render("{{#url}}{{username}}/\u00e4 b+c~*{{#groups}}{{.}}{{/groups}}{{/url}}"),
            "lena%2F%C3%A4+b%2Bc%7E*g1g2");
  EXPECT_EQ(Render("{{^join}}x{{/join}}{{join}}"), "x") << "only in sections";
}

TEST(Mustache, Encodings) {
  EXPECT_EQ(Render("{{dn}}", {}, Mustache::Encoding::kPlain), "CN=x\\, \"q\"\n\x01");
  EXPECT_EQ(Render("/{{dn}}", {}, Mustache::Encoding::kUrl), "/CN%3Dx%5C%2C+%22q%22%0A%01");
}

TEST(Mustache, RefusalsInTheOriginalsWords) {
  const std::string at1 = " @[query-template:1]";
  EXPECT_EQ(Render("{{#a}}"), "refused: Failed to close 'a' tag" + at1);
  EXPECT_EQ(Render("{{/a}}"),
            "refused: Mismatched start/end tags: null != a in query-template:1" + at1);
  EXPECT_EQ(Render("{{#a}}{{/b}}"),
            "refused: Mismatched start/end tags: a != b in query-template:1" + at1);
  EXPECT_EQ(Render("\n{{a"), "refused: Improperly closed variable @[query-template:2]");
  EXPECT_EQ(Render("{{{a}}"), "refused: Improperly closed variable in query-template:1" + at1);
  EXPECT_EQ(Render("{{}}"), "refused: Empty mustache" + at1);
  EXPECT_EQ(Render("{{>part}}"), "refused: Template part not found" + at1);
  EXPECT_EQ(Render("{{#toJson}}{{/toJson}}"),
            "refused: Mustache function [toJson] must contain one and only one identifier" + at1);
  EXPECT_EQ(Render("{{#join}}a{{username}}{{/join}}"),
            "refused: Mustache function [join] must contain one and only one identifier" + at1);
}

TEST(Mustache, WhatIsNotSupportedIsRefused) {
  for (const char* source : {"{{=<% %>=}}", "{{$a}}{{/a}}", "{{%PRAGMA}}"}) {
    EXPECT_THAT(Render(source), HasSubstr("delimiters, blocks and pragmas are not supported"));
  }
}

TEST(Mustache, IsBounded) {
  EXPECT_EQ(Render(std::string(limits::kTemplateBytesMax, 'x')).size(), limits::kTemplateBytesMax);
  EXPECT_THAT(Render(std::string(limits::kTemplateBytesMax + 1, 'x')),
              HasSubstr("exceeded max allowed inline script size in bytes [65535]"));
  const auto nested = [](size_t depth) {
    std::string source;
    for (size_t level = 0; level < depth; ++level) {
      source += "{{#username}}";
    }
    source += "x";
    for (size_t level = 0; level < depth; ++level) {
      source += "{{/username}}";
    }
    return source;
  };
  EXPECT_EQ(Render(nested(limits::kTemplateDepthMax)), "x");
  EXPECT_THAT(Render(nested(limits::kTemplateDepthMax + 1)), HasSubstr("nested deeper than"));
  // Two elements at each of 20 levels: a million times nothing.
  std::string many;
  for (int level = 0; level < 20; ++level) {
    many += "{{#groups}}";
  }
  for (int level = 0; level < 20; ++level) {
    many += "{{/groups}}";
  }
  EXPECT_THAT(Render(many), HasSubstr("takes more than"));
  const Json params = {{"long", std::string(1000, 'x')}};
  std::string output;
  for (size_t made = 0; made <= limits::kTemplateOutputBytesMax; made += 1000) {
    output += "{{long}}";
  }
  EXPECT_THAT(Render(output, params), HasSubstr("makes more than"));
}

}  // namespace
}  // namespace pkigate::roles
