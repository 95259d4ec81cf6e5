// SPDX-License-Identifier: Apache-2.0
#include "config/native_users_file.h"

#include <gtest/gtest.h>

#include <string>

#include "support.h"

namespace pkigate::config {
namespace {

class NativeUsersFileTest : public testing::Test {
 protected:
  PasswordUsers Read(std::string_view yaml) {
    folder_.Write("native_users.yml", yaml);
    diagnostics_ = Diagnostics();
    return ReadNativeUsersFile(folder_.path().string(), diagnostics_);
  }
  std::string Problems(std::string_view yaml) {
    Read(yaml);
    EXPECT_TRUE(diagnostics_.has_errors());
    return TextOf(diagnostics_, folder_.path().string());
  }
  TestFolder folder_;
  Diagnostics diagnostics_;
};

TEST_F(NativeUsersFileTest, NoFileNobody) {
  EXPECT_TRUE(ReadNativeUsersFile(folder_.path().string(), diagnostics_).empty());
  EXPECT_TRUE(Read("").empty());
  EXPECT_TRUE(diagnostics_.list().empty());
}

TEST_F(NativeUsersFileTest, AllProperties) {
  const PasswordUsers users = Read(
      "elastic:\n"
      "  password_hash: \"{SHA}NuG4lcD58QZHSTZyUFMJVuem/IU=\"\n"
      "jdoe:\n"
      "  password_hash: \"{MD5}aSussSjoUXi4EzbYRWemCA==\"\n"
      "  roles: [viewer, \"two words\"]\n"
      "  full_name: Jane Doe\n"
      "  email: jdoe@example.com\n"
      "  metadata: {floor: 3, room: \"3\", tags: [a, -1.5e3, true, null, 007], in: {x: }}\n"
      "  enabled: false\n");
  EXPECT_EQ(TextOf(diagnostics_), "");
  ASSERT_EQ(users.size(), 2U);
  EXPECT_TRUE(users.at("elastic").enabled);
  EXPECT_FALSE(users.at("elastic").full_name.has_value());
  const identity::PasswordUser& user = users.at("jdoe");
  EXPECT_EQ(user.password_hash, "{MD5}aSussSjoUXi4EzbYRWemCA==");
  EXPECT_EQ(user.roles, (std::vector<std::string>{"viewer", "two words"}));
  EXPECT_EQ(user.full_name, "Jane Doe");
  EXPECT_EQ(user.email, "jdoe@example.com");
  EXPECT_FALSE(user.enabled);
  EXPECT_EQ(user.metadata,
            (std::vector<identity::MetadataEntry>{{"floor", "3", true},
                                                  {"room", "3", false},
                                                  {"tags", R"(["a",-1.5e3,true,null,"007"])", true},
                                                  {"in", R"({"x":null})", true}}));
}

TEST_F(NativeUsersFileTest, WhatIsRefused) {
  EXPECT_EQ(Problems("jdoe: {roles: [viewer]}\n"),
            "native_users.yml:1:7: error: jdoe.password_hash: is missing (password_hash: "
            "\"$2a$10$...\")\n");
  EXPECT_NE(Problems("jdoe: {password_hash: secret-word}\n").find("no password hash"),
            std::string::npos);
  EXPECT_EQ(Problems("jdoe: {password_hash: secret-word}\n").find("secret-word"),
            std::string::npos);
  constexpr std::string_view kUser =
      "jdoe:\n  password_hash: \"{SHA}NuG4lcD58QZHSTZyUFMJVuem/IU=\"\n";
  const auto with = [&](std::string_view line) {
    return std::string(kUser) + "  " + std::string(line);
  };
  EXPECT_NE(Problems(with("role: [a]")).find("native_users.yml:3:3: error: jdoe.role: "),
            std::string::npos);
  EXPECT_NE(Problems(with("role: [a]")).find("roles"), std::string::npos);
  EXPECT_NE(Problems(with("roles: [\"\"]")).find("Role names must be"), std::string::npos);
  EXPECT_NE(Problems(with("metadata: x")).find("expected a mapping"), std::string::npos);
  EXPECT_NE(Problems(with("enabled: maybe")).find("jdoe.enabled"), std::string::npos);
  EXPECT_NE(Problems("\"j\\u00f6\": {password_hash: \"{SHA}NuG4lcD58QZHSTZyUFMJVuem/IU=\"}\n")
                .find("User names must be"),
            std::string::npos);
  EXPECT_NE(Problems("_anonymous: {password_hash: \"{SHA}NuG4lcD58QZHSTZyUFMJVuem/IU=\"}\n")
                .find("reserved"),
            std::string::npos);
  EXPECT_NE(Problems("- jdoe\n").find("expected user names"), std::string::npos);
}

}  // namespace
}  // namespace pkigate::config
