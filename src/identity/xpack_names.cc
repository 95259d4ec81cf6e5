// SPDX-License-Identifier: Apache-2.0
#include "identity/xpack_names.h"

#include <algorithm>

#include "base/limits.h"
#include "identity/reserved_users.h"

namespace pkigate::identity {

namespace {

bool IsName(std::string_view name) {
  return !name.empty() && name.size() <= limits::kXpackNameBytesMax && name.front() != ' ' &&
         name.back() != ' ' &&
         std::ranges::all_of(name, [](char c) { return c >= ' ' && c <= '~'; });
}

Status Refuse(const char* code, std::string_view kind) {
  return MakeError(code,
                   "{} names must be at least 1 and no more than {} characters. They can contain "
                   "alphanumeric characters (a-z, A-Z, 0-9), spaces, punctuation, and printable "
                   "symbols in the Basic Latin (ASCII) block. Leading or trailing whitespace is "
                   "not allowed.",
                   kind, limits::kXpackNameBytesMax);
}

}  // namespace

Status CheckXpackUserName(std::string_view name, const ReservedUserNames& reserved) {
  constexpr const char* kCode = "user_name";
  if (!IsName(name)) {
    return Refuse(kCode, "User");
  }
  if ((reserved.reserved_realm && IsReservedUserName(name)) || name == reserved.anonymous) {
    return MakeError(kCode, "Username [{}] is reserved and may not be used.", name);
  }
  return {};
}

Status CheckXpackRoleName(std::string_view name) {
  return IsName(name) ? Status() : Refuse("role_name", "Role");
}

}  // namespace pkigate::identity
