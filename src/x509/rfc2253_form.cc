// SPDX-License-Identifier: Apache-2.0
#include "x509/rfc2253_form.h"

#include <fmt/format.h>

#include <iterator>
#include <optional>
#include <string_view>

#include "x509/attribute_names.h"
#include "x509/openssl_value.h"

namespace pkigate::x509 {

namespace {

// Control characters and bytes beyond ASCII as \HH. OpenSSL takes a single character for the last
// one and so leaves a lone `#` as it is.
void AppendValue(std::string& out, std::string_view value) {
  constexpr std::string_view kSpecials = "\"+,;<>\\";
  for (size_t index = 0; index < value.size(); ++index) {
    const char c = value[index];
    if (static_cast<uint8_t>(c) < 0x20 || static_cast<uint8_t>(c) > 0x7e) {
      fmt::format_to(std::back_inserter(out), "\\{:02X}", static_cast<uint8_t>(c));
      continue;
    }
    const bool is_last = index + 1 == value.size();
    const bool is_first = index == 0 && !is_last;
    if (kSpecials.find(c) != std::string_view::npos || (c == ' ' && (is_first || is_last)) ||
        (c == '#' && is_first)) {
      out += '\\';
    }
    out += c;
  }
}

}  // namespace

std::string Rfc2253Form(const Name& name) {
  std::string out;
  for (auto rdn = name.rdns().rbegin(); rdn != name.rdns().rend(); ++rdn) {
    out += out.empty() ? "" : ",";
    // Last to first within an RDN, too.
    for (auto attribute = rdn->rbegin(); attribute != rdn->rend(); ++attribute) {
      out += attribute == rdn->rbegin() ? "" : "+";
      const std::string_view keyword = OpensslKeyword(attribute->oid());
      out += keyword.empty() ? std::string_view(attribute->oid()) : keyword;
      out += '=';
      // A type without a keyword has its value dumped.
      const std::optional<std::string> text =
          keyword.empty() ? std::nullopt : OpensslText(*attribute);
      if (text.has_value()) {
        AppendValue(out, *text);
      } else {
        out += OpensslDump(*attribute);
      }
    }
  }
  return out;
}

}  // namespace pkigate::x509
