// SPDX-License-Identifier: Apache-2.0
#include "gateway/principal_cache.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace pkigate::gateway {
namespace {

constexpr uint64_t kGeneration = 7;
constexpr int64_t kNow = 1'000;

PrincipalKey Key(uint8_t chain, uint32_t listener = 0, const char* address = "0.0.0.0") {
  PrincipalKey key;
  key.chain_key.fill(chain);
  key.listener = listener;
  key.address = *IpAddress::Parse(address);
  return key;
}

std::shared_ptr<const Caller> Named(const std::string& name, uint64_t generation = kGeneration,
                                    int64_t expires_unix = kNow + 60) {
  auto caller = std::make_shared<Caller>();
  caller->user_value = name;
  caller->generation = generation;
  caller->expires_unix = expires_unix;
  return caller;
}

TEST(PrincipalCache, FindsWhatWasInserted) {
  PrincipalCache cache(4);
  cache.Insert(Key(1), Named("a"));
  const auto found = cache.Find(Key(1), kGeneration, kNow);
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->user_value, "a");
}

TEST(PrincipalCache, KeepsChainsListenersAndAddressesApart) {
  PrincipalCache cache(4);
  cache.Insert(Key(1, 0, "10.0.0.1"), Named("a"));
  EXPECT_EQ(cache.Find(Key(2, 0, "10.0.0.1"), kGeneration, kNow), nullptr);
  EXPECT_EQ(cache.Find(Key(1, 1, "10.0.0.1"), kGeneration, kNow), nullptr);
  EXPECT_EQ(cache.Find(Key(1, 0, "10.0.0.2"), kGeneration, kNow), nullptr);
  EXPECT_NE(cache.Find(Key(1, 0, "10.0.0.1"), kGeneration, kNow), nullptr);
}

TEST(PrincipalCache, AnotherGenerationIsAsIfAbsentAndTheEntryGoes) {
  PrincipalCache cache(4);
  cache.Insert(Key(1), Named("a"));
  EXPECT_EQ(cache.Find(Key(1), kGeneration + 1, kNow), nullptr);
  EXPECT_EQ(cache.size(), 0u);
}

TEST(PrincipalCache, ExpiryIsTheFirstSecondThatNoLongerCounts) {
  PrincipalCache cache(4);
  cache.Insert(Key(1), Named("a", kGeneration, kNow + 1));
  EXPECT_NE(cache.Find(Key(1), kGeneration, kNow), nullptr);
  EXPECT_EQ(cache.Find(Key(1), kGeneration, kNow + 1), nullptr);
}

TEST(PrincipalCache, DropsTheLeastRecentlyUsedWhenFull) {
  PrincipalCache cache(2);
  cache.Insert(Key(1), Named("a"));
  cache.Insert(Key(2), Named("b"));
  (void)cache.Find(Key(1), kGeneration, kNow);
  cache.Insert(Key(3), Named("c"));
  EXPECT_EQ(cache.size(), 2u);
  EXPECT_NE(cache.Find(Key(1), kGeneration, kNow), nullptr);
  EXPECT_EQ(cache.Find(Key(2), kGeneration, kNow), nullptr);
}

TEST(PrincipalCache, InsertingAgainReplaces) {
  PrincipalCache cache(2);
  cache.Insert(Key(1), Named("a"));
  cache.Insert(Key(1), Named("b"));
  EXPECT_EQ(cache.size(), 1u);
  EXPECT_EQ(cache.Find(Key(1), kGeneration, kNow)->user_value, "b");
}

}  // namespace
}  // namespace pkigate::gateway
