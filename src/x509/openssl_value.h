// SPDX-License-Identifier: Apache-2.0
//
// What the two forms that OpenSSL prints have in common: which values it takes for text. Not for
// other folders.
#pragma once

#include <optional>
#include <string>

#include "x509/name.h"

namespace pkigate::x509 {

// The value as UTF-8; nothing for the types that OpenSSL 3.0 dumps. Some that are no text to the
// JDK are to OpenSSL (NumericString, VisibleString, times), and GeneralString is the other way
// round.
std::optional<std::string> OpensslText(const Attribute& attribute);

// `#` and the DER in capital hexadecimal digits.
std::string OpensslDump(const Attribute& attribute);

}  // namespace pkigate::x509
