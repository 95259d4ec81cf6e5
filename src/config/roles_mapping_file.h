// SPDX-License-Identifier: Apache-2.0
//
// roles_mapping.yml: who has which role (docs/spec/opendistro.md, section 4).
#pragma once

#include <map>
#include <string>

#include "base/diagnostics.h"
#include "policy/model.h"

namespace pkigate::config {

// The mappings of the file `path` into `out`. Unknown fields and values of a wrong type are errors;
// whether each pattern can be compiled is for the policy compiler to say.
void ReadRolesMappingFile(const std::string& path, Diagnostics& diagnostics,
                          std::map<std::string, policy::OpendistroFileMapping>* out);

}  // namespace pkigate::config
