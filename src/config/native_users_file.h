// SPDX-License-Identifier: Apache-2.0
//
// native_users.yml: the users of X-Pack's native realm, and the reserved ones (`elastic`, ...).
// Upstream has them in an index of the cluster. The file is ours and therefore strict: what is
// wrong in it is an error.
//
//   jdoe:
//     password_hash: "$2a$10$..."   # the one that has to be there
//     roles: [viewer]
//     full_name: Jane Doe
//     email: jdoe@example.com
//     metadata: {floor: 3}
//     enabled: true
#pragma once

#include <string>

#include "base/diagnostics.h"
#include "config/users_file.h"

namespace pkigate::config {

// The users in the file of that name below `directory`; none when there is no such file. What is
// wrong goes to `diagnostics`.
PasswordUsers ReadNativeUsersFile(const std::string& directory, Diagnostics& diagnostics);

}  // namespace pkigate::config
