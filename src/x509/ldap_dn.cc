// SPDX-License-Identifier: Apache-2.0
#include "x509/ldap_dn.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/ascii.h"
#include "base/limits.h"
#include "x509/der.h"
#include "x509/string_value.h"
#include "x509/unicode_case.h"

namespace pkigate::x509 {

namespace {

constexpr char kCode[] = "malformed_dn";

constexpr bool EndsValue(char c) { return c == ',' || c == ';' || c == '+'; }

// distinguishedName = [ rdn *( ("," / ";") rdn ) ]; rdn = pair *( "+" pair ); pair = type "="
// value; spaces anywhere between them (X-DN-2).
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}

  bool at_end() const { return position_ == text_.size(); }
  char peek() const { return text_[position_]; }
  void Skip() { ++position_; }
  void SkipSpaces() {
    while (!at_end() && peek() == ' ') {
      Skip();
    }
  }

  Error Fail(std::string_view problem) const {
    return MakeError(kCode, "byte {}: {}", position_, problem);
  }

  // Whatever stands before the equals sign: upstream takes types as written and compares them.
  Result<std::string> Type() {
    const size_t start = position_;
    while (!at_end() && peek() != ' ' && peek() != '=' && peek() != ',' && peek() != ';') {
      Skip();
    }
    std::string type(text_.substr(start, position_ - start));
    SkipSpaces();
    if (type.empty()) {
      return Fail("an attribute type was expected");
    }
    if (at_end() || peek() != '=') {
      return Fail("`=` was expected after the attribute type");
    }
    Skip();
    return type;
  }

  Result<std::string> Value() {
    SkipSpaces();
    if (at_end()) {
      return std::string();
    }
    Result<std::string> value = peek() == '#'   ? HexValue()
                                : peek() == '"' ? QuotedValue()
                                                : PlainValue();
    SkipSpaces();
    if (value.ok() && !at_end() && !EndsValue(peek())) {
      return Fail("`,`, `;` or `+` was expected after the value");
    }
    return value;
  }

 private:
  Result<std::string> PlainValue() {
    std::string value;
    while (!at_end() && !EndsValue(peek())) {
      if (peek() == '"') {
        return Fail("a quotation mark inside a value has to be escaped");
      }
      PKIGATE_TRY_STATUS(OneCharacter(value));
    }
    return value;
  }

  Result<std::string> QuotedValue() {
    Skip();
    std::string value;
    while (!at_end() && peek() != '"') {
      PKIGATE_TRY_STATUS(OneCharacter(value));
    }
    if (at_end()) {
      return Fail("the closing quotation mark is missing");
    }
    Skip();
    return value;
  }

  // A character, `\` and a special one, or `\HH`.
  Status OneCharacter(std::string& value) {
    if (peek() != '\\') {
      value += peek();
      Skip();
      return {};
    }
    Skip();
    if (at_end()) {
      return Fail("the text ends with a backslash");
    }
    if (HexDigitValue(peek()) < 0) {
      value += peek();
      Skip();
      return {};
    }
    value += static_cast<char>(PKIGATE_TRY(HexPair()));
    return {};
  }

  Result<uint8_t> HexPair() {
    const int high = HexDigitValue(peek());
    const int low = position_ + 1 < text_.size() ? HexDigitValue(text_[position_ + 1]) : -1;
    if (high < 0 || low < 0) {
      return Fail("two hexadecimal digits were expected");
    }
    position_ += 2;
    return static_cast<uint8_t>(high << 4 | low);
  }

  // `#` and the DER of the value: what counts is its content.
  Result<std::string> HexValue() {
    Skip();
    std::vector<uint8_t> bytes;
    while (!at_end() && peek() != ' ' && !EndsValue(peek())) {
      bytes.push_back(PKIGATE_TRY(HexPair()));
    }
    DerReader in(bytes, kCode);
    const Result<DerElement> element = in.Next("the value");
    if (!element.ok() || !in.empty()) {
      return Fail("the hexadecimal value before here is not one DER element");
    }
    return std::string(element->content.begin(), element->content.end());
  }

  std::string_view text_;
  size_t position_ = 0;
};

// Spaces trimmed and collapsed, lower case (X-DN-1). Nothing but spaces becomes one space, as
// upstream has it.
std::string NormalValue(std::string_view value) {
  std::string collapsed;
  for (const char c : value) {
    if (c != ' ' || (!collapsed.empty() && collapsed.back() != ' ')) {
      collapsed += c;
    }
  }
  if (!collapsed.empty() && collapsed.back() == ' ') {
    collapsed.pop_back();
  }
  if (collapsed.empty() && !value.empty()) {
    return " ";
  }
  // Escapes may spell bytes that are no UTF-8; upstream's texts then hold replacement characters.
  return ToSimpleLowerCase(ReplaceIllFormedUtf8(collapsed));
}

// Specials with a backslash, everything outside printable ASCII as `\hh` (X-DN-1).
void AppendEscaped(std::string& out, std::string_view value) {
  if (value == " ") {
    out += "\\ ";
    return;
  }
  for (size_t index = 0; index < value.size(); ++index) {
    const char c = value[index];
    if (c < ' ' || c > '~') {
      fmt::format_to(std::back_inserter(out), "\\{:02x}", static_cast<uint8_t>(c));
      continue;
    }
    constexpr std::string_view kSpecials = "\\=\"+,;<>";
    if (kSpecials.find(c) != std::string_view::npos || (c == '#' && index == 0)) {
      out += '\\';
    }
    out += c;
  }
}

}  // namespace

Result<LdapDn> LdapDn::Parse(std::string_view text) {
  if (text.size() > limits::kDnTextBytesMax) {
    return MakeError("name_too_large", "the DN has {} bytes, at most {}", text.size(),
                     limits::kDnTextBytesMax);
  }
  LdapDn dn;
  Cursor in(text);
  in.SkipSpaces();
  if (in.at_end()) {
    return dn;
  }
  size_t num_attributes = 0;
  bool starts_rdn = true;
  while (true) {
    if (starts_rdn) {
      dn.rdns_.emplace_back();
    }
    if (dn.rdns_.size() > limits::kDnRdnsMax || ++num_attributes > limits::kDnAttributesMax) {
      return MakeError("name_too_large", "the DN has more than {} RDNs or {} attributes",
                       limits::kDnRdnsMax, limits::kDnAttributesMax);
    }
    in.SkipSpaces();
    std::string type = PKIGATE_TRY(in.Type());
    std::string value = PKIGATE_TRY(in.Value());
    dn.rdns_.back().emplace_back(std::move(type), std::move(value));
    if (in.at_end()) {
      return dn;
    }
    starts_rdn = in.peek() != '+';
    in.Skip();
  }
}

std::string LdapDn::NormalForm() const {
  std::string out;
  std::vector<Pair> parts;
  for (const std::vector<Pair>& rdn : rdns_) {
    parts.clear();
    for (const auto& [type, value] : rdn) {
      parts.emplace_back(ToLowerCase(type), NormalValue(value));
    }
    // A pair written twice is one; 8.x keeps a set.
    std::sort(parts.begin(), parts.end());
    parts.erase(std::unique(parts.begin(), parts.end()), parts.end());
    char separator = ',';
    for (const auto& [type, value] : parts) {
      if (!out.empty()) {
        out += separator;
      }
      separator = '+';
      out += type;
      out += '=';
      AppendEscaped(out, value);
    }
  }
  return out;
}

}  // namespace pkigate::x509
