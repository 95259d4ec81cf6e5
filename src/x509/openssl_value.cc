// SPDX-License-Identifier: Apache-2.0
#include "x509/openssl_value.h"

#include <fmt/format.h>

#include <iterator>

#include "x509/der.h"
#include "x509/string_value.h"

namespace pkigate::x509 {

std::optional<std::string> OpensslText(const Attribute& attribute) {
  switch (attribute.tag()) {
    case der::kGeneralString:
      return std::nullopt;
    case der::kNumericString:
    case der::kVisibleString:
    case der::kUtcTime:
    case der::kGeneralizedTime:
      return DecodeStringValue(der::kT61String, attribute.content());
    default:
      return attribute.Text();
  }
}

std::string OpensslDump(const Attribute& attribute) {
  std::string dump = "#";
  for (const uint8_t octet : attribute.tlv()) {
    fmt::format_to(std::back_inserter(dump), "{:02X}", octet);
  }
  return dump;
}

}  // namespace pkigate::x509
