// SPDX-License-Identifier: Apache-2.0
//
// RFC 4514 text of a name (`CN=John Doe,O=Acme\, Inc.,C=US`): for logs and messages. Control
// characters come out escaped, so a hostile name cannot break a line.
#pragma once

#include <string>

#include "x509/name.h"

namespace pkigate::x509 {

std::string Rfc4514Form(const Name& name);

}  // namespace pkigate::x509
