// SPDX-License-Identifier: Apache-2.0
//
// Peek sees what a start would see and leaves no trace: not in a good store, not in one that a
// crash left behind, not in one that is refused.
#include "store/peek.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include "store/database.h"

namespace pkigate::store {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class PeekTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string folder = ::testing::TempDir() + "pkigate-peek-XXXXXX";
    ASSERT_NE(::mkdtemp(folder.data()), nullptr);
    folder_ = folder;
    path_ = folder_ / "store.db";
  }
  void TearDown() override { fs::remove_all(folder_); }

  // Every file of the folder with its content.
  std::map<std::string, std::string> Files() const {
    std::map<std::string, std::string> files;
    for (const auto& entry : fs::directory_iterator(folder_)) {
      std::ifstream in(entry.path(), std::ios::binary);
      files[entry.path().filename()] = {std::istreambuf_iterator<char>(in), {}};
    }
    return files;
  }
  // In a child that says when it is done and then, holding the store, waits or dies on the spot.
  pid_t WriteInChild(bool holds_on) const {
    int said[2];
    EXPECT_EQ(::pipe(said), 0);
    const pid_t child = ::fork();
    if (child == 0) {
      auto store = Store::Open(path_);
      const bool ok = store.ok() && (*store)->Put(Family::kXpack, "first", "{}").ok() &&
                      (*store)->Bury(Family::kOpendistro, "second").ok();
      const char byte = ok ? 'y' : 'n';
      (void)!::write(said[1], &byte, 1);
      while (holds_on) {
        ::pause();
      }
      ::_exit(0);  // no destructors: the log stays
    }
    char byte = 'n';
    EXPECT_EQ(::read(said[0], &byte, 1), 1);
    EXPECT_EQ(byte, 'y');
    ::close(said[0]);
    ::close(said[1]);
    return child;
  }
  void ExpectBoth() const {
    const auto found = Peek(path_);
    ASSERT_TRUE(found.ok()) << found.error().message;
    ASSERT_EQ(found->size(), 2U);
    EXPECT_EQ((*found)[0].name, "second");
    EXPECT_EQ((*found)[0].document, std::nullopt);
    EXPECT_EQ((*found)[1].name, "first");
    EXPECT_EQ((*found)[1].document, "{}");
  }
  Error PeekError() const {
    const auto found = Peek(path_);
    EXPECT_FALSE(found.ok());
    return found.ok() ? Error{} : found.error();
  }

  fs::path folder_;
  std::string path_;
};

TEST_F(PeekTest, NoFileIsAnEmptyStoreAndStaysNone) {
  const auto found = Peek(path_);
  ASSERT_TRUE(found.ok()) << found.error().message;
  EXPECT_TRUE(found->empty());
  EXPECT_TRUE(Files().empty());
  path_ = folder_ / "missing" / "store.db";
  EXPECT_STREQ(PeekError().code, "store_unusable");
}

TEST_F(PeekTest, SeesAClosedStoreAndLeavesItAlone) {
  {
    auto store = Store::Open(path_);
    ASSERT_TRUE(store.ok());
    ASSERT_TRUE((*store)->Put(Family::kXpack, "first", "{}").ok());
    ASSERT_TRUE((*store)->Bury(Family::kOpendistro, "second").ok());
  }
  const auto before = Files();
  ExpectBoth();
  EXPECT_EQ(Files(), before);
}

TEST_F(PeekTest, SeesWhatACrashLeftInTheLog) {
  const pid_t child = WriteInChild(/*holds_on=*/false);
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  const auto before = Files();
  ASSERT_EQ(before.size(), 2U) << "the store and its log";
  ExpectBoth();
  EXPECT_EQ(Files(), before);
}

TEST_F(PeekTest, AStoreThatIsHeldIsSaidToBe) {
  const pid_t child = WriteInChild(/*holds_on=*/true);
  const auto before = Files();
  const Error error = PeekError();
  EXPECT_STREQ(error.code, "store_in_use");
  EXPECT_THAT(error.message, HasSubstr(path_));
  EXPECT_EQ(Files(), before);
  ::kill(child, SIGKILL);
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ExpectBoth();
}

TEST_F(PeekTest, RefusesWhatAStartWouldRefuse) {
  std::ofstream(path_).close();
  Error error = PeekError();
  EXPECT_STREQ(error.code, "store_corrupt");
  EXPECT_THAT(error.message, HasSubstr("store " + path_ + " is empty"));
  std::ofstream(path_) << std::string(5'000, 'x');
  error = PeekError();
  EXPECT_STREQ(error.code, "store_corrupt");
  EXPECT_THAT(error.message, HasSubstr("store " + path_ + " is damaged"));
  fs::remove(path_);
  ASSERT_TRUE(Store::Open(path_).ok());
  {
    auto database = Database::Open(path_);
    ASSERT_TRUE(database.ok());
    ASSERT_TRUE((*database)->Execute("PRAGMA user_version=99").ok());
  }
  const auto before = Files();
  EXPECT_STREQ(PeekError().code, "store_too_new");
  EXPECT_EQ(Files(), before);
}

}  // namespace
}  // namespace pkigate::store
