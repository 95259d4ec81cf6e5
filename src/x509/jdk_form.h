// SPDX-License-Identifier: Apache-2.0
//
// The JDK's default text of a name: what X-Pack's username pattern sees, the value of `pki_dn` and
// of the role mapping field `dn` (X-AUT-20). Not RFC 2253: `CN=John Doe, OU="a, b", O=com`.
#pragma once

#include <string>

#include "x509/name.h"

namespace pkigate::x509 {

std::string JdkForm(const Name& name);

}  // namespace pkigate::x509
