// SPDX-License-Identifier: Apache-2.0
#include "match/code_points.h"

#include <fmt/format.h>

#include <iterator>

#include "base/assert.h"
#include "base/utf8.h"

namespace pkigate::match {

namespace {

// `length`: as Utf8CharacterLength says.
char32_t TakeCharacter(std::string_view* text, size_t length) {
  const auto byte = [&](size_t index) {
    return static_cast<char32_t>(static_cast<unsigned char>((*text)[index]));
  };
  char32_t point = length == 1 ? byte(0) : byte(0) & (0xFFU >> (length + 1));
  for (size_t index = 1; index < length; ++index) {
    point = (point << 6) | (byte(index) & 0x3F);
  }
  text->remove_prefix(length);
  return point;
}

}  // namespace

std::optional<std::u32string> DecodeUtf8(std::string_view text) {
  std::u32string points;
  points.reserve(text.size());
  while (!text.empty()) {
    const size_t length = Utf8CharacterLength(text);
    if (length == 0) {
      return std::nullopt;
    }
    points.push_back(TakeCharacter(&text, length));
  }
  return points;
}

char32_t TakeCodePoint(std::string_view* text) {
  const size_t length = Utf8CharacterLength(*text);
  PKIGATE_ASSERT(length > 0);
  return TakeCharacter(text, length);
}

void AppendLiteral(std::string& out, char32_t c) {
  if (IsAsciiLetter(c) || IsDigit(c)) {
    out.push_back(static_cast<char>(c));
    return;
  }
  fmt::format_to(std::back_inserter(out), "\\x{{{:x}}}", static_cast<uint32_t>(c));
}

void AppendLiteralText(std::string& out, std::string_view text) {
  const std::optional<std::u32string> points = DecodeUtf8(text);
  PKIGATE_ASSERT(points.has_value());
  for (const char32_t c : *points) {
    AppendLiteral(out, c);
  }
}

void AppendRange(std::string& out, char32_t low, char32_t high) {
  PKIGATE_ASSERT(low <= high);
  AppendLiteral(out, low);
  if (high > low) {
    out.push_back('-');
    AppendLiteral(out, high);
  }
}

}  // namespace pkigate::match
