// SPDX-License-Identifier: Apache-2.0
//
// A user of Open Distro's internal_users.yml.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace pkigate::identity {

struct InternalUser {
  // bcrypt, or else nothing that a password belongs to (CheckBcryptHash, identity/password_hash.h):
  // upstream loads such users, too, and they may still be impersonated.
  std::string password_hash;
  std::vector<std::string> backend_roles;
  // Names as written: `department`, not yet `attr.internal.department`.
  std::vector<std::pair<std::string, std::string>> attributes;
  std::vector<std::string> direct_roles;  // `opendistro_security_roles`
  std::optional<std::string> description;
  bool reserved = false;
  bool hidden = false;
};

}  // namespace pkigate::identity
