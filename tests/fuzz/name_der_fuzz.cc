// SPDX-License-Identifier: Apache-2.0
//
// DER names in all their textual forms. What can be read has to survive: Open Distro's form parses
// again to itself, the JDK form is a DN to X-Pack's rules, and RFC 4514 text holds no control
// characters.
#include <cstddef>
#include <cstdint>

#include "base/assert.h"
#include "x509/jdk_form.h"
#include "x509/ldap_dn.h"
#include "x509/ldap_name.h"
#include "x509/name.h"
#include "x509/opendistro_form.h"
#include "x509/openssl_form.h"
#include "x509/rfc4514_form.h"
#include "x509/username_rdn.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace pkigate::x509;
  const auto name = Name::FromDer({data, size});
  if (!name.ok()) {
    return 0;
  }
  PKIGATE_ASSERT(Name::FromDer(name->der()).value() == *name);
  const std::string principal = OpendistroForm(*name);
  if (const auto parsed = LdapName::Parse(principal); parsed.ok()) {
    PKIGATE_ASSERT(parsed->Text() == principal);
  }
  (void)OpendistroAttributeValues(principal, "cn", MultiValuedRdn::kAll);
  if (const auto parsed = LdapDn::Parse(JdkForm(*name)); parsed.ok()) {
    PKIGATE_ASSERT(parsed->empty() == name->empty());
  }
  for (const char c : Rfc4514Form(*name)) {
    PKIGATE_ASSERT(static_cast<uint8_t>(c) >= 0x20 && c != 0x7f);
  }
  for (const char c : OpensslForm(*name)) {
    PKIGATE_ASSERT(static_cast<uint8_t>(c) >= 0x20 && static_cast<uint8_t>(c) < 0x7f);
  }
  (void)LastAttributeByOid(*name, "2.5.4.3");
  return 0;
}
