// SPDX-License-Identifier: Apache-2.0
#include "x509/ldap_name.h"

#include <algorithm>
#include <utility>

#include "base/ascii.h"
#include "base/hex.h"
#include "base/limits.h"
#include "x509/string_value.h"
#include "x509/unicode_case.h"

namespace pkigate::x509 {

namespace {

constexpr char kCode[] = "malformed_dn";

// The class counts these two as white space, and neither tabs nor line feeds.
constexpr bool IsBlank(char c) { return c == ' ' || c == '\r'; }

// Upstream takes letters of every script. No attribute type of a certificate has any, so a DN with
// one can equal nothing, and is refused here.
constexpr bool IsLetterOrDigit(char c) { return IsAsciiAlpha(c) || IsAsciiDigit(c); }
constexpr bool IsBeyondAscii(char c) { return static_cast<uint8_t>(c) >= 0x80; }

Error Fail(size_t position, std::string_view problem) {
  return MakeError(kCode, "byte {}: {}", position, problem);
}

// What stands between `=` and the separator, with its escapes (`raw`), to the value. `position` is
// where it began. A single blank at its end that was not escaped is lost also inside quotes: one of
// the two artefacts of docs/spec/opendistro.md, 3.1. The other is here, too: quotes around the
// value are dropped even if they are part of it.
Result<LdapName::Part> Unescaped(std::string_view raw, size_t position) {
  LdapName::Part part;
  size_t begin = 0;
  size_t end = raw.size();
  while (begin < end && IsBlank(raw[begin])) {
    ++begin;
  }
  while (begin < end && IsBlank(raw[end - 1])) {
    --end;
  }
  if (begin < end && end != raw.size() && raw[end - 1] == '\\') {
    ++end;  // the backslash belongs to the blank after it
  }
  if (begin == end) {
    return part;
  }
  if (raw[begin] == '#') {
    const auto bytes = FromHex(raw.substr(begin + 1, end - begin - 1));
    if (!bytes.has_value()) {
      return Fail(position, "`#` has to be followed by pairs of hexadecimal digits");
    }
    part.value.assign(bytes->begin(), bytes->end());
    part.is_binary = true;
    return part;
  }
  if (raw[begin] == '"' && raw[end - 1] == '"') {
    if (end - begin < 3) {
      return Fail(position, "a quoted value is empty");  // upstream throws
    }
    ++begin;
    --end;
  }
  size_t escaped_at = raw.size();  // the last position of an escaped character
  for (size_t index = begin; index < end; ++index) {
    if (raw[index] != '\\' || index + 1 == end) {
      part.value += raw[index];
      continue;
    }
    ++index;
    if (!IsLetterOrDigit(raw[index]) && !IsBeyondAscii(raw[index])) {
      part.value += raw[index];
      escaped_at = index;
      continue;
    }
    const int high = HexDigitValue(raw[index]);
    const int low = index + 1 < end ? HexDigitValue(raw[index + 1]) : -1;
    if (high < 0 || low < 0) {
      return Fail(
          position + index,
          "a backslash has to be followed by a special character or two hexadecimal digits");
    }
    part.value += static_cast<char>(high << 4 | low);
    ++index;
  }
  if (!part.value.empty() && IsBlank(part.value.back()) && escaped_at != end - 1) {
    part.value.pop_back();
  }
  part.value = ReplaceIllFormedUtf8(part.value);
  return part;
}

class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}

  bool at_end() const { return position_ == text_.size(); }
  char peek() const { return text_[position_]; }
  size_t position() const { return position_; }
  void Skip() { ++position_; }

  // type "=" value, blanks around both
  Result<LdapName::Part> Pair() {
    SkipBlanks();
    const size_t start = position_;
    while (!at_end() &&
           (IsLetterOrDigit(peek()) || peek() == '.' || peek() == '-' || peek() == ' ')) {
      Skip();
    }
    std::string_view type = text_.substr(start, position_ - start);
    while (!type.empty() && type.back() == ' ') {
      type.remove_suffix(1);
    }
    if (type.empty()) {
      return Fail(position_, "an attribute type was expected");
    }
    SkipBlanks();
    if (at_end() || peek() != '=') {
      return Fail(position_, "`=` was expected after the attribute type");
    }
    Skip();
    SkipBlanks();
    const size_t value_start = position_;
    const std::string_view raw = PKIGATE_TRY(RawValue());
    SkipBlanks();
    LdapName::Part part = PKIGATE_TRY(Unescaped(raw, value_start));
    part.type = type;
    return part;
  }

 private:
  void SkipBlanks() {
    while (!at_end() && IsBlank(peek())) {
      Skip();
    }
  }

  Result<std::string_view> RawValue() {
    const size_t start = position_;
    if (at_end()) {
      return std::string_view();
    }
    if (peek() == '#') {
      Skip();
      while (!at_end() && IsLetterOrDigit(peek())) {
        Skip();
      }
      return text_.substr(start, position_ - start);
    }
    return peek() == '"' ? QuotedValue() : PlainValue();
  }

  Result<std::string_view> QuotedValue() {
    const size_t start = position_;
    Skip();
    while (!at_end() && peek() != '"') {
      position_ += peek() == '\\' ? 2 : 1;
      position_ = std::min(position_, text_.size());
    }
    if (at_end()) {
      return Fail(start, "the closing quotation mark is missing");
    }
    Skip();
    return text_.substr(start, position_ - start);
  }

  Result<std::string_view> PlainValue() {
    const size_t start = position_;
    size_t end = position_;  // after the last character that is no trailing blank
    while (!at_end() && peek() != ',' && peek() != '+' && peek() != ';') {
      if (peek() == '\\') {
        Skip();
        if (at_end()) {
          return Fail(position_, "the text ends with a backslash");
        }
        Skip();
        end = position_;
        continue;
      }
      const bool blank = IsBlank(peek());
      Skip();
      if (!blank) {
        end = position_;
      }
    }
    return text_.substr(start, end - start);
  }

  std::string_view text_;
  size_t position_ = 0;
};

std::string BinaryText(const LdapName::Part& part) {
  const auto* const bytes = reinterpret_cast<const uint8_t*>(part.value.data());
  return "#" + ToHex({bytes, part.value.size()});
}

// Java compares strings by UTF-16 units, in which characters above U+FFFF stand before U+E000: in
// UTF-8 that is the first bytes 0xee and 0xef against 0xf0 and up.
bool ComesBefore(std::string_view a, std::string_view b) {
  const auto rank = [](char c) {
    const auto byte = static_cast<uint8_t>(c);
    return byte == 0xee || byte == 0xef ? byte + 16 : int{byte};
  };
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(),
                                      [rank](char x, char y) { return rank(x) < rank(y); });
}

// What values of one type are sorted by: full upper case.
std::string SortValue(const LdapName::Part& part) {
  return part.is_binary ? BinaryText(part) : ToUpperCase(part.value);
}

void Sort(LdapName::Rdn& rdn) {
  if (rdn.size() < 2) {
    return;
  }
  std::stable_sort(rdn.begin(), rdn.end(), [](const LdapName::Part& a, const LdapName::Part& b) {
    const std::string a_type = ToAsciiLower(a.type);
    const std::string b_type = ToAsciiLower(b.type);
    return a_type != b_type ? a_type < b_type : ComesBefore(SortValue(a), SortValue(b));
  });
}

void AppendEscaped(std::string& out, const LdapName::Part& part) {
  if (part.is_binary) {
    out += BinaryText(part);
    return;
  }
  constexpr std::string_view kSpecials = ",=+<>#;\"\\";
  constexpr std::string_view kBlanks = " \r";
  const size_t first = part.value.find_first_not_of(kBlanks);
  const size_t last = part.value.find_last_not_of(kBlanks);
  for (size_t index = 0; index < part.value.size(); ++index) {
    const char c = part.value[index];
    const bool outer_blank = first == std::string::npos || index < first || index > last;
    if (outer_blank || kSpecials.find(c) != std::string_view::npos) {
      out += '\\';
    }
    out += c;
  }
}

}  // namespace

Result<LdapName> LdapName::Parse(std::string_view text) {
  if (text.size() > limits::kDnTextBytesMax) {
    return MakeError("name_too_large", "the DN has {} bytes, at most {}", text.size(),
                     limits::kDnTextBytesMax);
  }
  LdapName name;
  if (text.empty()) {
    return name;
  }
  Cursor in(text);
  size_t num_parts = 0;
  while (true) {
    Rdn rdn;
    // Upstream lets an RDN be empty at the end of the text, and end with `+` there.
    while (!in.at_end()) {
      if (name.rdns_.size() == limits::kDnRdnsMax || ++num_parts > limits::kDnAttributesMax) {
        return MakeError("name_too_large", "the DN has more than {} RDNs or {} attributes",
                         limits::kDnRdnsMax, limits::kDnAttributesMax);
      }
      rdn.push_back(PKIGATE_TRY(in.Pair()));
      if (in.at_end() || in.peek() != '+') {
        break;
      }
      in.Skip();
    }
    Sort(rdn);
    name.rdns_.push_back(std::move(rdn));
    if (in.at_end()) {
      return name;
    }
    if (in.peek() != ',' && in.peek() != ';') {
      return Fail(in.position(), "`,`, `;` or `+` was expected after the value");
    }
    in.Skip();
  }
}

std::string LdapName::Text() const {
  std::string out;
  bool first_rdn = true;
  for (const Rdn& rdn : rdns_) {
    if (!first_rdn) {
      out += ',';
    }
    first_rdn = false;
    bool first_part = true;
    for (const Part& part : rdn) {
      if (!first_part) {
        out += '+';
      }
      first_part = false;
      out += part.type;
      out += '=';
      AppendEscaped(out, part);
    }
  }
  return out;
}

// Values are equal if their full upper cases are, character by character and without regard to
// case: `ß` equals `ss`, the Kelvin sign `k`.
std::string LdapName::ComparisonKey() const {
  LdapName folded = *this;
  for (Rdn& rdn : folded.rdns_) {
    for (Part& part : rdn) {
      part.type = ToAsciiLower(part.type);
      if (!part.is_binary) {
        part.value = ToSimpleLowerCase(ToUpperCase(part.value));
      }
    }
  }
  return folded.Text();
}

LdapName LdapName::Reversed() const {
  LdapName reversed = *this;
  std::reverse(reversed.rdns_.begin(), reversed.rdns_.end());
  return reversed;
}

}  // namespace pkigate::x509
