// SPDX-License-Identifier: Apache-2.0
//
// Which paths are the gateway's own, decided on what the path means rather than how it is spelled.
#pragma once

#include <string_view>

namespace pkigate::api {

// True when `path` (as received; a query may follow) leads to or below one of
//
//   _security  _xpack/security  _opendistro/_security  _plugins/_security  _pkigate
//
// after percent-decoding once, taking runs of slashes for one, dropping `.` segments and ignoring
// case: no server behind us tells more spellings apart than that, and an index cannot have such a
// name. A path with a `..` segment is ours too, because nobody can say where it leads: Serve
// refuses it. Allocates nothing.
bool IsOwnedPath(std::string_view path);

}  // namespace pkigate::api
