// SPDX-License-Identifier: Apache-2.0
//
// libFuzzer target: `users` and `users_roles`, with a NUL between them, and their hashes. No error,
// only warnings; every user has a hash that is one. Changing the texts as pkigate-users does
// changes that user and no other.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/assert.h"
#include "base/utf8.h"
#include "config/users_edit.h"
#include "config/users_file.h"
#include "identity/password_hash.h"

namespace pkigate::config {
namespace {

constexpr std::string_view kHash = "{SHA}NuG4lcD58QZHSTZyUFMJVuem/IU=";
constexpr std::string_view kName = "alice";

PasswordUsers Parse(std::string_view users, std::string_view users_roles) {
  Diagnostics diagnostics;
  PasswordUsers parsed = ParseUsers({.users = users, .users_roles = users_roles}, {}, diagnostics);
  PKIGATE_ASSERT(!diagnostics.has_errors());
  return parsed;
}

void CheckOthersAreTheSame(const PasswordUsers& before, const PasswordUsers& after) {
  for (const auto& [name, user] : before) {
    if (name != kName) {
      const auto found = after.find(name);
      PKIGATE_ASSERT(found != after.end());
      PKIGATE_ASSERT(found->second.password_hash == user.password_hash);
      PKIGATE_ASSERT(found->second.roles == user.roles);
    }
  }
}

void Run(std::string_view text) {
  const size_t between = text.find('\0');
  const std::string_view users = text.substr(0, between);
  const std::string_view users_roles =
      between == std::string_view::npos ? "" : text.substr(between + 1);
  (void)identity::CheckBcryptHash(users);
  const PasswordUsers before = Parse(users, users_roles);
  for (const auto& [name, user] : before) {
    PKIGATE_ASSERT(identity::CheckPasswordHash(user.password_hash).ok());
    PKIGATE_ASSERT(identity::CheckXpackUserName(name, {}).ok());
  }
  if (!IsUtf8(users) || !IsUtf8(users_roles)) {
    return;  // the tool refuses them
  }
  const std::vector<std::string> roles = {"viewer", "editor"};
  const PasswordUsers added =
      Parse(WithUser(users, kName, kHash), WithRoles(users_roles, kName, roles));
  CheckOthersAreTheSame(before, added);
  const identity::PasswordUser& user = added.at(std::string(kName));
  PKIGATE_ASSERT(user.password_hash == kHash);
  PKIGATE_ASSERT(user.roles.size() == 2);
  const PasswordUsers removed = Parse(WithoutUser(users, kName), WithRoles(users_roles, kName, {}));
  CheckOthersAreTheSame(before, removed);
  PKIGATE_ASSERT(!removed.contains(std::string(kName)));
}

}  // namespace
}  // namespace pkigate::config

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  pkigate::config::Run({reinterpret_cast<const char*>(data), size});
  return 0;
}
