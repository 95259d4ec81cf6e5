// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "base/utf8.h"

namespace pkigate::identity {

// Header bytes as Open Distro and OpenSearch read them, in UTF-8: each byte is a character.
inline std::string FromLatin1(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size());
  for (const char byte : bytes) {
    AppendUtf8(text, static_cast<unsigned char>(byte));
  }
  return text;
}

}  // namespace pkigate::identity
