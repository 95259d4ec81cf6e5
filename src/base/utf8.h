// SPDX-License-Identifier: Apache-2.0
//
// UTF-8, checked: no overlong forms, no surrogates, nothing above U+10FFFF (RFC 3629).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace pkigate {

// Length in bytes (1 to 4) of the well-formed character at the start of `text`; 0 when there is
// none (empty or ill-formed).
size_t Utf8CharacterLength(std::string_view text);

bool IsUtf8(std::string_view text);

// How many bytes below 0x80 the text begins with.
size_t AsciiPrefixLength(std::string_view text);

// Appends `code_point` in UTF-8; what is not a Unicode scalar value becomes U+FFFD.
void AppendUtf8(std::string& out, char32_t code_point);

}  // namespace pkigate
