// SPDX-License-Identifier: Apache-2.0
//
// opendistro dn_equal: whether a principal is listed in admin_dn (opendistro.md, 3.6).
#include "vector_kinds.h"
#include "x509/ldap_name.h"

namespace pkigate::conformance {

Outcome RunOpendistroDnEqual(Case& c) {
  const Result<x509::LdapName> principal = x509::LdapName::Parse(c.input.Text("principal"));
  if (!principal.ok()) {
    return Failed(principal.error().message);
  }
  bool superadmin = false;
  for (const nlohmann::json& entry : c.input.Any("admin_dn")) {
    const Result<x509::LdapName> name = x509::LdapName::Parse(entry.get<std::string>());
    superadmin = superadmin || (name.ok() && *name == *principal);
  }
  return Compare("superadmin", superadmin ? "true" : "false",
                 c.expect.Bool("superadmin") ? "true" : "false");
}

}  // namespace pkigate::conformance
