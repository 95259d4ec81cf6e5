// SPDX-License-Identifier: Apache-2.0
#include "tls/verified_chains.h"

#include <gtest/gtest.h>

namespace pkigate::tls {
namespace {

std::shared_ptr<const x509::PeerChain> ChainWithKey(uint8_t byte) {
  auto chain = std::make_shared<x509::PeerChain>();
  chain->chain_key.fill(byte);
  return chain;
}

x509::Fingerprint Key(uint8_t byte) {
  x509::Fingerprint key;
  key.fill(byte);
  return key;
}

int64_t until = 0;

TEST(VerifiedChains, FindsWhatWasInserted) {
  VerifiedChains chains(10);
  EXPECT_EQ(chains.Find(Key(1), 7, 100, &until), nullptr);
  const auto chain = ChainWithKey(1);
  chains.Insert(chain, 7, 200);
  EXPECT_EQ(chains.Find(Key(1), 7, 100, &until), chain);
  EXPECT_EQ(until, 200);
  EXPECT_EQ(chains.Find(Key(2), 7, 100, &until), nullptr);  // another chain
  EXPECT_EQ(chains.Find(Key(1), 8, 100, &until), nullptr);  // another trust store
}

TEST(VerifiedChains, GoodToTheLastSecond) {
  VerifiedChains chains(10);
  chains.Insert(ChainWithKey(1), 7, 200);
  EXPECT_NE(chains.Find(Key(1), 7, 200, &until), nullptr);
  EXPECT_EQ(chains.Find(Key(1), 7, 201, &until), nullptr);
  EXPECT_EQ(chains.size(), 0U);
  EXPECT_EQ(chains.Find(Key(1), 7, 100, &until), nullptr);  // gone, also when the clock goes back
}

TEST(VerifiedChains, InsertedAgainReplaces) {
  VerifiedChains chains(10);
  chains.Insert(ChainWithKey(1), 7, 200);
  const auto newer = ChainWithKey(1);
  chains.Insert(newer, 7, 300);
  EXPECT_EQ(chains.size(), 1U);
  EXPECT_EQ(chains.Find(Key(1), 7, 250, &until), newer);
}

TEST(VerifiedChains, LeastRecentlyUsedGoesFirst) {
  VerifiedChains chains(3);
  for (uint8_t byte = 1; byte <= 3; ++byte) {
    chains.Insert(ChainWithKey(byte), 7, 200);
  }
  EXPECT_NE(chains.Find(Key(1), 7, 100, &until), nullptr);  // now the most recent
  chains.Insert(ChainWithKey(4), 7, 200);
  EXPECT_EQ(chains.size(), 3U);
  EXPECT_NE(chains.Find(Key(1), 7, 100, &until), nullptr);
  EXPECT_EQ(chains.Find(Key(2), 7, 100, &until), nullptr);
  EXPECT_NE(chains.Find(Key(3), 7, 100, &until), nullptr);
  EXPECT_NE(chains.Find(Key(4), 7, 100, &until), nullptr);
}

// A connection may hold a chain longer than the cache does.
TEST(VerifiedChains, ClearLetsGo) {
  VerifiedChains chains(3);
  const auto chain = ChainWithKey(1);
  chains.Insert(chain, 7, 200);
  chains.Clear();
  EXPECT_EQ(chains.size(), 0U);
  EXPECT_EQ(chain.use_count(), 1);
}

}  // namespace
}  // namespace pkigate::tls
