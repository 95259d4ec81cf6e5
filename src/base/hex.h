// SPDX-License-Identifier: Apache-2.0
//
// Bytes as lower-case hexadecimal text, and back.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pkigate {

std::string ToHex(std::span<const uint8_t> bytes);
// Either case; nothing for an odd length or another character.
std::optional<std::vector<uint8_t>> FromHex(std::string_view text);

}  // namespace pkigate
