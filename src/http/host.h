// SPDX-License-Identifier: Apache-2.0
//
// The value of Host, and the authority of an absolute target: host[:port] (RFC 9110, 7.2).
#pragma once

#include <string_view>

namespace pkigate::http {

// Whether `text` is a host, optionally with a port from 0 to 65535. Of the host's grammar the
// characters of names in use are taken, letters, digits, `-`, `.`, `_`, `~`, and an address in
// brackets; escapes and sub-delimiters, which are legal and name nothing, are not.
bool IsHostPort(std::string_view text);

}  // namespace pkigate::http
