// SPDX-License-Identifier: Apache-2.0
#include "api/request_form.h"

#include <gtest/gtest.h>

#include <array>

#include "base/limits.h"

namespace pkigate::api {
namespace {

using Headers = std::vector<identity::HeaderField>;

RequestedForm Form(Dialect dialect, std::string_view query, const Headers& headers = {}) {
  return FormOf(PlainForm(dialect, 8), Query::Parse(query), headers);
}

TEST(Query, IsDecodedOnce) {
  const Query query = Query::Parse("a=1%202&b&c=x+y&%64=%2541&e=%zz&=z&&a=last");
  EXPECT_EQ(*query.Find("a"), "last");
  EXPECT_EQ(*query.Find("b"), "");
  EXPECT_EQ(*query.Find("c"), "x y");
  EXPECT_EQ(*query.Find("d"), "%41");
  EXPECT_EQ(*query.Find("e"), "%zz");
  EXPECT_EQ(query.Find("f"), nullptr);
}

TEST(Query, KnowsWhatNobodyAskedFor) {  // X-API-4b
  constexpr std::array<std::string_view, 1> kKnown = {"refresh"};
  using Names = std::set<std::string>;
  EXPECT_EQ(Query::Parse("pretty&human=true&error_trace&filter_path=a&format=json&refresh=true")
                .Unknown(kKnown),
            Names{});
  EXPECT_EQ(Query::Parse("pretty&foo=1&bar&foo").Unknown(kKnown), (Names{"bar", "foo"}));
  EXPECT_EQ(Query::Parse("refresh=true").Unknown({}), Names{"refresh"});
  EXPECT_EQ(Query::Parse("Pretty").Unknown({}), Names{"Pretty"});
}

TEST(FormOf, MediaTypeIsTheDialects) {
  EXPECT_EQ(Form(Dialect::kXpack, "").form.content_type, "application/json");
  EXPECT_EQ(Form(Dialect::kOpendistro, "").form.content_type, "application/json; charset=UTF-8");
}

TEST(FormOf, TheVendoredTypeIsEchoed) {  // X-API-3a
  const auto content_type = [](std::string_view accept, Dialect dialect = Dialect::kXpack) {
    return Form(dialect, "", {{"Accept", accept}}).form.content_type;
  };
  EXPECT_EQ(content_type("application/vnd.elasticsearch+json; compatible-with=8"),
            "application/vnd.elasticsearch+json;compatible-with=8");
  EXPECT_EQ(content_type("application/vnd.elasticsearch+json;compatible-with=7"),
            "application/vnd.elasticsearch+json;compatible-with=7");
  EXPECT_EQ(content_type("text/plain, application/vnd.elasticsearch+json;compatible-with=8"),
            "application/vnd.elasticsearch+json;compatible-with=8");
  EXPECT_EQ(content_type("application/vnd.elasticsearch+json"),
            "application/vnd.elasticsearch+json;compatible-with=8");
  EXPECT_EQ(content_type("application/json, application/vnd.elasticsearch+json"),
            "application/json");
  EXPECT_EQ(content_type("application/vnd.elasticsearch+json;compatible-with=8x"),
            "application/json")
      << "nothing the client made up is echoed";
  EXPECT_EQ(
      content_type("application/vnd.elasticsearch+json;compatible-with=8", Dialect::kOpendistro),
      "application/json; charset=UTF-8");
}

TEST(FormOf, WhatIsNotJsonIsRefused) {
  EXPECT_FALSE(Form(Dialect::kXpack, "", {{"accept", "*/*"}}).refusal.has_value());
  EXPECT_FALSE(Form(Dialect::kXpack, "", {{"accept", "text/html"}}).refusal.has_value())
      << "ignored, as upstream";
  EXPECT_FALSE(Form(Dialect::kXpack, "format=json").refusal.has_value());
  EXPECT_EQ(Form(Dialect::kXpack, "format=yaml").refusal->status, 406);
  EXPECT_EQ(Form(Dialect::kOpendistro, "", {{"accept", "application/yaml"}}).refusal->status, 406);
}

TEST(FormOf, Pretty) {
  EXPECT_TRUE(Form(Dialect::kXpack, "pretty").form.pretty);
  EXPECT_TRUE(Form(Dialect::kXpack, "pretty=true").form.pretty);
  EXPECT_FALSE(Form(Dialect::kXpack, "pretty=false").form.pretty);
  EXPECT_FALSE(Form(Dialect::kXpack, "").form.pretty);
  const auto maybe = Form(Dialect::kXpack, "pretty=maybe").refusal;
  ASSERT_TRUE(maybe.has_value());
  EXPECT_EQ(maybe->status, 400);
  EXPECT_NE(maybe->body.find("only [true] or [false] are allowed"), std::string::npos);
}

TEST(FormOf, FilterPathHasALimit) {
  EXPECT_EQ(Form(Dialect::kXpack, "filter_path=a,b.c").form.filter_path,
            (std::vector<std::string>{"a", "b.c"}));
  const std::string most(limits::kFilterPathNames - 1, '.');
  EXPECT_FALSE(Form(Dialect::kXpack, "filter_path=" + most).refusal.has_value());
  EXPECT_EQ(Form(Dialect::kXpack, "filter_path=" + most + ".").refusal->status, 400);
}

TEST(FormOf, OpaqueIdIsKept) {  // X-API-3b
  EXPECT_EQ(Form(Dialect::kXpack, "", {{"x-Opaque-ID", "abc"}}).form.opaque_id, "abc");
}

TEST(IsJsonMediaType, ByDialect) {
  for (const char* type :
       {"application/json", "Application/JSON; charset=UTF-8", "application/json;charset=utf-8",
        " application/json ", "application/x-ndjson"}) {
    EXPECT_TRUE(IsJsonMediaType(Dialect::kXpack, type)) << type;
    EXPECT_TRUE(IsJsonMediaType(Dialect::kOpensearch, type)) << type;
  }
  for (const char* type :
       {"", "text/plain", "application/x-www-form-urlencoded", "application/yaml",
        "application/json-patch+json", "application/vnd.opensearch+json", "json"}) {
    EXPECT_FALSE(IsJsonMediaType(Dialect::kXpack, type)) << type;
  }
  constexpr std::string_view kVendored = "application/vnd.elasticsearch+json; compatible-with=8";
  EXPECT_TRUE(IsJsonMediaType(Dialect::kXpack, kVendored));
  EXPECT_FALSE(IsJsonMediaType(Dialect::kOpendistro, kVendored));
  EXPECT_TRUE(IsJsonMediaType(Dialect::kOpensearch, "application/vnd.opensearch+json"));
  EXPECT_FALSE(IsJsonMediaType(Dialect::kOpendistro, "application/vnd.opensearch+json"));
}

}  // namespace
}  // namespace pkigate::api
