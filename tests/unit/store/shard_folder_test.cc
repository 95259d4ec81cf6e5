// SPDX-License-Identifier: Apache-2.0
#include "store/shard_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/limits.h"

namespace pkigate::store {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const std::string kName(64, 'a');
const std::string kOther = std::string(63, '0') + "f";

class ShardFolderTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string folder = ::testing::TempDir() + "pkigate-shards-XXXXXX";
    ASSERT_NE(::mkdtemp(folder.data()), nullptr);
    parent_ = folder;
    path_ = parent_ / "patterns";
  }
  void TearDown() override { std::filesystem::remove_all(parent_); }

  std::unique_ptr<ShardFolder> MustOpen() {
    auto folder = ShardFolder::Open(path_);
    EXPECT_TRUE(folder.ok()) << (folder.ok() ? "" : folder.error().message);
    return folder.ok() ? std::move(folder).value() : nullptr;
  }
  // What a new process would find.
  std::vector<ShardFolder::File> Load() {
    problems_.clear();
    return MustOpen()->LoadAll(&problems_);
  }
  std::filesystem::path FileOf(const std::string& name) const { return path_ / (name + ".shard"); }
  static mode_t ModeOf(const std::filesystem::path& path) {
    struct stat info {};
    EXPECT_EQ(::stat(path.c_str(), &info), 0);
    return info.st_mode & 0777;
  }

  std::filesystem::path parent_;
  std::filesystem::path path_;
  std::vector<std::string> problems_;
};

TEST_F(ShardFolderTest, WhatWasWrittenIsFoundAgain) {
  const auto folder = MustOpen();
  EXPECT_EQ(ModeOf(path_), 0700U);
  ASSERT_TRUE(folder->Write(kName, "bytes").ok());
  ASSERT_TRUE(folder->Write(kOther, std::string("\0x", 2)).ok());
  EXPECT_EQ(ModeOf(FileOf(kName)), 0600U);
  const auto files = Load();
  ASSERT_THAT(files, SizeIs(2));
  EXPECT_EQ(files[0].name, kOther);
  EXPECT_EQ(files[0].bytes, std::string("\0x", 2));
  EXPECT_EQ(files[1].bytes, "bytes");
  EXPECT_THAT(problems_, IsEmpty());
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(path_), {}), 2)
      << "nothing unfinished is left";
}

TEST_F(ShardFolderTest, RemovedIsGone) {
  const auto folder = MustOpen();
  ASSERT_TRUE(folder->Write(kName, "bytes").ok());
  folder->Remove(kName);
  EXPECT_THAT(folder->files(), IsEmpty());
  EXPECT_THAT(Load(), IsEmpty());
}

TEST_F(ShardFolderTest, AFolderThatOthersCanWriteIntoIsRefused) {
  ASSERT_NE(MustOpen(), nullptr);
  for (const mode_t mode : {0720U, 0702U, 0777U}) {
    ASSERT_EQ(::chmod(path_.c_str(), mode), 0);
    const auto refused = ShardFolder::Open(path_);
    ASSERT_FALSE(refused.ok()) << mode;
    EXPECT_STREQ(refused.error().code, "pattern_cache_unsafe");
    EXPECT_THAT(refused.error().message, HasSubstr(path_.string()));
    EXPECT_STREQ(ShardFolder::Check(path_).error().code, "pattern_cache_unsafe");
  }
  ASSERT_EQ(::chmod(path_.c_str(), 0755), 0);
  EXPECT_TRUE(ShardFolder::Check(path_).ok());
  EXPECT_NE(MustOpen(), nullptr);
}

TEST_F(ShardFolderTest, AFolderOfAnotherUserIsRefused) {
  if (::geteuid() != 0) {
    GTEST_SKIP() << "only root can give a folder away";
  }
  ASSERT_NE(MustOpen(), nullptr);
  ASSERT_EQ(::chown(path_.c_str(), 12345, 12345), 0);
  const auto refused = ShardFolder::Open(path_);
  ASSERT_FALSE(refused.ok());
  EXPECT_STREQ(refused.error().code, "pattern_cache_unsafe");
  EXPECT_THAT(refused.error().message, HasSubstr("belongs to user 12345"));
  EXPECT_TRUE(ShardFolder::Check(path_).ok()) << "who checks may be another user";
}

TEST_F(ShardFolderTest, NoFolderWhereItCannotBe) {
  path_ = parent_ / "missing" / "patterns";
  EXPECT_STREQ(ShardFolder::Open(path_).error().code, "pattern_cache_unusable");
  EXPECT_TRUE(ShardFolder::Check(path_).ok()) << "not there yet is no fault";
  path_ = parent_ / "file";
  std::ofstream(path_) << "x";
  EXPECT_STREQ(ShardFolder::Open(path_).error().code, "pattern_cache_unusable");
  EXPECT_STREQ(ShardFolder::Check(path_).error().code, "pattern_cache_unusable");
}

TEST_F(ShardFolderTest, FilesOfOthersAreNotRead) {
  {
    const auto folder = MustOpen();
    ASSERT_TRUE(folder->Write(kName, "good").ok());
    ASSERT_TRUE(folder->Write(kOther, "writable").ok());
  }
  ASSERT_EQ(::chmod(FileOf(kOther).c_str(), 0660), 0);
  const std::string link(64, 'c');
  std::filesystem::create_symlink(FileOf(kName), FileOf(link));
  std::ofstream(path_ / "README") << "not ours: left alone";
  const auto files = Load();
  ASSERT_THAT(files, SizeIs(1));
  EXPECT_EQ(files[0].bytes, "good");
  EXPECT_THAT(problems_, ElementsAre(HasSubstr("only we can write"), HasSubstr(link)));
  EXPECT_FALSE(std::filesystem::exists(FileOf(kOther)));
  EXPECT_FALSE(std::filesystem::is_symlink(FileOf(link)));
  EXPECT_TRUE(std::filesystem::exists(path_ / "README"));
}

TEST_F(ShardFolderTest, TooMuchIsNotWrittenAndNotRead) {
  const auto folder = MustOpen();
  const Status refused = folder->Write(kName, std::string(limits::kShardFileBytesMax + 1, 'x'));
  ASSERT_FALSE(refused.ok());
  EXPECT_STREQ(refused.error().code, "pattern_cache_full");
  EXPECT_THAT(Load(), IsEmpty());
  std::ofstream(FileOf(kName)) << "x";
  ASSERT_EQ(::chmod(FileOf(kName).c_str(), 0600), 0);
  std::filesystem::resize_file(FileOf(kName), limits::kShardFileBytesMax + 1);
  EXPECT_THAT(Load(), IsEmpty());
  EXPECT_THAT(problems_, ElementsAre(HasSubstr("larger than")));
}

}  // namespace
}  // namespace pkigate::store
