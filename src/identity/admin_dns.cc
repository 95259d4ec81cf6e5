// SPDX-License-Identifier: Apache-2.0
#include "identity/admin_dns.h"

#include "x509/ldap_name.h"

namespace pkigate::identity {

namespace {

bool Holds(const std::unordered_set<std::string>& keys, std::string_view name) {
  if (keys.empty()) {
    return false;
  }
  const Result<x509::LdapName> parsed = x509::LdapName::Parse(name);
  return parsed.ok() && keys.contains(parsed->ComparisonKey());
}

}  // namespace

bool AdminDns::Add(std::string_view dn) {
  const Result<x509::LdapName> name = x509::LdapName::Parse(dn);
  if (!name.ok() || name->rdns().empty()) {
    return false;
  }
  keys_.insert(name->ComparisonKey());
  reversed_keys_.insert(name->Reversed().ComparisonKey());
  return true;
}

bool AdminDns::Contains(std::string_view name) const { return Holds(keys_, name); }

bool AdminDns::ContainsReversed(std::string_view name) const { return Holds(reversed_keys_, name); }

}  // namespace pkigate::identity
