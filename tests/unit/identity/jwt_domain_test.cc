// SPDX-License-Identifier: Apache-2.0
//
// Users from signed tokens (opendistro.md, 8.3): where the token is, who it is about.
#include "identity/jwt_domain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/digest.h>
#include <openssl/hmac.h>

#include "base/base64.h"

namespace pkigate::identity {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Kind = FoundCredentials::Kind;
using Headers = std::vector<HeaderField>;

constexpr std::string_view kSecret = "0123456789abcdef0123456789abcdef";

std::string Base64(std::string_view bytes) {
  return ToBase64({reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()});
}

std::string Base64Url(std::string_view bytes) {
  std::string text = Base64(bytes);
  text.erase(text.find_last_not_of('=') + 1);
  for (char& c : text) {
    c = c == '+' ? '-' : c == '/' ? '_' : c;
  }
  return text;
}

std::string TokenOf(std::string_view claims) {
  const std::string text = Base64Url(R"({"alg":"HS256"})") + "." + Base64Url(claims);
  std::string signature(32, '\0');
  unsigned len = 0;
  HMAC(EVP_sha256(), kSecret.data(), kSecret.size(), reinterpret_cast<const uint8_t*>(text.data()),
       text.size(), reinterpret_cast<uint8_t*>(signature.data()), &len);
  return text + "." + Base64Url(signature);
}

JwtModel Model() { return {.signing_keys = {Base64(kSecret)}, .roles_key = "roles"}; }

FoundCredentials Find(const JwtModel& model, const Headers& headers,
                      const std::string& target = "/", Dialect dialect = Dialect::kOpendistro) {
  const auto domain = JwtDomain::Compile(model, dialect);
  EXPECT_TRUE(domain.ok()) << (domain.ok() ? "" : domain.error().message);
  Credentials credentials;
  credentials.headers = headers;
  credentials.target = target;
  credentials.now_unix = 1000;
  match::Scratch scratch;
  return (*domain)->Find({.credentials = credentials, .principal = "", .scratch = scratch});
}

FoundCredentials FindClaims(const JwtModel& model, std::string_view claims,
                            Dialect dialect = Dialect::kOpendistro) {
  const std::string value = "Bearer " + TokenOf(claims);
  return Find(model, {{"Authorization", value}}, "/", dialect);
}

TEST(JwtDomain, WhereTheTokenIs) {
  const std::string token = TokenOf(R"({"sub":"joe"})");
  const std::string bearer = "Bearer " + token;
  const std::string lower = "x bearer " + token;
  EXPECT_EQ(Find(Model(), {{"authorization", bearer}}).user.username, "joe");
  EXPECT_EQ(Find(Model(), {{"authorization", token}}).user.username, "joe");
  EXPECT_EQ(Find(Model(), {{"authorization", lower}}).user.username, "joe");
  const std::string basic = "Basic " + token;
  EXPECT_EQ(Find(Model(), {{"authorization", basic}}).why, "no token");
  EXPECT_EQ(Find(Model(), {}).why, "no token");

  JwtModel model = Model();
  model.header = "x-jwt";
  EXPECT_EQ(Find(model, {{"X-JWT", token}}).user.username, "joe");
  EXPECT_EQ(Find(model, {{"authorization", bearer}}).kind, Kind::kNothing);
  model.header = "Authorization";
  model.url_parameter = "t";
  EXPECT_EQ(Find(model, {}, "/a?x=1&t=" + token).user.username, "joe");
  EXPECT_EQ(Find(model, {{"authorization", basic}}, "/a?t=" + token).user.username, "joe");
  EXPECT_EQ(Find(model, {}, "/a?T=" + token).kind, Kind::kNothing);

  const std::string other = TokenOf(R"({"sub":"ann"})");
  const Headers two = {{"authorization", token}, {"authorization", other}};
  EXPECT_EQ(Find(Model(), two).user.username, "joe");
  EXPECT_EQ(Find(Model(), two, "/", Dialect::kOpensearch).user.username, "ann");
}

TEST(JwtDomain, SubjectAndRoles) {
  const FoundCredentials joe =
      FindClaims(Model(), R"({"sub":"joe","roles":"a, b,,a","n":1,"exp":1001})");
  EXPECT_EQ(joe.user.username, "joe");
  EXPECT_THAT(joe.user.backend_roles, ElementsAre("a", "b"));
  EXPECT_THAT(joe.user.attributes,
              Contains(std::pair<std::string, std::string>("attr.jwt.n", "1")));
  EXPECT_THAT(FindClaims(Model(), R"({"sub":"joe","roles":["a"," b "]})").user.backend_roles,
              ElementsAre("a", "b"));
  EXPECT_THAT(FindClaims(Model(), R"({"sub":"joe","roles":7})").user.backend_roles,
              ElementsAre("7"));
  EXPECT_THAT(FindClaims(Model(), R"({"sub":"joe"})").user.backend_roles, IsEmpty());
  EXPECT_EQ(FindClaims(Model(), R"({"sub":"joe","roles":["a",7]})").kind, Kind::kNothing);
  EXPECT_EQ(FindClaims(Model(), R"({"sub":12})").user.username, "12");
  EXPECT_EQ(FindClaims(Model(), R"({"sub":""})").why, "token: no subject");
  EXPECT_EQ(FindClaims(Model(), R"({"sub":null})").why, "token: no subject");
  EXPECT_EQ(FindClaims(Model(), R"({"sub":"a\nb"})").why,
            "token: the subject has control characters");
  JwtModel model = Model();
  model.subject_key = "mail";
  model.roles_key = "";
  EXPECT_EQ(FindClaims(model, R"({"sub":"joe","mail":"j@x","roles":"a"})").user.username, "j@x");
  EXPECT_THAT(FindClaims(model, R"({"mail":"j@x","roles":"a"})").user.backend_roles, IsEmpty());
  EXPECT_EQ(FindClaims(model, R"({"sub":"joe"})").kind, Kind::kNothing);
}

TEST(JwtDomain, WhatOpensearchLeavesOut) {
  constexpr std::string_view kClaims =
      R"({"sub":"joe","a":null,"b":" ","jti":" \t","aud":[],"iss":{},"nbf":0,"roles":""})";
  const auto names = [&](Dialect dialect) {
    std::vector<std::string> found;
    for (const auto& [name, value] : FindClaims(Model(), kClaims, dialect).user.attributes) {
      found.push_back(name.substr(name.rfind('.') + 1));
    }
    return found;
  };
  EXPECT_THAT(names(Dialect::kOpensearch), ElementsAre("sub", "b", "nbf", "roles"));
  EXPECT_THAT(names(Dialect::kOpendistro),
              ElementsAre("sub", "a", "b", "jti", "aud", "iss", "nbf", "roles"));
  EXPECT_EQ(FindClaims(Model(), R"({"sub":" "})", Dialect::kOpensearch).why, "token: no subject");
  EXPECT_EQ(FindClaims(Model(), R"({"sub":" "})").user.username, " ");
  EXPECT_EQ(FindClaims(Model(), R"({"sub":1})", Dialect::kOpensearch).why, "token: sub is no text");
  EXPECT_EQ(FindClaims(Model(), R"({"sub":"joe","iss":[1]})", Dialect::kOpensearch).why,
            "token: iss is no text");
}

TEST(JwtDomain, TokensThatAreNotRightAreNone) {
  const FoundCredentials expired = FindClaims(Model(), R"({"sub":"joe","exp":1000})");
  EXPECT_EQ(expired.kind, Kind::kNothing);
  EXPECT_EQ(expired.why, "token: expired");
  JwtModel model = Model();
  model.clock_skew_seconds = 30;
  EXPECT_EQ(FindClaims(model, R"({"sub":"joe","exp":1000})").kind, Kind::kUser);
  model.required_audiences = {"us"};
  EXPECT_EQ(FindClaims(model, R"({"sub":"joe"})").why, "token: for another audience");
  model = Model();
  model.required_issuer = "them";
  EXPECT_EQ(FindClaims(model, R"({"sub":"joe","iss":"us"})").why, "token: of another issuer");
  model = Model();
  model.signing_keys = {Base64(std::string(32, 'x'))};
  EXPECT_EQ(FindClaims(model, R"({"sub":"joe"})").why, "token: not signed by a key of ours");
  model.signing_keys.push_back(Base64(kSecret));
  EXPECT_EQ(FindClaims(model, R"({"sub":"joe"})").kind, Kind::kUser) << "one of several keys";
}

TEST(JwtDomain, KeysThatCannotBeUsed) {
  JwtModel model = Model();
  model.signing_keys = {"short"};
  const auto bad = JwtDomain::Compile(model, Dialect::kOpendistro);
  ASSERT_FALSE(bad.ok());
  EXPECT_THAT(bad.error().message, Not(HasSubstr("short")));
  model.signing_keys = {};
  EXPECT_FALSE(JwtDomain::Compile(model, Dialect::kOpendistro).ok());
}

TEST(JwtDomain, AParameterOfTheUrlIsSeenByLookingAtEachRequest) {
  const auto sees = [](const JwtModel& model, const Headers& headers) {
    HeaderWatch watch;
    (*JwtDomain::Compile(model, Dialect::kOpendistro))->AddReadTo(watch);
    return watch.Sees(headers);
  };
  JwtModel model = Model();
  EXPECT_TRUE(sees(model, {{"AUTHORIZATION", ""}}));
  EXPECT_FALSE(sees(model, {{"accept", ""}}));
  model.url_parameter = "t";
  EXPECT_TRUE(sees(model, {}));
}

}  // namespace
}  // namespace pkigate::identity
