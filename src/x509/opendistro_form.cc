// SPDX-License-Identifier: Apache-2.0
#include "x509/opendistro_form.h"

#include "base/ascii.h"
#include "x509/jdk_form.h"
#include "x509/ldap_name.h"

namespace pkigate::x509 {

std::string OpendistroForm(const Name& name) {
  const Result<LdapName> parsed = LdapName::Parse(JdkForm(name));
  return parsed.ok() ? parsed->Text() : std::string();
}

DnAttributeValues OpendistroAttributeValues(std::string_view principal, std::string_view type,
                                            MultiValuedRdn multi_valued) {
  DnAttributeValues found;
  const Result<LdapName> name = LdapName::Parse(principal);
  if (!name.ok()) {
    return found;
  }
  for (const LdapName::Rdn& rdn : name->rdns()) {
    for (const LdapName::Part& part : rdn) {
      if (EqualsIgnoringCase(part.type, type)) {
        if (part.is_binary) {
          found.has_binary = true;
        } else {
          found.values.push_back(part.value);
        }
      }
      if (multi_valued == MultiValuedRdn::kFirst) {
        break;
      }
    }
  }
  return found;
}

}  // namespace pkigate::x509
