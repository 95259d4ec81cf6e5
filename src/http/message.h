// SPDX-License-Identifier: Apache-2.0
//
// What requests and answers have in common: a header as it stands in the slab, how a body is
// framed, the limits, and how a parser reports.
//
// Everything in src/http is sans-I/O: bytes in, messages out. Parsed text is never copied; views
// point into the slab that the caller owns and stay valid as long as those bytes stay where they
// are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/limits.h"
#include "http/header_names.h"

namespace pkigate::http {

// One header line. `value` is without the blanks around it. Names are tokens (RFC 9110, 5.6.2),
// values hold no control characters but HTAB; bytes from 0x80 up are passed as they are.
struct HeaderView {
  std::string_view name;
  std::string_view value;
  KnownHeader known = KnownHeader::kOther;
};

// How the end of a message's body is found. kNone: there is no body (or an empty one).
enum class Framing : uint8_t { kNone, kLength, kChunked, kUntilClose };

// What a message may cost before anybody is authenticated. The defaults are those of pkigate.yml.
struct Limits {
  size_t head_bytes = limits::kHeadBytesDefault;
  size_t num_headers = limits::kHeadersDefault;
  size_t target_bytes = limits::kTargetBytesDefault;
  uint64_t body_bytes = limits::kBodyBytesDefault;
  // Header names with `_` or `.`, which some servers take for `-`: dropped when set, else refused.
  bool drop_unusual_header_names = false;

  bool operator==(const Limits&) const = default;
};

enum class ParseState : uint8_t { kNeedMore, kComplete, kError };

// Why a message is refused. All three are constants: nothing a peer sent is repeated.
struct HttpError {
  int status = 0;                // for the answer to the client; 502 for a bad upstream answer
  const char* reason_code = "";  // stable word for logs and counters
  const char* text = "";         // for people
};

}  // namespace pkigate::http
