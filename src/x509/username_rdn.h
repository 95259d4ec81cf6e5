// SPDX-License-Identifier: Apache-2.0
//
// X-Pack's `username_rdn_name` and `username_rdn_oid`: the username from one attribute of the
// subject instead of a pattern over its text (X-AUT-24, X-SET-13, X-SET-14).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "x509/name.h"

namespace pkigate::x509 {

// The value of the last encoded attribute of type `oid` (dotted), multi-valued RDNs included;
// nothing if there is none or the last one is no readable string.
std::optional<std::string> LastAttributeByOid(const Name& name, std::string_view oid);

// The dotted OID that a value of `username_rdn_name` stands for: a name of the table below X-SET-55
// (any case) or a dotted OID. Nothing for others, X-AUT-20's keywords that are not in it included.
std::optional<std::string> OidOfRdnName(std::string_view name);

}  // namespace pkigate::x509
