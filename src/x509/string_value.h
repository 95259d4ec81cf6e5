// SPDX-License-Identifier: Apache-2.0
//
// ASN.1 character strings as UTF-8.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace pkigate::x509 {

// The content octets of a string of type `tag` as UTF-8; nothing for types other than UTF8,
// Printable, IA5, T61, BMP, Universal and General. What the type does not allow becomes U+FFFD, as
// in the JDK, whose reading the two dialects' names rest on; `exact`, if given, then turns false.
std::optional<std::string> DecodeStringValue(uint8_t tag, std::span<const uint8_t> content,
                                             bool* exact = nullptr);

// `text` with every ill-formed part replaced by U+FFFD, one for each longest part that could begin
// a character, or an encoded surrogate: as Java does.
std::string ReplaceIllFormedUtf8(std::string_view text, bool* exact = nullptr);

}  // namespace pkigate::x509
