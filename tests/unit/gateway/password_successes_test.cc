// SPDX-License-Identifier: Apache-2.0
#include "gateway/password_successes.h"

#include <gtest/gtest.h>

#include <string>

namespace pkigate::gateway {
namespace {

using Digest = tls::KeyedDigest::Value;

TEST(PasswordSuccessesTest, KeepsForAsLongAsTheAskerSays) {
  PasswordSuccesses successes(10);
  tls::KeyedDigest digest;
  const Digest right = digest.Of("$2a$10$hash", "secret");
  EXPECT_FALSE(successes.Find(right, 60, 1'000)) << "nothing is known yet";
  successes.Insert(right, 1'000);
  EXPECT_TRUE(successes.Find(right, 60, 1'000));
  EXPECT_TRUE(successes.Find(right, 60, 60'999));
  EXPECT_FALSE(successes.Find(right, 60, 61'000)) << "too old";
  EXPECT_TRUE(successes.Find(right, 61, 61'000)) << "for another asker it is not";
  EXPECT_FALSE(successes.Find(right, 0, 1'000)) << "0: not at all";
  EXPECT_FALSE(successes.Find(right, -1, 1'000));
  successes.Insert(right, 70'000);
  EXPECT_TRUE(successes.Find(right, 60, 129'999)) << "a fresh check counts anew";
  EXPECT_EQ(successes.size(), 1U);
}

TEST(PasswordSuccessesTest, AnotherPasswordOrAnotherStoredHashIsAnotherQuestion) {
  PasswordSuccesses successes(10);
  tls::KeyedDigest digest;
  successes.Insert(digest.Of("$2a$10$hash", "secret"), 0);
  EXPECT_TRUE(successes.Find(digest.Of("$2a$10$hash", "secret"), 60, 0));
  EXPECT_FALSE(successes.Find(digest.Of("$2a$10$hash", "secreT"), 60, 0));
  EXPECT_FALSE(successes.Find(digest.Of("$2a$10$hasi", "secret"), 60, 0));
  EXPECT_FALSE(successes.Find(digest.Of("$2a$10$has", "hsecret"), 60, 0))
      << "where one ends counts";
  EXPECT_FALSE(successes.Find(digest.Of("", "$2a$10$hashsecret"), 60, 0));
}

TEST(PasswordSuccessesTest, TheOneUnusedForLongestGoes) {
  PasswordSuccesses successes(3);
  tls::KeyedDigest digest;
  const auto question = [&](int i) { return digest.Of("hash", std::to_string(i)); };
  for (int i = 0; i < 3; ++i) {
    successes.Insert(question(i), 0);
  }
  EXPECT_TRUE(successes.Find(question(0), 60, 0));
  successes.Insert(question(3), 0);
  EXPECT_EQ(successes.size(), 3U);
  EXPECT_FALSE(successes.Find(question(1), 60, 0));
  for (const int kept : {0, 2, 3}) {
    EXPECT_TRUE(successes.Find(question(kept), 60, 0)) << kept;
  }
}

// Digests of one object stand for nothing in another: each has a key of its own.
TEST(PasswordSuccessesTest, DigestsAreOfOneProcess) {
  tls::KeyedDigest one;
  tls::KeyedDigest other;
  EXPECT_EQ(one.Of("hash", "secret"), one.Of("hash", "secret"));
  EXPECT_NE(one.Of("hash", "secret"), other.Of("hash", "secret"));
}

}  // namespace
}  // namespace pkigate::gateway
