// SPDX-License-Identifier: Apache-2.0
//
// The users that every X-Pack cluster has: `elastic` and those of the stack's own programs. Their
// roles are fixed; a password they only have once somebody has set one.
#pragma once

#include <string_view>

#include "identity/password_realm_model.h"

namespace pkigate::identity {

bool IsReservedUserName(std::string_view name);

// The reserved realm: all of them, each with the password hash and the enabled flag that `stored`
// has for it, if any; everything else about them is built in.
PasswordRealmModel ReservedRealm(const PasswordUsers& stored);

}  // namespace pkigate::identity
