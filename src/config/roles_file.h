// SPDX-License-Identifier: Apache-2.0
//
// roles.yml: the roles of one's own (docs/spec/opendistro.md, section 7). Which roles there are
// counts already; what they permit has its own issue, but the form is checked.
#pragma once

#include <set>
#include <string>

#include "base/diagnostics.h"
#include "config/opendistro_defaults.h"

namespace pkigate::config {

struct RoleNames {
  std::set<std::string> all;
  std::set<std::string> hidden;
};

// The names in the file `path` are added to `out`. Refused: unknown fields, a role that is built in
// (`stock.fixed`), and roles with document or field level security, which a gateway cannot enforce.
void ReadRolesFile(const std::string& path, const StockRoles& stock, Diagnostics& diagnostics,
                   RoleNames* out);

}  // namespace pkigate::config
