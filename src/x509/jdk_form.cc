// SPDX-License-Identifier: Apache-2.0
#include "x509/jdk_form.h"

#include <optional>
#include <string_view>

#include "base/hex.h"

namespace pkigate::x509 {

namespace {

struct Keyword {
  std::string_view oid;
  std::string_view text;
};

// X-AUT-20, rule 3: these and no others.
constexpr Keyword kKeywords[] = {
    {"2.5.4.3", "CN"},
    {"2.5.4.4", "SURNAME"},
    {"2.5.4.5", "SERIALNUMBER"},
    {"2.5.4.6", "C"},
    {"2.5.4.7", "L"},
    {"2.5.4.8", "ST"},
    {"2.5.4.9", "STREET"},
    {"2.5.4.10", "O"},
    {"2.5.4.11", "OU"},
    {"2.5.4.12", "T"},
    {"2.5.4.42", "GIVENNAME"},
    {"2.5.4.43", "INITIALS"},
    {"2.5.4.44", "GENERATION"},
    {"2.5.4.46", "DNQ"},
    {"0.9.2342.19200300.100.1.1", "UID"},
    {"0.9.2342.19200300.100.1.25", "DC"},
    {"1.2.840.113549.1.9.1", "EMAILADDRESS"},
    {"1.3.6.1.4.1.42.2.11.2.1", "IP"},
};

void AppendType(std::string& out, std::string_view oid) {
  for (const Keyword& keyword : kKeywords) {
    if (keyword.oid == oid) {
      out += keyword.text;
      return;
    }
  }
  out += "OID.";
  out += oid;
}

bool NeedsQuotes(std::string_view value) {
  constexpr std::string_view kSpecials = ",=+<>#;\"\\\n";
  return value.find_first_of(kSpecials) != std::string_view::npos ||
         value.find("  ") != std::string_view::npos ||
         (!value.empty() && (value.front() == ' ' || value.back() == ' '));
}

// Rule 5. A value that brings its own quotes keeps them and gets no others; what is between them is
// escaped all the same.
void AppendValue(std::string& out, std::string_view value) {
  const bool is_quoted = value.size() > 1 && value.front() == '"' && value.back() == '"';
  const bool add_quotes = is_quoted || NeedsQuotes(value);
  if (is_quoted) {
    value = value.substr(1, value.size() - 2);
  }
  if (add_quotes) {
    out += '"';
  }
  for (const char c : value) {
    if (c == '"' || c == '\\') {
      out += '\\';
    }
    out += c;
  }
  if (add_quotes) {
    out += '"';
  }
}

void AppendAttribute(std::string& out, const Attribute& attribute) {
  AppendType(out, attribute.oid());
  out += '=';
  if (const std::optional<std::string> text = attribute.Text(); text.has_value()) {
    AppendValue(out, *text);
  } else {
    out += '#';
    out += ToHex(attribute.tlv());
  }
}

}  // namespace

std::string JdkForm(const Name& name) {
  std::string out;
  for (size_t index = name.rdns().size(); index-- > 0;) {
    if (!out.empty()) {
      out += ", ";
    }
    bool first = true;
    for (const Attribute& attribute : name.rdns()[index]) {
      if (!first) {
        out += " + ";
      }
      first = false;
      AppendAttribute(out, attribute);
    }
  }
  return out;
}

}  // namespace pkigate::x509
