// SPDX-License-Identifier: Apache-2.0
#include "x509/rfc4514_form.h"

#include <fmt/format.h>

#include <optional>
#include <string_view>

#include "base/hex.h"
#include "x509/attribute_names.h"

namespace pkigate::x509 {

namespace {

// RFC 4514, 2.4; control characters as bytes in hexadecimal, which it allows for all.
void AppendValue(std::string& out, std::string_view value) {
  constexpr std::string_view kSpecials = "\"+,;<>\\=";
  for (size_t index = 0; index < value.size(); ++index) {
    const char c = value[index];
    const bool at_edge = index == 0 || index + 1 == value.size();
    if (static_cast<uint8_t>(c) < 0x20 || c == 0x7f) {
      fmt::format_to(std::back_inserter(out), "\\{:02x}", static_cast<uint8_t>(c));
      continue;
    }
    if (kSpecials.find(c) != std::string_view::npos || (c == ' ' && at_edge) ||
        (c == '#' && index == 0)) {
      out += '\\';
    }
    out += c;
  }
}

}  // namespace

std::string Rfc4514Form(const Name& name) {
  std::string out;
  for (size_t index = name.rdns().size(); index-- > 0;) {
    if (!out.empty()) {
      out += ',';
    }
    bool first = true;
    for (const Attribute& attribute : name.rdns()[index]) {
      if (!first) {
        out += '+';
      }
      first = false;
      const std::string_view keyword = Rfc4514Keyword(attribute.oid());
      out += keyword.empty() ? std::string_view(attribute.oid()) : keyword;
      out += '=';
      // A type without a keyword has its value in hexadecimal (2.4), so that it can be read back.
      const std::optional<std::string> text = keyword.empty() ? std::nullopt : attribute.Text();
      if (text.has_value()) {
        AppendValue(out, *text);
      } else {
        out += '#';
        out += ToHex(attribute.tlv());
      }
    }
  }
  return out;
}

}  // namespace pkigate::x509
