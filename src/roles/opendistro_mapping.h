// SPDX-License-Identifier: Apache-2.0
//
// An Open Distro role mapping: an entry of roles_mapping.yml or the document of PUT rolesmapping,
// read and printed (opendistro.md, 4 and 5.3). What evaluates all of them is
// opendistro_role_mapper.h.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "identity/dialect.h"

namespace pkigate::roles {

struct OpendistroMapping {
  std::vector<std::string> users;
  std::vector<std::string> backend_roles;
  std::vector<std::string> hosts;
  std::vector<std::string> and_backend_roles;
  bool reserved = false;
  bool hidden = false;
  std::optional<std::string> description;

  bool operator==(const OpendistroMapping&) const = default;
};

// By role. Shared by the policies that follow one another: most mappings stay as they are.
using OpendistroMappings = std::map<std::string, std::shared_ptr<const OpendistroMapping>>;

struct OpendistroBodyOptions {
  Dialect dialect = Dialect::kOpendistro;  // texts and order of checks differ (5.2)
  bool superadmin = false;                 // may set `reserved` (OpenSearch: and `hidden`)
};

// Reads the body of a PUT. On refusal the error's message is the complete JSON body of the 400
// answer, e.g. `{"status":"error","reason":"Wrong datatype","users":"Array expected"}`.
Result<OpendistroMapping> ParseOpendistroMapping(std::string_view json,
                                                 const OpendistroBodyOptions& options);

// Reads what RenderOpendistroMapping printed, e.g. from the store. The error is for operators.
Result<OpendistroMapping> ParseStoredOpendistroMapping(std::string_view json);

// As GET shows an entry, and as it is stored: compact JSON; an absent description is left out.
std::string RenderOpendistroMapping(const OpendistroMapping& mapping);

// A pattern that no configuration may hold (a lone `/`, a regular expression that cannot be
// compiled; 4.2): the reason, else success.
Status CheckOpendistroPattern(std::string_view pattern);

}  // namespace pkigate::roles
