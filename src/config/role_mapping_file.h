// SPDX-License-Identifier: Apache-2.0
//
// role_mapping.yml: role name -> list of subjects (docs/spec/xpack.md, 3.1).
#pragma once

#include <string>
#include <vector>

#include "base/diagnostics.h"
#include "roles/file_mapping.h"

namespace pkigate::config {

// Appends the mappings of the file `path` to `out`; `realm` is the first pki realm that uses it,
// for messages. A file that cannot be read or parsed is an error and maps nothing: where upstream
// goes on with an empty mapping (X-MAP-8) a start refuses and a reload keeps what was. An entry
// that is no DN is left out and reported as an error that
// stands in nobody's way (X-MAP-4).
bool ReadRoleMappingFile(const std::string& path, const std::string& realm,
                         Diagnostics& diagnostics, std::vector<roles::FileMapping>* out);

}  // namespace pkigate::config
