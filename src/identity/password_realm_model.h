// SPDX-License-Identifier: Apache-2.0
//
// An X-Pack realm that takes passwords, of type file or native, as its settings and files describe
// it (xpack.md, 1.2 and 4.6); plain values.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/source_line.h"
#include "identity/password_user.h"

namespace pkigate::identity {

using PasswordUsers = std::map<std::string, PasswordUser, std::less<>>;

struct PasswordRealmModel {
  std::string name;
  std::string type;              // `file` or `native`
  std::string key_prefix;        // as PkiRealmModel has it
  std::optional<int64_t> order;  // X-SET-10, X-SET-31
  bool enabled = true;
  std::shared_ptr<const PasswordUsers> users;  // null: none
  int64_t cache_ttl_seconds = 20 * 60;         // X-FILE-7; 0: hash again for every request
  SourceLine where;
};

}  // namespace pkigate::identity
