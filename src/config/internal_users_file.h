// SPDX-License-Identifier: Apache-2.0
//
// internal_users.yml: Open Distro's users with a password.
#pragma once

#include <map>
#include <string>

#include "base/diagnostics.h"
#include "identity/internal_user.h"

namespace pkigate::config {

// The users of the file `path` into `out`. Unknown fields and values of a wrong type are errors; a
// hash that is none is a warning, as upstream loads the user and refuses every password.
void ReadInternalUsersFile(const std::string& path, Diagnostics& diagnostics,
                           std::map<std::string, identity::InternalUser>* out);

}  // namespace pkigate::config
