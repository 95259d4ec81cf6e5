// SPDX-License-Identifier: Apache-2.0
//
// The text that `openssl x509 -nameopt RFC2253` prints: `CN=Zo\C3\AB,O=Acme\, Inc.,C=US`. Other
// programs write RFC 2253 in other ways; this is the one that operators paste.
#pragma once

#include <string>

#include "x509/name.h"

namespace pkigate::x509 {

std::string Rfc2253Form(const Name& name);

}  // namespace pkigate::x509
