// SPDX-License-Identifier: Apache-2.0
#include "store/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "base/limits.h"
#include "store/database.h"
#include "store/schema.h"

namespace pkigate::store {
namespace {

using ::testing::HasSubstr;

class StoreTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string folder = ::testing::TempDir() + "pkigate-store-XXXXXX";
    ASSERT_NE(::mkdtemp(folder.data()), nullptr);
    folder_ = folder;
    path_ = folder_ / "store.db";
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::unique_ptr<Store> MustOpen() {
    auto store = Store::Open(path_);
    EXPECT_TRUE(store.ok()) << (store.ok() ? "" : store.error().message);
    return store.ok() ? std::move(store).value() : nullptr;
  }
  // The error of opening the path as it is.
  Error OpenError() {
    auto store = Store::Open(path_);
    EXPECT_FALSE(store.ok()) << "opened, though it must be refused";
    return store.ok() ? Error{} : store.error();
  }
  static std::vector<RoleMapping> MustLoad(Store& store) {
    auto all = store.LoadAll();
    EXPECT_TRUE(all.ok());
    return all.ok() ? std::move(all).value() : std::vector<RoleMapping>();
  }
  void WriteFile(std::string_view content) {
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << content;
  }
  // Runs SQL on the closed file, as an operator or another program might.
  void Tamper(const std::string& sql) {
    auto database = Database::Open(path_);
    ASSERT_TRUE(database.ok());
    ASSERT_TRUE((*database)->Execute(sql).ok());
  }

  std::filesystem::path folder_;
  std::string path_;
};

TEST_F(StoreTest, NewStoreIsEmptyAndPrivate) {
  const auto store = MustOpen();
  EXPECT_TRUE(MustLoad(*store).empty());
  EXPECT_EQ(store->last_sequence(), 0U);
  struct stat info {};
  ASSERT_EQ(::stat(path_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600U);
  ASSERT_EQ(::stat((path_ + "-wal").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600U);
}

TEST_F(StoreTest, CreatingLeavesNothingElseBehind) {
  MustOpen().reset();
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
    names.push_back(entry.path().filename());
  }
  EXPECT_THAT(names, ::testing::ElementsAre("store.db"));
}

TEST_F(StoreTest, AStoreOthersCouldReadIsMadePrivate) {
  MustOpen().reset();
  ASSERT_EQ(::chmod(path_.c_str(), 0644), 0);
  const auto store = MustOpen();
  struct stat info {};
  ASSERT_EQ(::stat(path_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600U);
}

TEST_F(StoreTest, KeepsWhatWasWrittenAcrossOpenings) {
  {
    const auto store = MustOpen();
    EXPECT_EQ(store->Put(Family::kXpack, "users", R"({"a":1})").value(), 1U);
    EXPECT_EQ(store->Put(Family::kOpendistro, "readall", R"({"b":2})").value(), 2U);
    EXPECT_EQ(store->Put(Family::kXpack, "users", R"({"a":3})").value(), 3U);
    EXPECT_EQ(store->Bury(Family::kOpendistro, "kibana_user").value(), 4U);
  }
  const auto store = MustOpen();
  EXPECT_EQ(store->last_sequence(), 4U);
  const std::vector<RoleMapping> all = MustLoad(*store);
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].family, Family::kOpendistro);
  EXPECT_EQ(all[0].name, "kibana_user");
  EXPECT_EQ(all[0].document, std::nullopt);
  EXPECT_EQ(all[0].sequence, 4U);
  EXPECT_EQ(all[1].name, "readall");
  EXPECT_EQ(all[1].document, R"({"b":2})");
  EXPECT_EQ(all[2].family, Family::kXpack);
  EXPECT_EQ(all[2].document, R"({"a":3})");
  EXPECT_EQ(all[2].sequence, 3U);
}

TEST_F(StoreTest, DeletedObjectsAreGoneAndNumbersNeverRecur) {
  {
    const auto store = MustOpen();
    ASSERT_TRUE(store->Put(Family::kXpack, "a", "{}").ok());
    EXPECT_EQ(store->Delete(Family::kXpack, "a").value(), 2U);
    EXPECT_EQ(store->Delete(Family::kXpack, "a").value(), 3U) << "nothing there: still a change";
    EXPECT_TRUE(MustLoad(*store).empty());
  }
  EXPECT_EQ(MustOpen()->Put(Family::kXpack, "a", "{}").value(), 4U);
}

TEST_F(StoreTest, FamiliesAreKeptApart) {
  const auto store = MustOpen();
  ASSERT_TRUE(store->Put(Family::kXpack, "same", "1").ok());
  ASSERT_TRUE(store->Put(Family::kOpendistro, "same", "2").ok());
  ASSERT_TRUE(store->Delete(Family::kXpack, "same").ok());
  const std::vector<RoleMapping> all = MustLoad(*store);
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].family, Family::kOpendistro);
}

TEST_F(StoreTest, NamesAndDocumentsAreTakenByteForByte) {
  const std::string name = "it's \"a\"; DROP TABLE role_mapping; -- \xc3\xa9";
  const std::string document(200'000, '\'');
  {
    const auto store = MustOpen();
    ASSERT_TRUE(store->Put(Family::kXpack, name, document).ok());
  }
  const auto store = MustOpen();
  const std::vector<RoleMapping> all = MustLoad(*store);
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].name, name);
  EXPECT_EQ(all[0].document, document);
}

TEST_F(StoreTest, APutBringsABuriedObjectBack) {
  const auto store = MustOpen();
  ASSERT_TRUE(store->Bury(Family::kOpendistro, "r").ok());
  ASSERT_TRUE(store->Put(Family::kOpendistro, "r", "{}").ok());
  EXPECT_EQ(MustLoad(*store).at(0).document, "{}");
}

// --- durability ----------------------------------------------------------------------------------

// A child writes, says which change was acknowledged, and is killed without any farewell. What was
// acknowledged is there after reopening, complete and in order.
TEST_F(StoreTest, WhatWasAcknowledgedSurvivesKill9) {
  for (const int num_writes : {1, 7, 300}) {
    int said[2];
    ASSERT_EQ(::pipe(said), 0);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      auto store = Store::Open(path_);
      for (int i = 0; store.ok() && i < num_writes; ++i) {
        const std::string name = "m" + std::to_string(i);
        if (!(*store)->Put(Family::kXpack, name, std::to_string(num_writes)).ok()) {
          ::_exit(2);
        }
        const char byte = 'a';
        if (::write(said[1], &byte, 1) != 1) {
          ::_exit(3);
        }
      }
      ::raise(SIGKILL);
      ::_exit(4);
    }
    ::close(said[1]);
    int num_acknowledged = 0;
    char byte = 0;
    while (::read(said[0], &byte, 1) == 1) {
      ++num_acknowledged;
    }
    ::close(said[0]);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << status;
    ASSERT_EQ(num_acknowledged, num_writes);
    const auto store = MustOpen();
    ASSERT_NE(store, nullptr);
    int num_found = 0;
    for (const RoleMapping& mapping : MustLoad(*store)) {
      num_found += mapping.document == std::to_string(num_writes) ? 1 : 0;
    }
    EXPECT_EQ(num_found, num_writes);
  }
}

// A write-ahead log that ends in the middle of a change (a torn write) loses that change alone.
TEST_F(StoreTest, ATornLastChangeIsDroppedAndTheRestKept) {
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    auto store = Store::Open(path_);
    const bool ok = store.ok() && (*store)->Put(Family::kXpack, "first", "{}").ok() &&
                    (*store)->Put(Family::kXpack, "second", "{}").ok();
    ::_exit(ok ? 0 : 1);  // no destructors: the log stays as a crash would leave it
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  const auto log_bytes = std::filesystem::file_size(path_ + "-wal");
  ASSERT_GT(log_bytes, 100U);
  std::filesystem::resize_file(path_ + "-wal", log_bytes - 100);
  const auto store = MustOpen();
  const std::vector<RoleMapping> all = MustLoad(*store);
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].name, "first");
  EXPECT_EQ(store->last_sequence(), 1U);
}

// The disk takes no more: the write says so, nothing has changed, and the store works on when there
// is room again. RLIMIT_FSIZE stands in for a full disk, in a child so that it ends with it.
TEST_F(StoreTest, AFullDiskIsAnErrorAndChangesNothing) {
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    std::signal(SIGXFSZ, SIG_IGN);  // as the gateway does: write(2) then fails with EFBIG
    auto store = Store::Open(path_);
    if (!store.ok() || !(*store)->Put(Family::kXpack, "before", "{}").ok()) {
      ::_exit(10);
    }
    rlimit limit{};
    ::getrlimit(RLIMIT_FSIZE, &limit);
    const rlimit small{64 * 1024, limit.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &small);
    const auto refused = (*store)->Put(Family::kXpack, "big", std::string(200'000, 'x'));
    if (refused.ok()) {
      ::_exit(11);
    }
    const std::string_view code = refused.error().code;
    if ((code != "store_full" && code != "store_failed") ||
        refused.error().message.find(path_) == std::string::npos) {
      ::_exit(12);
    }
    if ((*store)->last_sequence() != 1 || (*store)->LoadAll().value().size() != 1) {
      ::_exit(13);
    }
    ::setrlimit(RLIMIT_FSIZE, &limit);
    const auto taken = (*store)->Put(Family::kXpack, "after", "{}");
    ::_exit(taken.ok() && *taken == 2 ? 0 : 14);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
  const auto store = MustOpen();
  EXPECT_EQ(MustLoad(*store).size(), 2U);
}

TEST_F(StoreTest, ANumberOfObjectsIsAllAStoreTakes) {
  MustOpen().reset();
  Tamper("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " +
         std::to_string(limits::kStoredObjects) +
         ") INSERT INTO role_mapping SELECT 'xpack', 'm' || i, '{}', i FROM n");
  const auto store = MustOpen();
  const auto refused = store->Put(Family::kXpack, "one more", "{}");
  ASSERT_FALSE(refused.ok());
  EXPECT_STREQ(refused.error().code, "store_full");
  EXPECT_TRUE(store->Put(Family::kXpack, "m1", "[]").ok()) << "replacing adds nothing";
}

// --- refusals ------------------------------------------------------------------------------------

// Each opener is a process of its own: SQLite's locks do not tell two connections of one apart from
// a reader and its writer.
TEST_F(StoreTest, ASecondProcessIsLockedOutUntilTheFirstIsGone) {
  auto store = MustOpen();
  ASSERT_NE(store, nullptr);
  const auto open_in_child = [this] {
    const pid_t child = ::fork();
    if (child == 0) {
      const auto second = Store::Open(path_);
      if (second.ok()) {
        ::_exit(0);
      }
      const bool said = std::string_view(second.error().code) == "store_in_use" &&
                        second.error().message.find(path_) != std::string::npos &&
                        second.error().message.find("another process") != std::string::npos;
      ::_exit(said ? 1 : 2);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  };
  EXPECT_EQ(open_in_child(), 1);
  EXPECT_TRUE(store->Put(Family::kXpack, "a", "{}").ok()) << "the holder is not disturbed";
  store.reset();
  EXPECT_EQ(open_in_child(), 0);
}

TEST_F(StoreTest, AGarbledFileIsRefused) {
  WriteFile(
      "this is no database, but it is long enough to be looked at as one by a hurried reader");
  const Error error = OpenError();
  EXPECT_STREQ(error.code, "store_corrupt");
  EXPECT_THAT(error.message, HasSubstr(path_));
  EXPECT_THAT(error.message, HasSubstr("backup"));
}

TEST_F(StoreTest, AnEmptyFileIsRefused) {
  WriteFile("");
  const Error error = OpenError();
  EXPECT_STREQ(error.code, "store_corrupt");
  EXPECT_THAT(error.message, HasSubstr(path_ + " is empty"));
}

TEST_F(StoreTest, ATruncatedFileIsRefused) {
  {
    const auto store = MustOpen();
    for (int i = 0; i < 500; ++i) {
      ASSERT_TRUE(store->Put(Family::kXpack, "m" + std::to_string(i), std::string(300, 'x')).ok());
    }
  }
  std::filesystem::resize_file(path_, std::filesystem::file_size(path_) / 2);
  EXPECT_STREQ(OpenError().code, "store_corrupt");
}

TEST_F(StoreTest, ADamagedPageIsRefused) {
  {
    const auto store = MustOpen();
    for (int i = 0; i < 500; ++i) {
      ASSERT_TRUE(store->Put(Family::kXpack, "m" + std::to_string(i), std::string(300, 'x')).ok());
    }
  }
  std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(4096 * 5);
  file << std::string(4096, '\xff');
  file.close();
  EXPECT_STREQ(OpenError().code, "store_corrupt");
}

TEST_F(StoreTest, ANewerSchemaIsRefusedAndLeftAlone) {
  MustOpen().reset();
  Tamper("PRAGMA user_version=" + std::to_string(SchemaVersion() + 1));
  const Error error = OpenError();
  EXPECT_STREQ(error.code, "store_too_new");
  EXPECT_THAT(error.message, HasSubstr(path_));
  Tamper("PRAGMA user_version=" + std::to_string(SchemaVersion()));
  EXPECT_NE(MustOpen(), nullptr);
}

TEST_F(StoreTest, AnotherProgramsDatabaseIsRefused) {
  WriteFile("");
  Tamper("CREATE TABLE theirs (a)");
  EXPECT_STREQ(OpenError().code, "store_foreign");
}

TEST_F(StoreTest, AStoreWithoutItsTablesIsRefused) {
  MustOpen().reset();
  Tamper("DROP TABLE change");
  auto store = Store::Open(path_);
  ASSERT_FALSE(store.ok());
  EXPECT_THAT(store.error().message, HasSubstr("no such table: change"));
}

TEST_F(StoreTest, AMissingFolderIsNamed) {
  path_ = folder_ / "nowhere" / "store.db";
  const Error error = OpenError();
  EXPECT_STREQ(error.code, "store_unusable");
  EXPECT_THAT(error.message, HasSubstr(path_));
}

TEST_F(StoreTest, AFolderIsNoStore) {
  path_ = folder_;
  const Error error = OpenError();
  EXPECT_STREQ(error.code, "store_unusable");
  EXPECT_THAT(error.message, HasSubstr("not a regular file"));
}

}  // namespace
}  // namespace pkigate::store
