// SPDX-License-Identifier: Apache-2.0
//
// The hashes were made by Elasticsearch 8.19.4 unless said otherwise.
#include "identity/password_hash.h"

#include <gtest/gtest.h>

#include <string>

#include "base/limits.h"
#include "identity/direct_password_checker.h"

namespace pkigate::identity {
namespace {

constexpr std::string_view kPassword = "x-pack-test-password";
constexpr std::string_view kBcrypt = "$2a$04$abcdefghijklmnopqrstuuqFJI0yc6dnzyYl4dBhFmwm3etsmUfsm";
constexpr std::string_view kPbkdf2 =
    "{PBKDF2}1000$AtQ0M02rtFbS0vN45VBZ8XMs/yBiEw82iAJGW+CcShw=$kWBlbNG+lEKQyVUkA33kMbAvKemO849"
    "KB5ieMdSb/SQ=";
constexpr std::string_view kSaltedSha256 =
    "{SSHA256}c2FsdHNhbHQ=LJwbh44diCpb6sc5hUNNKR/Z5o+QTAdgG0GLAaiDC/8=";

std::string Replace(std::string_view text, std::string_view from, std::string_view to) {
  std::string replaced(text);
  const size_t at = replaced.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return replaced.replace(at, from.size(), to);
}

std::string Refusal(std::string_view stored) {
  const Status checked = CheckPasswordHash(stored);
  EXPECT_FALSE(PasswordMatches(stored, kPassword)) << stored;
  return checked.ok() ? "" : checked.error().message;
}

TEST(PasswordHash, MatchesItsPasswordAndNoOther) {
  struct Case {
    std::string_view stored;
    std::string_view password;
  };
  const Case cases[] = {
      {kBcrypt, kPassword},
      {kPbkdf2, kPassword},
      {"{PBKDF2_STRETCH}1000$AtQ0M02rtFbS0vN45VBZ8XMs/yBiEw82iAJGW+CcShw=$/7xauNAAGA7wRJLqpYWWQ48b"
       "4p5VY8bWhR0tQt6zSW4=",
       kPassword},
      {"{SHA}NuG4lcD58QZHSTZyUFMJVuem/IU=", kPassword},
      {kSaltedSha256, kPassword},
      {"{MD5}aSussSjoUXi4EzbYRWemCA==", "gr\u00fc\u00df"},
      {"{SHA}f7gdAnS6HiK5tKolUu4k0n8SLBw=", "gr\u00fc\u00df"},
      {"{SSHA256}KlsFVsJlSTA=xks5uNZTJssmmwCpF6pfcPaKNVn1Q8gwKq4wUv4oDhc=", "gr\u00fc\u00df"},
      {"{PBKDF2}1000$UmKowVQCJeoOw/NwutAkrABwlAcPC3bA7UjZ6GGbRPk=$jIEhS6BZfQF3n/egaf2U39Du4WOsKmO9"
       "XEREtAqXpck=",
       "gr\u00fc\u00df"},
      {"{PBKDF2_STRETCH}1000$r3v62UorOeoHWgGxhm03QHCZaPnSoS72f2LFiNelOPw=$ZssiBkaqv2Pxm5Y/mVrQbYZH"
       "Vlb02fFpf8T45E1ZXS8=",
       "gr\u00fc\u00df"},
      {"$2a$04$itAL23pMidRChru0meqBkOr/k6wWtYjVUEmSaK0NpdXVGsrhvfN6e", "gr\u00fc\u00df \u20ac"},
      {"$2a$04$qziVPIuEPQJL2ZEbCMxGyu9q4hkQz3E/pIQRYjN./n/qyOOMuXhJq", ""},
  };
  for (const Case& c : cases) {
    EXPECT_TRUE(CheckPasswordHash(c.stored).ok()) << c.stored;
    EXPECT_TRUE(PasswordMatches(c.stored, c.password)) << c.stored;
    EXPECT_FALSE(PasswordMatches(c.stored, std::string(c.password) + "x")) << c.stored;
    EXPECT_FALSE(PasswordMatches(c.stored, "other")) << c.stored;
  }
}

TEST(PasswordHash, BcryptPrefixes) {
  for (const std::string_view prefix : {"$2b$", "$2y$"}) {
    EXPECT_TRUE(PasswordMatches(Replace(kBcrypt, "$2a$", prefix), kPassword));
    EXPECT_FALSE(PasswordMatches(Replace(kBcrypt, "$2a$", prefix), "other"));
  }
  for (const std::string_view prefix : {"$2x$", "$2$", "$1$", "$2A$"}) {
    EXPECT_NE(Refusal(Replace(kBcrypt, "$2a$", prefix)).find("no password hash"),
              std::string::npos);
  }
}

// Elasticsearch 7 and 8, Open Distro's and OpenSearch's libraries all do so.
TEST(PasswordHash, BcryptSees72Bytes) {
  constexpr std::string_view kOf72 = "$2a$04$OaBbOjLW59y4DkYQ/iyjXuyi95jgB46yOLc2JmWMYxQWzbEMwil1q";
  EXPECT_TRUE(PasswordMatches(kOf72, std::string(72, 'a')));
  EXPECT_TRUE(PasswordMatches(kOf72, std::string(72, 'a') + "b"));
  EXPECT_TRUE(PasswordMatches(kOf72, std::string(limits::kPasswordBytesMax, 'a')));
  EXPECT_FALSE(PasswordMatches(kOf72, std::string(71, 'a')));
  EXPECT_FALSE(PasswordMatches(kOf72, std::string(71, 'a') + "b"));
}

TEST(PasswordHash, PasswordsThatAreNone) {
  using namespace std::string_view_literals;
  constexpr std::string_view kOfEmpty =
      "$2a$04$qziVPIuEPQJL2ZEbCMxGyu9q4hkQz3E/pIQRYjN./n/qyOOMuXhJq";
  EXPECT_FALSE(PasswordMatches(kOfEmpty, "\0"sv));
  EXPECT_FALSE(PasswordMatches(kBcrypt, "x-pack-test-password\0"sv));
  EXPECT_FALSE(PasswordMatches(kPbkdf2, "x-pack-test-password\0"sv));
  EXPECT_FALSE(PasswordMatches("$2a$04$OaBbOjLW59y4DkYQ/iyjXuyi95jgB46yOLc2JmWMYxQWzbEMwil1q",
                               std::string(limits::kPasswordBytesMax + 1, 'a')));
}

TEST(PasswordHash, DamagedBcryptIsRefused) {
  EXPECT_NE(Refusal(kBcrypt.substr(0, 59)).find("60 characters"), std::string::npos);
  EXPECT_NE(Refusal(std::string(kBcrypt) + "x").find("60 characters"), std::string::npos);
  EXPECT_NE(Refusal(Replace(kBcrypt, "$04$", "$03$")).find("4 to 16"), std::string::npos);
  EXPECT_NE(Refusal(Replace(kBcrypt, "$04$", "$17$")).find("4 to 16"), std::string::npos);
  EXPECT_TRUE(CheckPasswordHash(Replace(kBcrypt, "$04$", "$16$")).ok());
  EXPECT_NE(Refusal(Replace(kBcrypt, "$04$", "$4a$")).find("two digits"), std::string::npos);
  EXPECT_NE(Refusal(Replace(kBcrypt, "uuq", "uvq")).find("damaged"), std::string::npos);
  EXPECT_NE(Refusal(Replace(kBcrypt, "Ufsm", "Ufsn")).find("damaged"), std::string::npos);
  EXPECT_NE(Refusal(Replace(kBcrypt, "FJI0", "FJ=0")).find("damaged"), std::string::npos);
}

TEST(PasswordHash, DamagedPbkdf2IsRefused) {
  EXPECT_NE(Refusal(Replace(kPbkdf2, "}1000$", "}999$")).find("iterations"), std::string::npos);
  EXPECT_NE(Refusal(Replace(kPbkdf2, "}1000$", "}1000001$")).find("iterations"), std::string::npos);
  EXPECT_NE(Refusal(Replace(kPbkdf2, "}1000$", "}99999999999$")).find("iterations"),
            std::string::npos);
  EXPECT_NE(Refusal(Replace(kPbkdf2, "}1000$", "}1000x$")).find("iterations"), std::string::npos);
  EXPECT_NE(Refusal(Replace(kPbkdf2, "}1000$", "}$")).find("iterations"), std::string::npos);
  EXPECT_NE(Refusal("{PBKDF2}1000").find("form"), std::string::npos);
  EXPECT_NE(Refusal("{PBKDF2}1000$abcd").find("form"), std::string::npos);
  EXPECT_NE(Refusal("{PBKDF2}1000$c2FsdHNhbA==$kWBlbNG+lEKQyVUkA33kMbAvKemO849KB5ieMdSb/SQ=")
                .find("salt"),
            std::string::npos);
  EXPECT_TRUE(
      CheckPasswordHash("{PBKDF2}1000$c2FsdHNhbHQ=$kWBlbNG+lEKQyVUkA33kMbAvKemO849KB5ieMdSb/SQ=")
          .ok());
  EXPECT_NE(Refusal(Replace(kPbkdf2, "/SQ=", "/SR=")).find("key"), std::string::npos);
  EXPECT_NE(Refusal(kPbkdf2.substr(0, kPbkdf2.size() - 1)).find("key"), std::string::npos);
}

TEST(PasswordHash, DamagedDigestsAreRefused) {
  EXPECT_NE(Refusal("{SHA}NuG4lcD58QZHSTZyUFMJVuem/IU").find("20 bytes"), std::string::npos);
  EXPECT_NE(Refusal("{MD5}NuG4lcD58QZHSTZyUFMJVuem/IU=").find("16 bytes"), std::string::npos);
  EXPECT_NE(Refusal("{SSHA256}").find("salt"), std::string::npos);
  EXPECT_NE(Refusal("{SSHA256}c2FsdHNhbHQ=").find("32 bytes"), std::string::npos);
  EXPECT_NE(Refusal(kSaltedSha256.substr(0, kSaltedSha256.size() - 1)).find("32 bytes"),
            std::string::npos);
}

TEST(PasswordHash, PlainTextIsNoHash) {
  for (const std::string_view stored : {"x-pack-test-password", "", "{plain}x", "{sha}x", "{SHA"}) {
    const std::string refusal = Refusal(stored);
    EXPECT_NE(refusal.find("plain text"), std::string::npos) << stored;
    EXPECT_EQ(refusal.find("x-pack-test"), std::string::npos);
  }
}

TEST(PasswordHash, OpendistroHasBcryptOnly) {
  EXPECT_TRUE(CheckBcryptHash(kBcrypt).ok());
  EXPECT_FALSE(CheckBcryptHash(kPbkdf2).ok());
  EXPECT_FALSE(CheckBcryptHash("").ok());
}

TEST(PasswordHash, NamesOfAlgorithms) {
  using Kind = PasswordHashing::Kind;
  const auto bcrypt = PasswordHashingNamed("bcrypt");
  ASSERT_TRUE(bcrypt.has_value());
  EXPECT_EQ(bcrypt->kind, Kind::kBcrypt);
  EXPECT_EQ(bcrypt->work, 10U);
  EXPECT_EQ(PasswordHashingNamed("BCRYPT14")->work, 14U);
  EXPECT_EQ(PasswordHashingNamed("pbkdf2")->work, 10'000U);
  EXPECT_EQ(PasswordHashingNamed("pbkdf2_1000000")->work, 1'000'000U);
  EXPECT_EQ(PasswordHashingNamed("pbkdf2_stretch_50000")->kind, Kind::kPbkdf2Stretch);
  for (const std::string_view name : {"bcrypt3", "bcrypt15", "bcrypt04", "pbkdf2_2000", "pbkdf2_",
                                      "pbkdf2_stretch_", "sha1", "noop", ""}) {
    EXPECT_FALSE(PasswordHashingNamed(name).has_value()) << name;
  }
}

TEST(PasswordHash, NewHashesMatchAndAreSalted) {
  for (const std::string_view name : {"bcrypt4", "pbkdf2_1000", "pbkdf2_stretch_1000"}) {
    const PasswordHashing hashing = *PasswordHashingNamed(name);
    const Result<std::string> first = HashPassword(hashing, kPassword);
    const Result<std::string> second = HashPassword(hashing, kPassword);
    ASSERT_TRUE(first.ok() && second.ok());
    EXPECT_NE(*first, *second);
    EXPECT_TRUE(CheckPasswordHash(*first).ok()) << *first;
    EXPECT_TRUE(PasswordMatches(*first, kPassword)) << *first;
    EXPECT_FALSE(PasswordMatches(*first, "other"));
    using namespace std::string_view_literals;
    EXPECT_FALSE(HashPassword(hashing, "a\0"sv).ok());
    EXPECT_FALSE(HashPassword(hashing, std::string(limits::kPasswordBytesMax + 1, 'a')).ok());
  }
}

TEST(PasswordHash, DirectChecker) {
  DirectPasswordChecker checker;
  using Verdict = PasswordChecker::Verdict;
  EXPECT_EQ(checker.Check({kBcrypt, kPassword, 0}), Verdict::kRight);
  EXPECT_EQ(checker.Check({kBcrypt, "other", 0}), Verdict::kWrong);
}

}  // namespace
}  // namespace pkigate::identity
