// SPDX-License-Identifier: Apache-2.0
//
// DefinedRoles: which roles of X-Pack exist, as far as the gateway can tell: the built-in ones and
// those of roles.yml. The cluster behind may have made others through its API.
#pragma once

#include <algorithm>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "roles/run_as_permissions.h"
#include "roles/xpack_builtin_roles.h"

namespace pkigate::policy {

class DefinedRoles {
 public:
  DefinedRoles() = default;
  // `of_file` has every role of roles.yml; `of_everybody` are those of the anonymous user, which
  // all others have, too (X-AUT-83).
  explicit DefinedRoles(const roles::RunAsPatterns& of_file,
                        std::vector<std::string> of_everybody = {})
      : of_everybody_(std::move(of_everybody)) {
    for (const auto& [role, patterns] : of_file) {
      of_file_.insert(of_file_.end(), role);
    }
  }

  bool Contains(std::string_view role) const {
    return roles::IsXpackBuiltinRole(role) || of_file_.contains(role);
  }
  // Whether a user has the role only because everybody has it, or may have: nobody assigned it.
  bool IsOfEverybody(std::string_view role) const {
    return std::find(of_everybody_.begin(), of_everybody_.end(), role) != of_everybody_.end();
  }

 private:
  std::set<std::string, std::less<>> of_file_;
  std::vector<std::string> of_everybody_;
};

}  // namespace pkigate::policy
