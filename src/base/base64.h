// SPDX-License-Identifier: Apache-2.0
//
// Base64 (RFC 4648, section 4): standard alphabet, no line breaks.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pkigate {

// Nothing when `text` is not exactly one well-formed encoding.
std::optional<std::vector<uint8_t>> FromBase64(std::string_view text);

// The same with what java.util.Base64 lets pass: the padding may be missing (whole, not a part of
// it), and the bits that the last character has left over may be anything.
std::optional<std::vector<uint8_t>> FromBase64AsJava(std::string_view text);

// With padding.
std::string ToBase64(std::span<const uint8_t> bytes);

}  // namespace pkigate
