// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "policy/lint.h"

namespace pkigate::policy {

// Domains and role mappings of Open Distro and OpenSearch.
std::vector<Finding> LintOpendistro(const OpendistroModel& model);

}  // namespace pkigate::policy
