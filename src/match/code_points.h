// SPDX-License-Identifier: Apache-2.0
//
// Reading and writing patterns character by character: UTF-8 into code points, and characters into
// the one spelling that PCRE2 and Hyperscan both take literally, inside and outside of classes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace pkigate::match {

inline constexpr char32_t kCodePointMax = 0x10FFFF;

// The code points of `text`; nothing when it is not UTF-8.
std::optional<std::u32string> DecodeUtf8(std::string_view text);

// The first code point of `text`, which is UTF-8 and not empty; removed from it.
char32_t TakeCodePoint(std::string_view* text);

// Appends `c` so that it stands for itself: a letter or digit of ASCII as it is, all else as
// `\x{2e}`.
void AppendLiteral(std::string& out, char32_t c);

// AppendLiteral for all of `text`, which is UTF-8.
void AppendLiteralText(std::string& out, std::string_view text);

// Appends the class element `low-high` (or just `low` when they are the same).
void AppendRange(std::string& out, char32_t low, char32_t high);

constexpr bool IsAsciiLetter(char32_t c) {
  return (c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z');
}
constexpr bool IsDigit(char32_t c) { return c >= U'0' && c <= U'9'; }
constexpr char32_t OtherAsciiCase(char32_t c) { return IsAsciiLetter(c) ? c ^ 0x20 : c; }

// -1 when `c` is no hexadecimal digit.
constexpr int HexValue(char32_t c) {
  if (IsDigit(c)) {
    return static_cast<int>(c - U'0');
  }
  const char32_t lower = c | 0x20;
  return lower >= U'a' && lower <= U'f' ? static_cast<int>(lower - U'a') + 10 : -1;
}

}  // namespace pkigate::match
