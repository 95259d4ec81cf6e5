// SPDX-License-Identifier: Apache-2.0
//
// xpack dn_string: the JDK form of a subject (X-AUT-20).
#include "vector_kinds.h"
#include "x509/jdk_form.h"

namespace pkigate::conformance {

Outcome RunXpackDnString(Case& c) {
  const Result<x509::Name> name = x509::Name::FromDer(c.input.Hex("subject_der_hex"));
  if (!name.ok()) {
    return Failed(name.error().message);
  }
  return Compare("the DN", x509::JdkForm(*name), c.expect.Text("dn"));
}

}  // namespace pkigate::conformance
