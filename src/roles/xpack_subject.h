// SPDX-License-Identifier: Apache-2.0
//
// XpackSubject: a user as the rules of role mappings see it (xpack.md, 3.4).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace pkigate::roles {

// null, bool, number or text.
using SubjectScalar = std::variant<std::monostate, bool, int64_t, double, std::string>;
// One value, or the elements of a collection: any of them may match, none does in an empty one.
using SubjectValue = std::vector<SubjectScalar>;

struct XpackSubject {
  std::string username;
  std::optional<std::string> dn;  // JDK form
  std::vector<std::string> groups;
  std::string realm_name;
  std::vector<std::pair<std::string, SubjectValue>> metadata;
};

}  // namespace pkigate::roles
