// SPDX-License-Identifier: Apache-2.0
//
// Textual DNs in both dialects' rules: normal forms are normal, and texts read back to equal names.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/assert.h"
#include "x509/ldap_dn.h"
#include "x509/ldap_name.h"
#include "x509/unicode_case.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace pkigate::x509;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto dn = LdapDn::Parse(text); dn.ok()) {
    const std::string normal = dn->NormalForm();
    if (const auto again = LdapDn::Parse(normal); again.ok()) {
      PKIGATE_ASSERT(again->NormalForm() == normal);
    } else {
      // Escapes and lower case can make a text of the greatest length too long.
      PKIGATE_ASSERT(normal.size() > text.size());
    }
  }
  if (const auto name = LdapName::Parse(text); name.ok()) {
    const std::string written = name->Text();
    if (const auto again = LdapName::Parse(written); again.ok()) {
      PKIGATE_ASSERT(again->Text() == written);
      PKIGATE_ASSERT(*again == *name);
    } else {
      PKIGATE_ASSERT(written.size() > text.size());
    }
    PKIGATE_ASSERT(name->Reversed().Reversed() == *name);
  }
  PKIGATE_ASSERT(EqualsIgnoringUnicodeCase(text, text));
  (void)ToUpperCase(ToLowerCase(text));
  return 0;
}
