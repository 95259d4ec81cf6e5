// SPDX-License-Identifier: Apache-2.0
#include "x509/username_rdn.h"

#include "base/ascii.h"
#include "x509/der.h"
#include "x509/oid.h"
#include "x509/string_value.h"

namespace pkigate::x509 {

namespace {

struct RdnName {
  std::string_view name;
  std::string_view oid;
};

// The table under X-SET-55. Not the keywords of the JDK form.
constexpr RdnName kRdnNames[] = {
    {"CN", "2.5.4.3"},
    {"SN", "2.5.4.4"},
    {"SERIALNUMBER", "2.5.4.5"},
    {"C", "2.5.4.6"},
    {"L", "2.5.4.7"},
    {"ST", "2.5.4.8"},
    {"STREET", "2.5.4.9"},
    {"O", "2.5.4.10"},
    {"OU", "2.5.4.11"},
    {"TITLE", "2.5.4.12"},
    {"DESCRIPTION", "2.5.4.13"},
    {"BUSINESSCATEGORY", "2.5.4.15"},
    {"POSTALADDRESS", "2.5.4.16"},
    {"POSTALCODE", "2.5.4.17"},
    {"NAME", "2.5.4.41"},
    {"GIVENNAME", "2.5.4.42"},
    {"INITIALS", "2.5.4.43"},
    {"GENERATIONQUALIFIER", "2.5.4.44"},
    {"X500UNIQUEIDENTIFIER", "2.5.4.45"},
    {"DNQUALIFIER", "2.5.4.46"},
    {"PSEUDONYM", "2.5.4.65"},
    {"UID", "0.9.2342.19200300.100.1.1"},
    {"MAIL", "0.9.2342.19200300.100.1.3"},
    {"DC", "0.9.2342.19200300.100.1.25"},
    {"UNIQUEIDENTIFIER", "0.9.2342.19200300.100.1.44"},
    {"EMAILADDRESS", "1.2.840.113549.1.9.1"},
    {"E", "1.2.840.113549.1.9.1"},
    {"UNSTRUCTUREDNAME", "1.2.840.113549.1.9.2"},
    {"DISPLAYNAME", "2.16.840.1.113730.3.1.241"},
};

// Upstream reads this value with its own DER parser, not the JDK's: T61String and UniversalString
// are unknown to it, NumericString and VisibleString are ASCII; what does not decode is no value.
std::optional<std::string> DecodedValue(const Attribute& attribute) {
  uint8_t read_as = attribute.tag();
  switch (attribute.tag()) {
    case der::kT61String:
    case der::kUniversalString:
      return std::nullopt;
    case der::kNumericString:
    case der::kVisibleString:
      read_as = der::kIa5String;
      break;
    default:
      break;
  }
  bool exact = false;
  std::optional<std::string> text = DecodeStringValue(read_as, attribute.content(), &exact);
  return exact ? text : std::nullopt;
}

}  // namespace

std::optional<std::string> LastAttributeByOid(const Name& name, std::string_view oid) {
  const Attribute* last = nullptr;
  for (const Rdn& rdn : name.rdns()) {
    for (const Attribute& attribute : rdn) {
      if (attribute.oid() == oid) {
        last = &attribute;
      }
    }
  }
  return last == nullptr ? std::nullopt : DecodedValue(*last);
}

std::optional<std::string> OidOfRdnName(std::string_view name) {
  for (const RdnName& known : kRdnNames) {
    if (EqualsIgnoringCase(known.name, name)) {
      return std::string(known.oid);
    }
  }
  return IsDottedOid(name) ? std::optional<std::string>(name) : std::nullopt;
}

}  // namespace pkigate::x509
