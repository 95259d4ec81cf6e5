// SPDX-License-Identifier: Apache-2.0
//
// The path of a request as authorization sees it. A request that the gateway and the cluster could
// understand differently is refused here, before anybody decides (docs/decisions.md, "path"):
//
//   split at `/` first, then percent-decode each segment, once.
//
// Refused: a path that does not begin with `/`; empty segments (one trailing slash is tolerated,
// X-API-2); `.` and `..`, also encoded, also cut off by a backslash or semicolon; a `%` without two
// hexadecimal digits; control characters; an encoded `/` outside an index date-math name
// (`<logs-{now%2Fd}>`); what is not UTF-8.
// What passes is forwarded byte for byte as it was received.
// Fuzzed by tests/fuzz/rest_path_fuzz.cc.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "base/limits.h"
#include "base/result.h"

namespace pkigate::rest {

// Views into the checked target.
struct Target {
  std::string_view path;   // as received, e.g. "/logs-1/_search"; or "*"
  std::string_view query;  // without the `?`, not decoded
  size_t num_segments = 0;
};

// CheckTarget takes a target in origin form or `*` (as RequestHead::target) apart. It allocates
// only to report an error (code `bad_path`).
Result<Target> CheckTarget(std::string_view target);

// The decoded segments of a checked path: "/a%20b/_doc/1/" gives "a b", "_doc", "1"; "/" and "*"
// give none. Views point into the path, or for a segment with an escape into this object, and die
// with either or with the next Decode. Warm, it does not allocate.
class PathSegments {
 public:
  PathSegments() = default;
  PathSegments(const PathSegments&) = delete;
  PathSegments& operator=(const PathSegments&) = delete;

  // `path` is Target::path of a successful CheckTarget.
  std::span<const std::string_view> Decode(std::string_view path);

 private:
  std::array<std::string_view, limits::kPathSegmentsMax> segments_;
  std::string decoded_;
};

}  // namespace pkigate::rest
