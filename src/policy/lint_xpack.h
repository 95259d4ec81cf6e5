// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "policy/lint.h"

namespace pkigate::policy {

// Realms and role mappings of X-Pack.
std::vector<Finding> LintXpack(const XpackModel& model);

}  // namespace pkigate::policy
