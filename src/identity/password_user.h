// SPDX-License-Identifier: Apache-2.0
//
// A user who logs in with a password, X-Pack: of the file realm (docs/spec/xpack.md, 4.6), of the
// native one, or reserved.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "identity/user.h"

namespace pkigate::identity {

struct PasswordUser {
  std::string password_hash;  // CheckPasswordHash has accepted it (identity/password_hash.h)
  std::vector<std::string> roles;
  std::optional<std::string> full_name;
  std::optional<std::string> email;
  std::vector<MetadataEntry> metadata;
  bool enabled = true;
};

}  // namespace pkigate::identity
