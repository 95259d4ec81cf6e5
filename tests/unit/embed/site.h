// SPDX-License-Identifier: Apache-2.0
//
// What an embedder finds on its machine: the example configuration with a PKI where it expects one,
// and the certificates that clients come with. Made for one test in a folder of its own; knows
// nothing of the library, so that the tests see of it what an embedder sees.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace pkigate::embed::testing {

using Chain = std::vector<std::vector<uint8_t>>;

// 2024-01-01T00:00:00Z. The authority and its clients are valid a year before and after.
inline constexpr int64_t kNow = 1'704'067'200;
inline constexpr int64_t kDay = 24 * 60 * 60;
inline constexpr int64_t kYear = 365 * kDay;

class Site {
 public:
  Site();
  Site(const Site&) = delete;
  Site& operator=(const Site&) = delete;
  ~Site();

  std::string Path(std::string_view name) const { return (folder_ / name).string(); }
  void Write(std::string_view name, std::string_view content) const;
  void Append(std::string_view name, std::string_view content) const;
  // Puts `wanted` for the only occurrence of `found`.
  void Replace(std::string_view name, std::string_view found, std::string_view wanted) const;
  // The 1-based line that `found` first stands in; 0: none.
  int LineOf(std::string_view name, std::string_view found) const;

  // Certificates for `CN=common_name,O=Test`, leaf first.
  Chain Client(std::string_view common_name) const;   // of the authority that listeners trust
  Chain Foreign(std::string_view common_name) const;  // of another authority
  Chain Forged(std::string_view common_name) const;   // of another that calls itself the same
  Chain Server(std::string_view common_name) const;   // of the right one, for another purpose
  Chain ShortLived(std::string_view common_name, int64_t not_after_unix) const;

 private:
  struct Authorities;
  std::filesystem::path folder_;
  std::unique_ptr<Authorities> authorities_;
};

}  // namespace pkigate::embed::testing
