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
  // bcrypt (CheckBcryptHash, identity/password_hash.h), else empty: no password is right then, but
  // the user exists, as upstream, and may be impersonated.
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
