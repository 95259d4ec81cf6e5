// SPDX-License-Identifier: Apache-2.0
#include "base/base64.h"

#include <utility>

namespace pkigate {

namespace {

int Value(char c) {
  if (c >= 'A' && c <= 'Z') {
    return c - 'A';
  }
  if (c >= 'a' && c <= 'z') {
    return c - 'a' + 26;
  }
  if (c >= '0' && c <= '9') {
    return c - '0' + 52;
  }
  if (c == '+') {
    return 62;
  }
  return c == '/' ? 63 : -1;
}

// `digits`: the text without its padding. `bits_left_over` gets what the last digit holds beyond
// the last byte.
std::optional<std::vector<uint8_t>> FromDigits(std::string_view digits, uint32_t* bits_left_over) {
  if (digits.size() % 4 == 1) {
    return std::nullopt;
  }
  std::vector<uint8_t> bytes;
  bytes.reserve(digits.size() / 4 * 3 + 2);
  uint32_t bits = 0;
  unsigned num_bits = 0;
  for (const char digit : digits) {
    const int value = Value(digit);
    if (value < 0) {
      return std::nullopt;
    }
    bits = (bits << 6) | static_cast<uint32_t>(value);
    num_bits += 6;
    if (num_bits >= 8) {
      num_bits -= 8;
      bytes.push_back(static_cast<uint8_t>(bits >> num_bits));
      bits &= (1U << num_bits) - 1;
    }
  }
  *bits_left_over = bits;
  return bytes;
}

// Without the one or two `=` that fill the last group of four.
std::string_view WithoutPadding(std::string_view text) {
  for (int filled = 0; filled < 2 && text.ends_with('='); ++filled) {
    text.remove_suffix(1);
  }
  return text;
}

}  // namespace

std::optional<std::vector<uint8_t>> FromBase64(std::string_view text) {
  if (text.size() % 4 != 0) {
    return std::nullopt;
  }
  uint32_t bits_left_over = 0;
  std::optional<std::vector<uint8_t>> bytes = FromDigits(WithoutPadding(text), &bits_left_over);
  // Not zero: two texts would mean the same bytes.
  return bits_left_over == 0 ? std::move(bytes) : std::nullopt;
}

std::optional<std::vector<uint8_t>> FromBase64AsJava(std::string_view text) {
  uint32_t bits_left_over = 0;
  return FromDigits(text.size() % 4 == 0 ? WithoutPadding(text) : text, &bits_left_over);
}

std::string ToBase64(std::span<const uint8_t> bytes) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  uint32_t bits = 0;
  unsigned num_bits = 0;
  for (const uint8_t byte : bytes) {
    bits = (bits << 8) | byte;
    num_bits += 8;
    while (num_bits >= 6) {
      num_bits -= 6;
      text += kDigits[(bits >> num_bits) & 63];
    }
  }
  if (num_bits > 0) {
    text += kDigits[(bits << (6 - num_bits)) & 63];
  }
  text.append((4 - text.size() % 4) % 4, '=');
  return text;
}

}  // namespace pkigate
