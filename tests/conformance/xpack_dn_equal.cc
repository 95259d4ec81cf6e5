// SPDX-License-Identifier: Apache-2.0
//
// xpack dn_equal: a DN of a rule against one of a certificate (X-DN-1 to X-DN-7).
#include "vector_kinds.h"
#include "x509/ldap_dn.h"

namespace pkigate::conformance {

Outcome RunXpackDnEqual(Case& c) {
  const Result<x509::LdapDn> rule = x509::LdapDn::Parse(c.input.Text("rule_dn"));
  const Result<x509::LdapDn> certificate = x509::LdapDn::Parse(c.input.Text("cert_dn"));
  if (!certificate.ok()) {
    return Failed(certificate.error().message);
  }
  const bool equal = rule.ok() && *rule == *certificate;
  return Compare("equality", equal ? "true" : "false", c.expect.Bool("equal") ? "true" : "false");
}

}  // namespace pkigate::conformance
