// SPDX-License-Identifier: Apache-2.0
//
// Reason phrases (RFC 9110, 15).
#pragma once

#include <string_view>

namespace pkigate::http {

// "Unknown" for a status that has none.
std::string_view ReasonPhrase(int status);

}  // namespace pkigate::http
