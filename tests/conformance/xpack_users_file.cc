// SPDX-License-Identifier: Apache-2.0
//
// xpack users_file: whom the files of the file realm let in (docs/spec/xpack.md, 4.6).
#include <algorithm>
#include <string>
#include <vector>

#include "config/users_file.h"
#include "identity/password_hash.h"
#include "vector_kinds.h"

namespace pkigate::conformance {

Outcome RunXpackUsersFile(Case& c) {
  const std::string users_text = c.input.Text("users");
  const std::string roles_text = c.input.Text("users_roles");
  Diagnostics diagnostics;
  const config::PasswordUsers users =
      config::ParseUsers({.users = users_text, .users_roles = roles_text}, {}, diagnostics);
  const auto user = users.find(c.input.Text("username"));
  const bool authenticated = identity::PasswordMatches(
      user == users.end() ? "" : user->second.password_hash, c.input.Text("password"));
  const bool expected = c.expect.Bool("authenticated");
  if (authenticated != expected) {
    return Failed(authenticated ? "the password is taken" : "the password is not taken");
  }
  if (!expected) {
    return Passed();
  }
  // Upstream's order is that of the file; the vectors' is alphabetical.
  std::vector<std::string> roles = user->second.roles;
  std::ranges::sort(roles);
  return Compare("the list of roles", nlohmann::json(roles).dump(), c.expect.Any("roles").dump());
}

}  // namespace pkigate::conformance
