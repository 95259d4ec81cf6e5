// SPDX-License-Identifier: Apache-2.0
//
// Which header names say who the caller is, in the eyes of some upstream: those that proxies and
// both emulated systems use for it, and those by which proxies change what a request means.
//
// Servers fold names together: WSGI, CGI and some frameworks turn `-` into `_`, others drop or turn
// `.`; all ignore case. So names are compared folded: lower case, without `-`, `_` and `.`.
#pragma once

#include <string_view>

namespace pkigate::http {

// Whether both names are the same once folded. An empty name equals none.
bool SameFolded(std::string_view a, std::string_view b);

// Whether an upstream could take a header of this name for an identity, or for another request than
// the one decided on. Never to be passed on from a client.
bool IsIdentityName(std::string_view name);

}  // namespace pkigate::http
