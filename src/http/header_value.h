// SPDX-License-Identifier: Apache-2.0
//
// How text of ours, user and role names above all, becomes a header value.
//
// A name may hold any character: a certificate's subject is written by its owner. Everything
// outside visible ASCII and the space, and `%` itself, is percent-encoded byte by byte over UTF-8,
// so that a value is one line, means the same to every recipient whatever it takes header bytes
// for, and can be turned back exactly. Plain names arrive as they are. Blanks at either end are
// encoded, too: recipients strip them, and " admin" must not become "admin".
#pragma once

#include <string>
#include <string_view>

namespace pkigate::http {

// `also`: further bytes to encode, e.g. the comma within a member of a list.
std::string EncodeHeaderValue(std::string_view value, std::string_view also);

}  // namespace pkigate::http
