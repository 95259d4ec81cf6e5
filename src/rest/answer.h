// SPDX-License-Identifier: Apache-2.0
//
// A complete answer that the gateway gives itself instead of asking the upstream.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "identity/dialect.h"

namespace pkigate::rest {

struct Answer {
  int status = 200;
  std::string content_type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers;  // e.g. WWW-Authenticate, Allow
  std::string body;
};

// An error of the transport or protocol itself (400 bad request line, 413, 431, 502, 503, 504, ...)
// in the dialect's error form. `type` is the exception name a client of that system would see for
// it (e.g. `illegal_argument_exception`), `reason` a sentence for people without secrets or peer
// bytes that were refused as malformed.
Answer ProtocolError(Dialect dialect, int status, std::string_view type, std::string_view reason);

// 429: more work of one kind waits than is taken on; the client may try again later.
Answer Overloaded(Dialect dialect, std::string_view reason);

// The `type` that fits where no better one is known: what a client of either system would find in
// the answer of the system itself, or of its HTTP layer, for such a fault.
std::string_view ProtocolErrorType(int status);

}  // namespace pkigate::rest
