// SPDX-License-Identifier: Apache-2.0
//
// libFuzzer target: request targets. What passes the check is held against a plain decoder written
// here: its segments are those of the checked path, and none is one that a server could walk.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/assert.h"
#include "base/utf8.h"
#include "rest/path.h"

namespace pkigate::rest {
namespace {

std::vector<std::string> PlainSegments(std::string_view path) {
  std::vector<std::string> segments;
  std::string segment;
  for (size_t at = 1; at < path.size(); ++at) {
    if (path[at] == '/') {
      segments.push_back(std::move(segment));
      segment.clear();
    } else if (path[at] == '%') {
      segment += static_cast<char>(std::stoi(std::string(path.substr(at + 1, 2)), nullptr, 16));
      at += 2;
    } else {
      segment += path[at];
    }
  }
  if (!segment.empty()) {
    segments.push_back(std::move(segment));
  }
  return segments;
}

void Run(std::string_view text) {
  const Result<Target> target = CheckTarget(text);
  if (!target.ok()) {
    return;
  }
  PathSegments decoder;
  const auto segments = decoder.Decode(target->path);
  PKIGATE_ASSERT(segments.size() == target->num_segments);
  if (text == "*") {
    PKIGATE_ASSERT(segments.empty());
    return;
  }
  const std::vector<std::string> plain = PlainSegments(target->path);
  PKIGATE_ASSERT(plain.size() == segments.size());
  for (size_t index = 0; index < plain.size(); ++index) {
    const std::string_view segment = segments[index];
    PKIGATE_ASSERT(segment == plain[index]);
    PKIGATE_ASSERT(!segment.empty() && segment != "." && segment != ".." && IsUtf8(segment));
    for (const char c : segment) {
      PKIGATE_ASSERT(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
    }
    // Walking it as a path would stay where it is.
    for (size_t slash = segment.find('/'); slash != std::string_view::npos;
         slash = segment.find('/', slash + 1)) {
      PKIGATE_ASSERT(segment.substr(0, slash).find("{") != std::string_view::npos);
      PKIGATE_ASSERT(slash + 1 < segment.size() && segment[slash + 1] != '.' &&
                     segment[slash + 1] != '/');
    }
  }
}

}  // namespace
}  // namespace pkigate::rest

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  pkigate::rest::Run({reinterpret_cast<const char*>(data), size});
  return 0;
}
