// SPDX-License-Identifier: Apache-2.0
#include "x509/openssl_form.h"

#include <fmt/format.h>

#include <iterator>
#include <optional>
#include <string_view>

#include "x509/attribute_names.h"

namespace pkigate::x509 {

namespace {

// Quotes where RFC 2253 would escape, bytes beyond ASCII and control characters as \HH.
void AppendValue(std::string& out, std::string_view value) {
  constexpr std::string_view kQuoted = ",+<>;";
  const bool quotes =
      value.find_first_of(kQuoted) != std::string_view::npos ||
      (!value.empty() && (value.front() == ' ' || value.back() == ' ' || value.front() == '#'));
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
      const std::optional<std::string> text = keyword.empty() ? std::nullopt : attribute.Text();
      if (text.has_value()) {
        AppendValue(out, *text);
        continue;
      }
      out += '#';
      for (const uint8_t octet : attribute.tlv()) {
        fmt::format_to(std::back_inserter(out), "{:02X}", octet);
      }
    }
  }
  return out;
}

}  // namespace pkigate::x509
