// SPDX-License-Identifier: Apache-2.0
//
// Object identifiers: DER content octets to dotted text, arcs of any size.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace pkigate::x509 {

// `2.5.4.3`. Nothing if the octets are no object identifier in its shortest form or more than
// limits::kOidBytesMax.
std::optional<std::string> DottedOid(std::span<const uint8_t> content);

// Whether `text` is a dotted object identifier: at least two arcs without leading zeros, the first
// at most 2, the second below 40 under 0 and 1.
bool IsDottedOid(std::string_view text);

}  // namespace pkigate::x509
