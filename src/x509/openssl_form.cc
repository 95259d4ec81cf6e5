// SPDX-License-Identifier: Apache-2.0
#include "x509/openssl_form.h"

#include <fmt/format.h>

#include <iterator>
#include <optional>
#include <string_view>

#include "x509/attribute_names.h"
#include "x509/openssl_value.h"

namespace pkigate::x509 {

namespace {

// Quotes where RFC 2253 would escape (a lone `#` is the last character and so not the first), bytes
// beyond ASCII and control characters as \HH.
void AppendValue(std::string& out, std::string_view value) {
  constexpr std::string_view kQuoted = ",+<>;";
  const bool quotes = value.find_first_of(kQuoted) != std::string_view::npos ||
                      (!value.empty() && (value.front() == ' ' || value.back() == ' ' ||
                                          (value.front() == '#' && value.size() > 1)));
  if (quotes) {
    out += '"';
  }
  for (const char c : value) {
    if (static_cast<uint8_t>(c) < 0x20 || static_cast<uint8_t>(c) > 0x7e) {
      fmt::format_to(std::back_inserter(out), "\\{:02X}", static_cast<uint8_t>(c));
      continue;
    }
    if (c == '"' || c == '\\') {
      out += '\\';
    }
    out += c;
  }
  if (quotes) {
    out += '"';
  }
}

}  // namespace

std::string OpensslForm(const Name& name) {
  std::string out;
  for (const Rdn& rdn : name.rdns()) {
    if (!out.empty()) {
      out += ", ";
    }
    bool first = true;
    for (const Attribute& attribute : rdn) {
      if (!first) {
        out += " + ";
      }
      first = false;
      const std::string_view keyword = OpensslKeyword(attribute.oid());
      out += keyword.empty() ? std::string_view(attribute.oid()) : keyword;
      out += " = ";
      if (const std::optional<std::string> text = OpensslText(attribute); text.has_value()) {
        AppendValue(out, *text);
      } else {
        out += OpensslDump(attribute);
      }
    }
  }
  return out;
}

}  // namespace pkigate::x509
