// SPDX-License-Identifier: Apache-2.0
//
// roles.yml of X-Pack (docs/spec/xpack.md, 5.1): role definitions, as far as they say who a user
// is: whom the holders of a role may act as.
#pragma once

#include <string>

#include "base/diagnostics.h"
#include "roles/run_as_permissions.h"

namespace pkigate::config {

// The `run_as` patterns of every role in `path`. A role that cannot be used is skipped with a
// warning, the others stay (X-ROL-1); a file that is no YAML mapping is an error.
roles::RunAsPatterns ReadXpackRolesFile(const std::string& path, Diagnostics& diagnostics);

}  // namespace pkigate::config
