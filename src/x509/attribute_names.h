// SPDX-License-Identifier: Apache-2.0
//
// What attribute types are called outside the JDK: in LDAP and by OpenSSL.
#pragma once

#include <string>
#include <string_view>

namespace pkigate::x509 {

// The LDAP name (RFC 4519 and registered ones) of a dotted OID; empty if it has none here.
std::string_view Rfc4514Keyword(std::string_view oid);

// What OpenSSL 3.0 prints for it; empty if it prints the dotted OID.
std::string_view OpensslKeyword(std::string_view oid);

// The dotted OID that people mean by `type`, in any case: a name of LDAP, OpenSSL, the JDK or a
// common variant (`E`, `S`, `OID.2.5.4.3`); a dotted OID as it is; `type` in lower case if nothing
// is known of it. For hints: no dialect takes all of them for the same.
std::string OidOfTypeName(std::string_view type);

}  // namespace pkigate::x509
