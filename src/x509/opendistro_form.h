// SPDX-License-Identifier: Apache-2.0
//
// Open Distro's principal (docs/spec/opendistro.md, 3.1) and what its clientcert authenticator
// reads out of it (3.3).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "x509/name.h"

namespace pkigate::x509 {

// `CN=Zed+UID=z9,OU=a\, b,O=com`: what javax.naming.ldap.LdapName makes of the JDK form, artefacts
// included (one trailing blank and outer quotes are lost). Empty for the empty name, and for names
// on which upstream throws (a value of two quote characters): both mean "no certificate".
std::string OpendistroForm(const Name& name);

// Which attributes of a multi-valued RDN count (docs/decisions.md).
enum class MultiValuedRdn : uint8_t {
  kFirst,  // upstream: the alphabetically first type only
  kAll,
};

struct DnAttributeValues {
  std::vector<std::string> values;  // unescaped, most specific first
  // One of the matching attributes is no string. Upstream makes up a name that changes with every
  // request; the gateway gives no credentials.
  bool has_binary = false;
};

// The values of the attributes whose type is `type` ignoring case (`cn`, `emailaddress`,
// `oid.2.5.4.97`; no aliases, 3.3.7) in `principal`. Nothing if `principal` does not parse.
DnAttributeValues OpendistroAttributeValues(std::string_view principal, std::string_view type,
                                            MultiValuedRdn multi_valued);

}  // namespace pkigate::x509
