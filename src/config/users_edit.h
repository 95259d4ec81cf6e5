// SPDX-License-Identifier: Apache-2.0
//
// Changes to the texts of `users` and `users_roles` (config/users_file.h). Lines that a change does
// not concern stay as they are, comments and wrong ones too.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pkigate::config {

// `users` with this hash for `name`, in place of all its lines or at the end.
std::string WithUser(std::string_view users, std::string_view name, std::string_view hash);
std::string WithoutUser(std::string_view users, std::string_view name);

// `users_roles` in which `name` has exactly these roles. A role's last user takes its line along.
std::string WithRoles(std::string_view users_roles, std::string_view name,
                      const std::vector<std::string>& roles);

}  // namespace pkigate::config
