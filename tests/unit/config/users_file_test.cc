// SPDX-License-Identifier: Apache-2.0
#include "config/users_file.h"

#include <gtest/gtest.h>

#include <string>

#include "support.h"

namespace pkigate::config {
namespace {

constexpr std::string_view kHash = "{SHA}NuG4lcD58QZHSTZyUFMJVuem/IU=";
constexpr std::string_view kOtherHash = "{MD5}aSussSjoUXi4EzbYRWemCA==";

std::string Entry(std::string_view name, std::string_view hash = kHash) {
  return std::string(name) + ":" + std::string(hash) + "\n";
}

// `name [role role] hash` for each user, then the warnings.
std::string Listed(const PasswordUsers& users, const Diagnostics& diagnostics,
                   const std::string& folder = {}) {
  std::string text;
  for (const auto& [name, user] : users) {
    text += name + " [";
    for (const std::string& role : user.roles) {
      text += role + (&role == &user.roles.back() ? "" : " ");
    }
    text += "] " + user.password_hash.substr(0, 5) + "\n";
    EXPECT_TRUE(user.enabled);
  }
  EXPECT_FALSE(diagnostics.has_errors());
  const std::string warnings = config::TextOf(diagnostics, folder);
  EXPECT_EQ(warnings.find("NuG4lcD5"), std::string::npos) << "a hash in a message";
  return text + warnings;
}

std::string Parsed(std::string_view users, std::string_view users_roles = "",
                   const identity::ReservedUserNames& reserved = {}) {
  Diagnostics diagnostics;
  const PasswordUsers parsed =
      ParseUsers({.users = users, .users_roles = users_roles}, reserved, diagnostics);
  return Listed(parsed, diagnostics);
}

TEST(UsersFile, UsersWithTheirRoles) {
  EXPECT_EQ(Parsed(Entry("alice") + Entry("bob", kOtherHash),
                   "viewer: alice , bob\nadmin:alice\nviewer:alice\nother:carol\n"),
            "alice [viewer admin] {SHA}\n"
            "bob [viewer] {MD5}\n");
}

TEST(UsersFile, LinesThatDoNotCount) {  // X-FILE-1
  EXPECT_EQ(Parsed("# " + Entry("a") + "\n   \n" + ":x\nnohash:\nnocolon\n" + Entry("  alice  ") +
                   Entry("bob")),
            "bob [] {SHA}\n"
            "users:4: warning: invalid entry: expected something on both sides of a colon; the "
            "line is left out\n"
            "users:5: warning: invalid entry: expected something on both sides of a colon; the "
            "line is left out\n"
            "users:6: warning: invalid entry: expected something on both sides of a colon; the "
            "line is left out\n"
            "users:7: warning: alice  : User names must be at least 1 and no more than 1024 "
            "characters. They can contain alphanumeric characters (a-z, A-Z, 0-9), spaces, "
            "punctuation, and printable symbols in the Basic Latin (ASCII) block. Leading or "
            "trailing whitespace is not allowed.; the line is left out\n");
}

TEST(UsersFile, LaterDuplicatesWin) {
  EXPECT_EQ(Parsed(Entry("alice") + Entry("alice", kOtherHash)), "alice [] {MD5}\n");
}

TEST(UsersFile, EveryLineEnd) {
  EXPECT_EQ(Parsed("a:" + std::string(kHash) + "\r\nb:" + std::string(kHash) +
                   "\rc:" + std::string(kHash)),
            "a [] {SHA}\nb [] {SHA}\nc [] {SHA}\n");
}

TEST(UsersFile, PlainTextIsLeftOutAndNotQuoted) {  // X-DEC-7
  const std::string text = Parsed("alice:secret-word\n" + Entry("bob"));
  EXPECT_EQ(text.find("secret-word"), std::string::npos);
  EXPECT_TRUE(text.starts_with("bob [] {SHA}\nusers:1: warning: alice: no password hash")) << text;
}

TEST(UsersFile, ReservedNamesAreLeftOut) {
  const std::string text = Parsed(Entry("elastic") + Entry("_anonymous") + Entry("elastic2"));
  EXPECT_TRUE(
      text.starts_with("elastic2 [] {SHA}\nusers:1: warning: elastic: Username [elastic] "
                       "is reserved and may not be used.; the line is left out\n"))
      << text;
  EXPECT_NE(text.find("users:2: warning: _anonymous: Username [_anonymous] is reserved"),
            std::string::npos);
  EXPECT_EQ(Parsed(Entry("elastic") + Entry("_anonymous"), "",
                   {.reserved_realm = false, .anonymous = "nobody"}),
            "_anonymous [] {SHA}\nelastic [] {SHA}\n");
}

TEST(UsersFile, RolesThatDoNotCount) {  // X-FILE-2
  const std::string text =
      Parsed(Entry("alice"), "# r\nbad\nr\u00f6le:alice\nempty: , ,\nviewer: alice , bob \n");
  EXPECT_TRUE(text.starts_with("alice [viewer] {SHA}\nusers_roles:2: warning: invalid entry"))
      << text;
  EXPECT_NE(text.find("users_roles:3: warning: r\u00f6le: Role names must be"), std::string::npos);
  EXPECT_NE(text.find("users_roles:4: warning: empty: no users found"), std::string::npos);
}

TEST(UsersFile, NotUtf8IsReadAsEmpty) {
  EXPECT_EQ(Parsed(Entry("alice") + "\xff"),
            "users: warning: the file is not UTF-8; it is read as empty\n");
}

class UsersFilesTest : public testing::Test {
 protected:
  std::string Read() {
    Diagnostics diagnostics;
    const PasswordUsers users = ReadUsersFiles(folder_.path().string(), {}, diagnostics);
    return Listed(users, diagnostics, folder_.path().string());
  }
  TestFolder folder_;
};

TEST_F(UsersFilesTest, NoFilesNoUsers) { EXPECT_EQ(Read(), ""); }  // X-FILE-4

TEST_F(UsersFilesTest, OlderPlaceCountsWhereTheNewerHasNothing) {  // X-FILE-3
  folder_.Write("x-pack/users", Entry("old"));
  folder_.Write("x-pack/users_roles", "viewer:old,new\n");
  EXPECT_EQ(Read(), "old [viewer] {SHA}\n");
  folder_.Write("users", Entry("new"));
  EXPECT_EQ(Read(), "new [viewer] {SHA}\n");
}

TEST_F(UsersFilesTest, UnreadableIsNobody) {
  std::filesystem::create_directory(folder_.path() / "users");
  EXPECT_EQ(Read(), "users: warning: cannot read users: not a regular file; it is read as empty\n");
}

}  // namespace
}  // namespace pkigate::config
