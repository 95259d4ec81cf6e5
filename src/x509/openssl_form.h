// SPDX-License-Identifier: Apache-2.0
//
// The text `openssl x509 -subject` prints since 1.1 (`C = US, O = Acme, CN = John Doe`): encoding
// order, so the reverse of the others. For hints, because operators paste it into mappings.
#pragma once

#include <string>

#include "x509/name.h"

namespace pkigate::x509 {

std::string OpensslForm(const Name& name);

}  // namespace pkigate::x509
