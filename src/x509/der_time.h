// SPDX-License-Identifier: Apache-2.0
//
// The times of certificates and CRLs.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace pkigate::x509 {

// Seconds since 1970 of a UTCTime (YYMMDDHHMMSSZ, 1950 to 2049) or GeneralizedTime
// (YYYYMMDDHHMMSSZ) as RFC 5280, 4.1.2.5 allows them; nothing for other tags, forms and dates that
// do not exist.
std::optional<int64_t> ParseDerTime(uint8_t tag, std::span<const uint8_t> content);

}  // namespace pkigate::x509
