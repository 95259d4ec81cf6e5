// SPDX-License-Identifier: Apache-2.0
//
// DefinedRoles: which roles of X-Pack exist, as far as the gateway can tell: the built-in ones and
// those of roles.yml. The cluster behind may have made others through its API.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>

#include "roles/run_as_permissions.h"
#include "roles/xpack_builtin_roles.h"

namespace pkigate::policy {

class DefinedRoles {
 public:
  DefinedRoles() = default;
  // `of_file` has every role of roles.yml.
  explicit DefinedRoles(const roles::RunAsPatterns& of_file) {
    for (const auto& [role, patterns] : of_file) {
      of_file_.insert(of_file_.end(), role);
    }
  }

  bool Contains(std::string_view role) const {
    return roles::IsXpackBuiltinRole(role) || of_file_.contains(role);
  }

 private:
  std::set<std::string, std::less<>> of_file_;
};

}  // namespace pkigate::policy
