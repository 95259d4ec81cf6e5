// SPDX-License-Identifier: Apache-2.0
#include "http/header_value.h"

#include <cstddef>

namespace pkigate::http {

std::string EncodeHeaderValue(std::string_view value, std::string_view also) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string encoded;
  encoded.reserve(value.size());
  for (size_t index = 0; index < value.size(); ++index) {
    const char c = value[index];
    const auto byte = static_cast<unsigned char>(c);
    const bool at_an_end = index == 0 || index + 1 == value.size();
    const bool plain = (byte > 0x20 && byte < 0x7f && c != '%') || (c == ' ' && !at_an_end);
    if (plain && also.find(c) == std::string_view::npos) {
      encoded.push_back(c);
      continue;
    }
    encoded.push_back('%');
    encoded.push_back(kDigits[byte >> 4]);
    encoded.push_back(kDigits[byte & 0x0f]);
  }
  return encoded;
}

}  // namespace pkigate::http
