// SPDX-License-Identifier: Apache-2.0
#include "config/internal_users_file.h"

#include <gtest/gtest.h>

#include <string>

#include "support.h"

namespace pkigate::config {
namespace {

constexpr std::string_view kMeta = "_meta: {type: internalusers, config_version: 2}\n";

class InternalUsersFileTest : public testing::Test {
 protected:
  std::map<std::string, identity::InternalUser> Read(std::string_view yaml) {
    std::map<std::string, identity::InternalUser> users;
    diagnostics_ = Diagnostics();
    ReadInternalUsersFile(
        folder_.Write("internal_users.yml", std::string(kMeta) + std::string(yaml)), diagnostics_,
        &users);
    return users;
  }
  std::string Problems() { return TextOf(diagnostics_, folder_.path().string()); }
  TestFolder folder_;
  Diagnostics diagnostics_;
};

TEST_F(InternalUsersFileTest, AllFields) {
  const auto users = Read(
      "logstash:\n"
      "  hash: \"$2a$04$abcdefghijklmnopqrstuuqFJI0yc6dnzyYl4dBhFmwm3etsmUfsm\"\n"
      "  reserved: true\n"
      "  hidden: true\n"
      "  backend_roles: [logstash, b]\n"
      "  attributes: {department: ops, floor: 3}\n"
      "  description: Demo\n"
      "  opendistro_security_roles: [own_index]\n"
      "  static: false\n");
  EXPECT_EQ(Problems(), "");
  ASSERT_EQ(users.size(), 1U) << "_meta is no user";
  const identity::InternalUser& user = users.at("logstash");
  EXPECT_EQ(user.password_hash, "$2a$04$abcdefghijklmnopqrstuuqFJI0yc6dnzyYl4dBhFmwm3etsmUfsm");
  EXPECT_TRUE(user.reserved);
  EXPECT_TRUE(user.hidden);
  EXPECT_EQ(user.backend_roles, (std::vector<std::string>{"logstash", "b"}));
  EXPECT_EQ(user.direct_roles, (std::vector<std::string>{"own_index"}));
  EXPECT_EQ(user.attributes, (std::vector<std::pair<std::string, std::string>>{
                                 {"department", "ops"}, {"floor", "3"}}));
  EXPECT_EQ(user.description, "Demo");
}

TEST_F(InternalUsersFileTest, AUserWithoutUsableHashExists) {
  const auto users = Read("none: {}\nplain: {hash: secret-word}\nother: {hash: \"{SHA}x\"}\n");
  ASSERT_EQ(users.size(), 3U);
  for (const auto& [name, user] : users) {
    EXPECT_EQ(user.password_hash, "") << name;
  }
  EXPECT_FALSE(diagnostics_.has_errors());
  const std::string problems = Problems();
  EXPECT_EQ(problems.find("secret-word"), std::string::npos);
  EXPECT_NE(problems.find("internal_users.yml:2: warning: none.hash: the user has no hash"),
            std::string::npos)
      << problems;
  EXPECT_NE(problems.find("internal_users.yml:3:15: warning: plain.hash: no bcrypt hash"),
            std::string::npos)
      << problems;
}

TEST_F(InternalUsersFileTest, WhatIsRefused) {
  Read("a: {backend_role: [x]}\n");
  EXPECT_NE(Problems().find("error: a.backend_role"), std::string::npos) << Problems();
  Read("a: {backend_roles: x}\n");
  EXPECT_NE(Problems().find("expected a list, got a text"), std::string::npos);
  Read("a: {attributes: [x]}\n");
  EXPECT_NE(Problems().find("expected a mapping"), std::string::npos);
  Read("a: {attributes: {x: [1]}}\n");
  EXPECT_NE(Problems().find("a.attributes.x: expected a text"), std::string::npos);
  Read("a: {reserved: maybe}\n");
  EXPECT_TRUE(diagnostics_.has_errors());
}

TEST_F(InternalUsersFileTest, AnotherDocumentIsRefused) {
  std::map<std::string, identity::InternalUser> users;
  ReadInternalUsersFile(
      folder_.Write("internal_users.yml", "_meta: {type: roles, config_version: 2}\na: {}\n"),
      diagnostics_, &users);
  EXPECT_TRUE(users.empty());
  EXPECT_NE(Problems().find("expected `internalusers`"), std::string::npos);
}

}  // namespace
}  // namespace pkigate::config
