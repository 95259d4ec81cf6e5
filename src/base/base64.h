// SPDX-License-Identifier: Apache-2.0
//
// Base64 (RFC 4648, section 4): standard alphabet, padding required, nothing else tolerated.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace pkigate {

// Nothing when `text` is not exactly one well-formed encoding.
std::optional<std::vector<uint8_t>> FromBase64(std::string_view text);

}  // namespace pkigate
