// SPDX-License-Identifier: Apache-2.0
//
// One line of an X-Pack role_mapping.yml: a role and one DN that is granted it (xpack.md, 3.1).
#pragma once

#include <string>

#include "base/source_line.h"

namespace pkigate::roles {

struct FileMapping {
  std::string role;
  std::string dn;  // as written
  SourceLine where;
};

}  // namespace pkigate::roles
