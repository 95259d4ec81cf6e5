// SPDX-License-Identifier: Apache-2.0
#include "site.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "test_pki.h"

namespace pkigate::embed::testing {

namespace {

using x509::testing::Issue;
using x509::testing::IssueCa;
using x509::testing::Issued;
using x509::testing::Wishes;

static_assert(kNow == x509::testing::kNow && kYear == x509::testing::kYear);

constexpr char kClientAuth[] = "1.3.6.1.5.5.7.3.2";
constexpr char kServerAuth[] = "1.3.6.1.5.5.7.3.1";

const std::filesystem::path kSource(PKIGATE_SOURCE_ROOT);

std::string Read(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  EXPECT_TRUE(stream.good()) << file;
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

Chain IssuedTo(std::string_view common_name, const Issued& authority, const char* usage,
               int64_t not_after_unix) {
  Wishes wishes;
  wishes.subject = common_name;
  wishes.extended_key_usage = {usage};
  wishes.not_after = not_after_unix;
  return {Issue(wishes, &authority).der};
}

}  // namespace

struct Site::Authorities {
  const Issued ours = IssueCa("Authority");
  const Issued foreign = IssueCa("Stranger");
  const Issued forged = IssueCa("Authority");
};

Site::Site() : authorities_(std::make_unique<Authorities>()) {
  std::string pattern = std::filesystem::temp_directory_path() / "pkigate-embed-XXXXXX";
  folder_ = ::mkdtemp(pattern.data());
  std::filesystem::copy(kSource / "config", folder_, std::filesystem::copy_options::recursive);
  // The server's own certificate is of no account here: any will do.
  std::filesystem::copy(kSource / "tests/unit/config/data", folder_ / "pki");
  Write("pki/ca.pem", x509::testing::Pem("CERTIFICATE", authorities_->ours.der));
}

Site::~Site() { std::filesystem::remove_all(folder_); }

void Site::Write(std::string_view name, std::string_view content) const {
  std::ofstream(folder_ / name, std::ios::binary) << content;
}

void Site::Append(std::string_view name, std::string_view content) const {
  std::ofstream(folder_ / name, std::ios::binary | std::ios::app) << content;
}

void Site::Replace(std::string_view name, std::string_view found, std::string_view wanted) const {
  std::string text = Read(folder_ / name);
  const size_t at = text.find(found);
  ASSERT_NE(at, std::string::npos) << name << " has no " << found;
  ASSERT_EQ(text.find(found, at + 1), std::string::npos) << name << " has several " << found;
  Write(name, text.replace(at, found.size(), wanted));
}

int Site::LineOf(std::string_view name, std::string_view found) const {
  const std::string text = Read(folder_ / name);
  const size_t at = text.find(found);
  if (at == std::string::npos) {
    return 0;
  }
  const auto end = text.begin() + static_cast<std::ptrdiff_t>(at);
  return 1 + static_cast<int>(std::count(text.begin(), end, '\n'));
}

Chain Site::Client(std::string_view common_name) const {
  return IssuedTo(common_name, authorities_->ours, kClientAuth, kNow + kYear);
}

Chain Site::Foreign(std::string_view common_name) const {
  return IssuedTo(common_name, authorities_->foreign, kClientAuth, kNow + kYear);
}

Chain Site::Forged(std::string_view common_name) const {
  return IssuedTo(common_name, authorities_->forged, kClientAuth, kNow + kYear);
}

Chain Site::Server(std::string_view common_name) const {
  return IssuedTo(common_name, authorities_->ours, kServerAuth, kNow + kYear);
}

Chain Site::ShortLived(std::string_view common_name, int64_t not_after_unix) const {
  return IssuedTo(common_name, authorities_->ours, kClientAuth, not_after_unix);
}

}  // namespace pkigate::embed::testing
