// SPDX-License-Identifier: Apache-2.0
//
// Shards through a folder from one process to the next, as if each had been started anew.
#include "control/pattern_cache.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

namespace pkigate::control {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

std::vector<std::string> Numbered(size_t first, size_t last) {
  std::vector<std::string> expressions;
  for (size_t number = first; number < last; ++number) {
    expressions.push_back("^(?:n" + std::to_string(number) + "-.)\\z");
  }
  return expressions;
}

class PatternCacheTest : public ::testing::Test {
 protected:
  void SetUp() override {
    path_ = ::testing::TempDir() + "pkigate-shard-files-XXXXXX";
    ASSERT_NE(::mkdtemp(path_.data()), nullptr);
  }
  void TearDown() override { std::filesystem::remove_all(path_); }

  std::unique_ptr<store::ShardFolder> Open() {
    auto folder = store::ShardFolder::Open(path_);
    EXPECT_TRUE(folder.ok());
    return std::move(folder).value();
  }

  std::string path_;
};

TEST_F(PatternCacheTest, ALaterProcessTakesOverWhatDidNotChange) {
  {
    const auto folder = Open();
    match::ShardCache cache;
    LoadShards(*folder, cache);
    const auto uses = cache.Cover(Numbered(0, 10));
    SaveShards(cache, *folder);
    EXPECT_THAT(folder->files(), SizeIs(1));
  }
  const auto folder = Open();
  match::ShardCache cache;
  LoadShards(*folder, cache);
  ASSERT_THAT(cache.shards(), SizeIs(1));
  const auto loaded = cache.shards()[0];
  const auto uses = cache.Cover(Numbered(0, 12));
  ASSERT_TRUE(uses.ok());
  ASSERT_THAT(*uses, SizeIs(2));
  EXPECT_EQ((*uses)[0].shard, loaded);
  SaveShards(cache, *folder);
  EXPECT_THAT(folder->files(), SizeIs(2));
}

TEST_F(PatternCacheTest, WhatNoPolicyUsesIsRemoved) {
  const auto folder = Open();
  match::ShardCache cache;
  ASSERT_TRUE(cache.Cover(Numbered(0, 3)).ok());
  SaveShards(cache, *folder);
  cache.Trim();
  SaveShards(cache, *folder);
  EXPECT_THAT(folder->files(), IsEmpty());
}

TEST_F(PatternCacheTest, DamagedAndMisnamedFilesAreRemovedAndReplaced) {
  {
    const auto folder = Open();
    match::ShardCache cache;
    const auto uses = cache.Cover(Numbered(0, 3));
    SaveShards(cache, *folder);
    const std::string name = folder->files().begin()->first;
    std::filesystem::copy_file(path_ + "/" + name + ".shard",
                               path_ + "/" + std::string(64, 'a') + ".shard");
    std::filesystem::resize_file(path_ + "/" + name + ".shard", 100);
  }
  const auto folder = Open();
  match::ShardCache cache;
  LoadShards(*folder, cache);
  EXPECT_THAT(cache.shards(), IsEmpty());
  EXPECT_THAT(folder->files(), IsEmpty());
  const auto uses = cache.Cover(Numbered(0, 3));
  SaveShards(cache, *folder);
  match::ShardCache next;
  LoadShards(*Open(), next);
  EXPECT_THAT(next.shards(), SizeIs(1));
}

}  // namespace
}  // namespace pkigate::control
