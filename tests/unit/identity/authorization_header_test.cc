// SPDX-License-Identifier: Apache-2.0
#include "identity/authorization_header.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <vector>

namespace pkigate::identity {
namespace {

std::vector<HeaderField> Headers(std::initializer_list<std::string_view> values) {
  std::vector<HeaderField> headers{{"host", "h"}};
  for (const std::string_view value : values) {
    headers.push_back({"AuthoriZation", value});
  }
  return headers;
}

XpackAuthorization Xpack(std::initializer_list<std::string_view> values) {
  return ReadXpackAuthorization(Headers(values));
}

OpendistroBasic Opendistro(std::initializer_list<std::string_view> values,
                           Dialect dialect = Dialect::kOpendistro) {
  return ReadOpendistroBasic(Headers(values), dialect);
}

using XpackKind = XpackAuthorization::Kind;
using OpendistroKind = OpendistroBasic::Kind;

TEST(AuthorizationHeader, XpackBasic) {
  for (const std::string_view value :
       {"Basic YWxpY2U6YTpi", "bASIC   YWxpY2U6YTpi ", "Basic YWxpY2U6YTpi"}) {
    const XpackAuthorization read = Xpack({value});
    EXPECT_EQ(read.kind, XpackKind::kBasic) << value;
    EXPECT_EQ(read.username, "alice");
    EXPECT_EQ(read.password, "a:b");
  }
}

TEST(AuthorizationHeader, XpackTakesTheFirstOfSeveral) {
  EXPECT_EQ(Xpack({"Basic YTph", "Basic Yjpi"}).username, "a");
  EXPECT_EQ(Xpack({"Negotiate YII=", "Basic Yjpi"}).kind, XpackKind::kNone);
}

TEST(AuthorizationHeader, XpackUserAndPasswordMayBeEmpty) {
  const XpackAuthorization read = Xpack({"Basic Og=="});
  EXPECT_EQ(read.kind, XpackKind::kBasic);
  EXPECT_EQ(read.username, "");
  EXPECT_EQ(read.password, "");
}

TEST(AuthorizationHeader, XpackSchemesWithoutCredentialsAreAsIfAbsent) {
  for (const std::string_view value :
       {"", "Basic", "Basic ", "Bearer ", "ApiKey", "Digest a=b", "Basicx YTph", "Basic\tYTph"}) {
    EXPECT_EQ(Xpack({value}).kind, XpackKind::kNone) << value;
  }
  EXPECT_EQ(Xpack({}).kind, XpackKind::kNone);
}

TEST(AuthorizationHeader, XpackOtherSchemes) {
  EXPECT_EQ(Xpack({"bearer x"}).kind, XpackKind::kBearer);
  EXPECT_EQ(Xpack({"ApiKey x"}).kind, XpackKind::kApiKey);
}

TEST(AuthorizationHeader, XpackSaysWhatIsWrong) {
  const XpackAuthorization encoding = Xpack({"Basic YTph!"});
  EXPECT_EQ(encoding.kind, XpackKind::kBadBasic);
  EXPECT_EQ(encoding.problem, "invalid basic authentication header encoding");
  const XpackAuthorization value = Xpack({"Basic YWxpY2U="});
  EXPECT_EQ(value.kind, XpackKind::kBadBasic);
  EXPECT_EQ(value.problem, "invalid basic authentication header value");
  EXPECT_EQ(Xpack({"Basic YTph YTph"}).kind, XpackKind::kBadBasic);
}

TEST(AuthorizationHeader, PaddingMayBeMissingButNotInPart) {
  EXPECT_EQ(Xpack({"Basic YWE6YQ"}).username, "aa");
  EXPECT_EQ(Xpack({"Basic YWE6YQ=="}).username, "aa");
  EXPECT_EQ(Xpack({"Basic YWE6YQ="}).kind, XpackKind::kBadBasic);
  EXPECT_EQ(Opendistro({"Basic YWE6YQ"}).username, "aa");
}

TEST(AuthorizationHeader, WhatIsNotUtf8BecomesTheReplacementCharacter) {
  const XpackAuthorization read = Xpack({"Basic /2E6/w=="});
  EXPECT_EQ(read.username,
            "\xEF\xBF\xBD"
            "a");
  EXPECT_EQ(read.password, "\xEF\xBF\xBD");
}

TEST(AuthorizationHeader, OpendistroBasic) {
  const OpendistroBasic read = Opendistro({"BASIC YWxpY2U6YTpi"});
  EXPECT_EQ(read.kind, OpendistroKind::kBasic);
  EXPECT_EQ(read.username, "alice");
  EXPECT_EQ(read.password, "a:b");
  EXPECT_EQ(Opendistro({"Basic YTo="}).kind, OpendistroKind::kBasic);
  EXPECT_EQ(Opendistro({"Basic YTo="}).password, "");
}

TEST(AuthorizationHeader, OpendistroLooksAtTheFirstAndOpensearchAtTheLast) {
  EXPECT_EQ(Opendistro({"Basic YTph", "Basic Yjpi"}).username, "a");
  EXPECT_EQ(Opendistro({"Basic YTph", "Basic Yjpi"}, Dialect::kOpensearch).username, "b");
  EXPECT_EQ(Opendistro({"Basic YTph", "Bearer x"}, Dialect::kOpensearch).kind,
            OpendistroKind::kNone);
}

TEST(AuthorizationHeader, OpendistroNoCredentials) {
  for (const std::string_view value :
       {"", "Basic", "Basic ", "Bearer YTph", "Basic YWxpY2U=", "Basic OmE=", "Basic  YTph"}) {
    EXPECT_EQ(Opendistro({value}).kind, OpendistroKind::kNone) << value;
  }
}

TEST(AuthorizationHeader, OpendistroBadBase64IsAnException) {
  EXPECT_EQ(Opendistro({"Basic YTph!"}).kind, OpendistroKind::kBadBasic);
  EXPECT_EQ(Opendistro({"Basic !  YTph"}).kind, OpendistroKind::kBadBasic);
  EXPECT_EQ(Opendistro({"Basic YTph !"}).kind, OpendistroKind::kBasic);
}

}  // namespace
}  // namespace pkigate::identity
