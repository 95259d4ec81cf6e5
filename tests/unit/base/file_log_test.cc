// SPDX-License-Identifier: Apache-2.0
//
// Files and the log file, on a real folder.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
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
  for (const mode_t mode : {0640U, 0620U, 0604U, 0602U}) {
    ::chmod(Path("a").c_str(), mode);
    EXPECT_STREQ(ReadPrivateFile(Path("a"), 100).error().code, "file_exposed");
  }
  ::chmod(Path("a").c_str(), 0600);
  EXPECT_EQ(ReadPrivateFile(Path("a"), 100)->size(), 100u);
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

int CountOf(const std::string& what, const std::string& text) {
  int count = 0;
  for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) {
    ++count;
  }
  return count;
}

int NumLost(const std::string& text) {
  const std::string key = "event=log_lines_lost count=";
  int sum = 0;
  for (size_t at = text.find(key); at != std::string::npos; at = text.find(key, at + 1)) {
    sum += std::stoi(text.substr(at + key.size()));
  }
  return sum;
}

// Whoever started the gateway may have stopped reading what it says.
TEST_F(Log, AFullPipeLosesLinesAndSaysSo) {
  const int kept = ::dup(STDERR_FILENO);
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  ASSERT_EQ(::dup2(ends[1], STDERR_FILENO), STDERR_FILENO);
  ::close(ends[1]);
  ASSERT_TRUE(log::Open({.path = "", .level = log::Level::kInfo}).ok());
  const std::string filler(1000, 'x');
  for (int i = 0; i < 200; ++i) {
    log::Event(log::Level::kInfo, "filler").Text("text", filler);
  }
  EXPECT_EQ(::fcntl(STDERR_FILENO, F_GETFL) & O_NONBLOCK, 0) << "not ours alone to change";
  std::string read(1 << 20, '\0');
  const auto take = [&] {
    const ssize_t num_read = ::read(ends[0], read.data(), read.size());
    return read.substr(0, num_read < 0 ? 0 : static_cast<size_t>(num_read));
  };
  const std::string before = take();
  EXPECT_EQ(before.back(), '\n') << "whole lines";
  log::Event(log::Level::kInfo, "after");
  const std::string after = take();
  EXPECT_NE(after.find("event=after\n"), std::string::npos);
  EXPECT_NE(after.find("event=log_lines_lost count="), std::string::npos) << after;
  // A short line may have found room between two long ones, so there can be several reports.
  const int num_seen = CountOf("event=filler ", before);
  EXPECT_GT(num_seen, 10);
  EXPECT_LT(num_seen, 200);
  EXPECT_EQ(num_seen + NumLost(before + after), 200);
  log::Event(log::Level::kInfo, "later");
  EXPECT_EQ(take().find("lost"), std::string::npos);
  ASSERT_EQ(::dup2(kept, STDERR_FILENO), STDERR_FILENO);
  ASSERT_TRUE(log::Open({.path = "", .level = log::Level::kInfo}).ok());
  ::close(kept);
  ::close(ends[0]);
}

TEST_F(Log, AFullSocketLosesLinesToo) {
  const int kept = ::dup(STDERR_FILENO);
  int ends[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
  ASSERT_EQ(::dup2(ends[1], STDERR_FILENO), STDERR_FILENO);
  ::close(ends[1]);
  ASSERT_TRUE(log::Open({.path = "", .level = log::Level::kInfo}).ok());
  const std::string filler(1000, 'x');
  for (int i = 0; i < 2'000; ++i) {
    log::Event(log::Level::kInfo, "filler").Text("text", filler);
  }
  std::string read(8 << 20, '\0');
  ASSERT_GT(::recv(ends[0], read.data(), read.size(), MSG_DONTWAIT), 0);
  while (::recv(ends[0], read.data(), read.size(), MSG_DONTWAIT) > 0) {
  }
  log::Event(log::Level::kInfo, "after");
  const ssize_t num_read = ::recv(ends[0], read.data(), read.size(), MSG_DONTWAIT);
  ASSERT_GT(num_read, 0);
  EXPECT_NE(read.substr(0, static_cast<size_t>(num_read)).find("event=log_lines_lost count="),
            std::string::npos);
  ASSERT_EQ(::dup2(kept, STDERR_FILENO), STDERR_FILENO);
  ASSERT_TRUE(log::Open({.path = "", .level = log::Level::kInfo}).ok());
  ::close(kept);
  ::close(ends[0]);
}

TEST(LogLevel, KnowsItsWords) {
  EXPECT_EQ(*log::ParseLevel("warn"), log::Level::kWarn);
  EXPECT_FALSE(log::ParseLevel("loud").ok());
}

}  // namespace
}  // namespace pkigate
