// SPDX-License-Identifier: Apache-2.0
//
// Durations and sizes as both dialects and pkigate.yml write them: `10s`, `500ms`, `16kb`.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"

namespace pkigate::config {

// Elasticsearch time values (docs/spec/xpack.md 1.2): an integer followed by `d h m s ms micros
// nanos` in any case, or `-1` or `0` alone. In nanoseconds; -1 stays -1. A number without unit, a
// fraction, a negative duration and what does not fit are errors.
Result<int64_t> ParseTimeNanoseconds(std::string_view text);

// A whole number of bytes with `b kb mb gb tb` (powers of 1,024; `k m g t` too), or a bare number.
Result<uint64_t> ParseBytes(std::string_view text);

// A whole decimal number, optional leading `-`; no blanks, no `+`.
Result<int64_t> ParseInteger(std::string_view text);

}  // namespace pkigate::config
