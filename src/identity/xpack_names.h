// SPDX-License-Identifier: Apache-2.0
//
// What X-Pack lets users and roles be called.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace pkigate::identity {

// Names that upstream keeps out of the file and native realms.
struct ReservedUserNames {
  bool reserved_realm = true;            // xpack.security.authc.reserved_realm.enabled
  std::string anonymous = "_anonymous";  // xpack.security.authc.anonymous.username
};

// 1 to 1024 printable ASCII characters without blanks at the ends. Fail with `user_name` or
// `role_name` and upstream's words.
Status CheckXpackUserName(std::string_view name, const ReservedUserNames& reserved);
Status CheckXpackRoleName(std::string_view name);

}  // namespace pkigate::identity
