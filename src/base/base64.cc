// SPDX-License-Identifier: Apache-2.0
#include "base/base64.h"

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

}  // namespace

std::optional<std::vector<uint8_t>> FromBase64(std::string_view text) {
  if (text.size() % 4 != 0) {
    return std::nullopt;
  }
  size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') {
    ++padding;
  }
  std::vector<uint8_t> bytes;
  bytes.reserve(text.size() / 4 * 3);
  uint32_t bits = 0;
  for (size_t index = 0; index < text.size(); ++index) {
    const bool padded = index >= text.size() - padding;
    const int value = padded ? 0 : Value(text[index]);
    if (value < 0) {
      return std::nullopt;
    }
    bits = (bits << 6) | static_cast<uint32_t>(value);
    if (index % 4 == 3) {
      bytes.push_back(static_cast<uint8_t>(bits >> 16));
      bytes.push_back(static_cast<uint8_t>(bits >> 8));
      bytes.push_back(static_cast<uint8_t>(bits));
      bits = index + 1 == text.size() ? bits : 0;
    }
  }
  // The bits that padding leaves over must be zero, else two texts would mean the same bytes.
  for (size_t extra = 0; extra < padding; ++extra) {
    if (bytes.back() != 0) {
      return std::nullopt;
    }
    bytes.pop_back();
  }
  return bytes;
}

}  // namespace pkigate
