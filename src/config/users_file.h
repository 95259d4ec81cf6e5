// SPDX-License-Identifier: Apache-2.0
//
// The file realm's users: `users` (`name:hash`) and `users_roles` (`role:user,user`), read as
// upstream reads them (docs/spec/xpack.md, 4.6). A line that is wrong is left out with a warning,
// and the others count.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostics.h"
#include "identity/password_realm_model.h"
#include "identity/xpack_names.h"

namespace pkigate::config {

// By name.
using identity::PasswordUsers;

// The file realm's users below `directory`, the dialect's config_dir. The older place `x-pack/`
// counts for a file that the directory itself lacks (X-FILE-3). A file that is not there has nobody
// in it; neither has one that cannot be read, with a warning (X-FILE-4).
PasswordUsers ReadUsersFiles(const std::string& directory,
                             const identity::ReservedUserNames& reserved, Diagnostics& diagnostics);

// The same for texts of the two files, which are called so in warnings.
struct UsersTexts {
  std::string_view users;
  std::string_view users_roles;
  std::string users_file = "users";
  std::string users_roles_file = "users_roles";
};
PasswordUsers ParseUsers(const UsersTexts& texts, const identity::ReservedUserNames& reserved,
                         Diagnostics& diagnostics);

// Where the file `name` of the file realm is, or would be made.
std::string UsersFilePath(const std::string& directory, std::string_view name);

// One line of either file, without its end: a comment, or what stands on both sides of its first
// colon. Of `users_roles` `name` is the role.
struct UsersLine {
  enum class Kind { kBlank, kComment, kEntry, kWrong };
  Kind kind = Kind::kWrong;
  std::string_view name;
  std::string_view rest;
};
UsersLine ParseUsersLine(std::string_view line);
// Without the blanks and control characters at both ends, as Java trims.
std::string_view TrimUsersText(std::string_view text);
// The users of a line of `users_roles`: `a , b` -> a, b.
std::vector<std::string_view> SplitUsers(std::string_view rest);

}  // namespace pkigate::config
