// SPDX-License-Identifier: Apache-2.0
//
// What Open Distro and OpenSearch bring along without any file: roles that exist always. The data
// are config/defaults/opendistro_defaults.yml, part of the program.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "identity/dialect.h"

namespace pkigate::config {

// config/defaults/opendistro_defaults.yml.
extern const std::string_view kOpendistroDefaults;

struct StockRoles {
  std::set<std::string> names;
  // Those that no file may define anew (`static`).
  std::set<std::string> fixed;
};

// The roles of `dialect`, which is kOpendistro or kOpensearch.
StockRoles StockRolesOf(Dialect dialect);

}  // namespace pkigate::config
