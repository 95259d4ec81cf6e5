// SPDX-License-Identifier: Apache-2.0
#include "http/host.h"

#include "base/ascii.h"
#include "base/limits.h"
#include "http/scan.h"

namespace pkigate::http {

namespace {

bool IsHostByte(char c) {
  return IsAlphanumeric(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

bool IsAddressByte(char c) { return HexDigitValue(c) >= 0 || c == ':' || c == '.'; }

// Length of the host at the start of `text`; 0 when there is none.
size_t HostLength(std::string_view text) {
  if (!text.starts_with('[')) {
    size_t length = 0;
    while (length < text.size() && IsHostByte(text[length])) {
      ++length;
    }
    return length;
  }
  size_t length = 1;
  while (length < text.size() && IsAddressByte(text[length])) {
    ++length;
  }
  // The shortest address is `::`.
  return length >= 3 && length < text.size() && text[length] == ']' ? length + 1 : 0;
}

bool IsPort(std::string_view digits) {
  if (digits.size() > 5) {
    return false;
  }
  unsigned port = 0;
  for (const char c : digits) {
    if (!IsAsciiDigit(c)) {
      return false;
    }
    port = port * 10 + static_cast<unsigned>(c - '0');
  }
  return port <= 65535;
}

}  // namespace

bool IsHostPort(std::string_view text) {
  if (text.size() > limits::kHostBytesMax) {
    return false;
  }
  const size_t host_len = HostLength(text);
  if (host_len == 0) {
    return false;
  }
  const std::string_view rest = text.substr(host_len);
  return rest.empty() || (rest.front() == ':' && IsPort(rest.substr(1)));
}

}  // namespace pkigate::http
