// SPDX-License-Identifier: Apache-2.0
//
// JSON strings, written. Enough for log lines and fixed-shape answers; anything with structure of
// its own is built with nlohmann-json where it is cold.
#pragma once

#include <string>
#include <string_view>

namespace pkigate {

// Appends `text` as a JSON string with its quotes (RFC 8259, section 7). Bytes that are not UTF-8
// become U+FFFD one by one, so the output is always valid JSON whatever a certificate held.
void AppendJsonString(std::string& out, std::string_view text);

}  // namespace pkigate
