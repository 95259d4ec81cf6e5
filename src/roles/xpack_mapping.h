// SPDX-License-Identifier: Apache-2.0
//
// An X-Pack role mapping made through the API: the document of PUT role_mapping, read and printed.
// The printed form is what GET shows and what is stored; it can be read again.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "roles/role_template.h"
#include "roles/xpack_rule.h"

namespace pkigate::roles {

struct XpackMapping {
  std::string name;
  bool enabled = false;
  std::vector<std::string> roles;            // or
  std::vector<RoleTemplate> role_templates;  // these; one of the two is empty
  Rule rules;
  std::string metadata = "{}";  // a JSON object, compact

  bool operator==(const XpackMapping&) const = default;
};

// By name. Shared by the policies that follow one another: most mappings stay as they are.
using XpackMappings = std::map<std::string, std::shared_ptr<const XpackMapping>>;

// Reads the body of a PUT (X-API-55 to X-API-59); templates are compiled to see that they can be
// (X-TPL-7). The error's code is the exception type of the 400
// answer (`parse_exception`, `action_request_validation_exception`, …), its message the reason.
Result<XpackMapping> ParseXpackMapping(std::string_view name, std::string_view json);

// Compact JSON, members in the order of X-API-54.
std::string RenderXpackMapping(const XpackMapping& mapping);

}  // namespace pkigate::roles
