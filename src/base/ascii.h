// SPDX-License-Identifier: Apache-2.0
//
// Text as protocols mean it: ASCII only, no locale.
#pragma once

#include <string>
#include <string_view>

namespace pkigate {

constexpr char AsciiLower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
constexpr char AsciiUpper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; }
constexpr bool IsAsciiDigit(char c) { return c >= '0' && c <= '9'; }
constexpr bool IsAsciiAlpha(char c) { return AsciiLower(c) >= 'a' && AsciiLower(c) <= 'z'; }

constexpr bool EqualsIgnoringCase(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) {
    return false;
  }
  for (size_t index = 0; index < a.size(); ++index) {
    if (AsciiLower(a[index]) != AsciiLower(b[index])) {
      return false;
    }
  }
  return true;
}

inline std::string ToAsciiLower(std::string_view text) {
  std::string lowered(text);
  for (char& c : lowered) {
    c = AsciiLower(c);
  }
  return lowered;
}

// Without the spaces and tabs at both ends.
constexpr std::string_view TrimBlanks(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) {
    text.remove_prefix(1);
  }
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) {
    text.remove_suffix(1);
  }
  return text;
}

// -1 when `c` is no hexadecimal digit.
constexpr int HexDigitValue(char c) {
  if (IsAsciiDigit(c)) {
    return c - '0';
  }
  const char lower = AsciiLower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

}  // namespace pkigate
