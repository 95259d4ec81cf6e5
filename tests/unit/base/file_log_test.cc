// SPDX-License-Identifier: Apache-2.0
//
// Files and the log file, on a real folder.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "base/file.h"
#include "base/log.h"

namespace pkigate {
namespace {

class TemporaryFolder : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "pkigate-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::string Path(const std::string& name) const { return folder_ + "/" + name; }

  std::string folder_;
};

using File = TemporaryFolder;
using Log = TemporaryFolder;

TEST_F(File, IsReadWholeOrNotAtAll) {
  std::ofstream(Path("a")) << std::string(100, 'x');
  EXPECT_EQ(ReadFile(Path("a"), 100)->size(), 100u);
  EXPECT_STREQ(ReadFile(Path("a"), 99).error().code, "file_too_large");
  EXPECT_STREQ(ReadFile(Path("b"), 99).error().code, "file_missing");
  EXPECT_STREQ(ReadFile(folder_, 99).error().code, "file_not_regular");
  ASSERT_EQ(::mkfifo(Path("pipe").c_str(), 0600), 0);
  EXPECT_STREQ(ReadFile(Path("pipe"), 99).error().code, "file_not_regular");
  EXPECT_NE(ReadFile(Path("b"), 99).error().message.find(Path("b")), std::string::npos);
}

TEST_F(File, PathsResolveAgainstTheFolder) {
  EXPECT_EQ(ResolvePath("/etc/x", "a/b.pem"), "/etc/x/a/b.pem");
  EXPECT_EQ(ResolvePath("/etc/x", "/a/b.pem"), "/a/b.pem");
  EXPECT_EQ(DirectoryOf("/etc/x/y.yml"), "/etc/x");
  EXPECT_EQ(DirectoryOf("y.yml"), ".");
  EXPECT_EQ(DirectoryOf("/y.yml"), "/");
}

TEST_F(Log, WritesQuotesAndReopensAfterRotation) {
  const std::string path = Path("pkigate.log");
  ASSERT_TRUE(log::Open({.path = path, .level = log::Level::kInfo}).ok());
  log::Event(log::Level::kInfo, "first").Text("dn", "CN=a b\n").Number("n", 7).Flag("ok", true);
  log::Event(log::Level::kDebug, "hidden");
  std::filesystem::rename(path, Path("old.log"));
  log::Event(log::Level::kInfo, "second");
  ASSERT_TRUE(log::Reopen().ok());
  log::Event(log::Level::kInfo, "third");
  const std::string old = *ReadFile(Path("old.log"), 10'000);
  const std::string current = *ReadFile(path, 10'000);
  EXPECT_NE(old.find("level=info event=first dn=\"CN=a b\\n\" n=7 ok=true\n"), std::string::npos);
  EXPECT_NE(old.find("event=second\n"), std::string::npos);
  EXPECT_EQ(old.find("hidden"), std::string::npos);
  EXPECT_EQ(current.find("second"), std::string::npos);
  EXPECT_NE(current.find("event=third\n"), std::string::npos);

  ASSERT_TRUE(log::Open({.path = path, .level = log::Level::kInfo, .json = true}).ok());
  log::Event(log::Level::kWarn, "fourth").Text("dn", "\"").Number("n", -1);
  EXPECT_NE(ReadFile(path, 10'000)->find(R"("level":"warn","event":"fourth","dn":"\"","n":-1})"),
            std::string::npos);
  EXPECT_FALSE(log::Open({.path = Path("no/such/folder.log")}).ok());
}

// A configuration that no longer names a file: the log goes where it went before there was one.
TEST_F(Log, GoesBackToStandardError) {
  const std::string path = Path("pkigate.log");
  ASSERT_TRUE(log::Open({.path = path, .level = log::Level::kInfo}).ok());
  log::Event(log::Level::kInfo, "filed");
  testing::internal::CaptureStderr();
  ASSERT_TRUE(log::Open({.path = "", .level = log::Level::kInfo}).ok());
  log::Event(log::Level::kInfo, "said");
  const std::string said = testing::internal::GetCapturedStderr();
  EXPECT_NE(said.find("event=said\n"), std::string::npos);
  EXPECT_EQ(said.find("filed"), std::string::npos);
  const std::string filed = *ReadFile(path, 10'000);
  EXPECT_NE(filed.find("event=filed\n"), std::string::npos);
  EXPECT_EQ(filed.find("said"), std::string::npos);
  ASSERT_TRUE(log::Open({.path = path, .level = log::Level::kInfo}).ok());
  log::Event(log::Level::kInfo, "again");
  EXPECT_NE(ReadFile(path, 10'000)->find("event=again\n"), std::string::npos);
}

TEST(LogLevel, KnowsItsWords) {
  EXPECT_EQ(*log::ParseLevel("warn"), log::Level::kWarn);
  EXPECT_FALSE(log::ParseLevel("loud").ok());
}

}  // namespace
}  // namespace pkigate
