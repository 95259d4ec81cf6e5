// SPDX-License-Identifier: Apache-2.0
#include "x509/attribute_names.h"

#include "base/ascii.h"

namespace pkigate::x509 {

namespace {

struct AttributeNames {
  std::string_view oid;
  std::string_view ldap;
  std::string_view openssl;
};

constexpr AttributeNames kAttributeNames[] = {
    {"2.5.4.3", "CN", "CN"},
    {"2.5.4.4", "sn", "SN"},
    {"2.5.4.5", "serialNumber", "serialNumber"},
    {"2.5.4.6", "C", "C"},
    {"2.5.4.7", "L", "L"},
    {"2.5.4.8", "ST", "ST"},
    {"2.5.4.9", "STREET", "street"},
    {"2.5.4.10", "O", "O"},
    {"2.5.4.11", "OU", "OU"},
    {"2.5.4.12", "title", "title"},
    {"2.5.4.13", "description", "description"},
    {"2.5.4.15", "businessCategory", "businessCategory"},
    {"2.5.4.16", "postalAddress", "postalAddress"},
    {"2.5.4.17", "postalCode", "postalCode"},
    {"2.5.4.41", "name", "name"},
    {"2.5.4.42", "givenName", "GN"},
    {"2.5.4.43", "initials", "initials"},
    {"2.5.4.44", "generationQualifier", "generationQualifier"},
    {"2.5.4.45", "x500UniqueIdentifier", "x500UniqueIdentifier"},
    {"2.5.4.46", "dnQualifier", "dnQualifier"},
    {"2.5.4.65", "pseudonym", "pseudonym"},
    {"2.5.4.97", "organizationIdentifier", "organizationIdentifier"},
    {"0.9.2342.19200300.100.1.1", "UID", "UID"},
    {"0.9.2342.19200300.100.1.3", "mail", "mail"},
    {"0.9.2342.19200300.100.1.25", "DC", "DC"},
    {"1.2.840.113549.1.9.1", "emailAddress", "emailAddress"},
    {"1.2.840.113549.1.9.2", "unstructuredName", "unstructuredName"},
};

// Names beside those above: the JDK's, Microsoft's, old ones.
struct Alias {
  std::string_view name;
  std::string_view oid;
};
constexpr Alias kAliases[] = {
    {"commonName", "2.5.4.3"},
    {"surname", "2.5.4.4"},
    {"countryName", "2.5.4.6"},
    {"localityName", "2.5.4.7"},
    {"S", "2.5.4.8"},
    {"SP", "2.5.4.8"},
    {"stateOrProvinceName", "2.5.4.8"},
    {"streetAddress", "2.5.4.9"},
    {"organizationName", "2.5.4.10"},
    {"organizationalUnitName", "2.5.4.11"},
    {"T", "2.5.4.12"},
    {"G", "2.5.4.42"},
    {"GENERATION", "2.5.4.44"},
    {"DNQ", "2.5.4.46"},
    {"userId", "0.9.2342.19200300.100.1.1"},
    {"domainComponent", "0.9.2342.19200300.100.1.25"},
    {"E", "1.2.840.113549.1.9.1"},
    {"EMAIL", "1.2.840.113549.1.9.1"},
};

const AttributeNames* Find(std::string_view oid) {
  for (const AttributeNames& names : kAttributeNames) {
    if (names.oid == oid) {
      return &names;
    }
  }
  return nullptr;
}

}  // namespace

std::string_view Rfc4514Keyword(std::string_view oid) {
  const AttributeNames* const names = Find(oid);
  return names == nullptr ? std::string_view() : names->ldap;
}

std::string_view OpensslKeyword(std::string_view oid) {
  const AttributeNames* const names = Find(oid);
  return names == nullptr ? std::string_view() : names->openssl;
}

std::string OidOfTypeName(std::string_view type) {
  for (const AttributeNames& names : kAttributeNames) {
    if (EqualsIgnoringCase(names.ldap, type) || EqualsIgnoringCase(names.openssl, type)) {
      return std::string(names.oid);
    }
  }
  for (const Alias& alias : kAliases) {
    if (EqualsIgnoringCase(alias.name, type)) {
      return std::string(alias.oid);
    }
  }
  constexpr std::string_view kPrefix = "oid.";
  std::string lower = ToAsciiLower(type);
  return lower.starts_with(kPrefix) ? lower.substr(kPrefix.size()) : lower;
}

}  // namespace pkigate::x509
