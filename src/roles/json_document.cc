// SPDX-License-Identifier: Apache-2.0
#include "roles/json_document.h"

#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/limits.h"

namespace pkigate::roles {

namespace {

// Watches the parser's events for what the tree could no longer tell.
struct Watcher {
  std::vector<std::set<std::string>> keys;  // of the open objects
  std::string duplicate;

  bool operator()(int /*depth*/, Json::parse_event_t event, Json& parsed) {
    switch (event) {
      case Json::parse_event_t::object_start:
        keys.emplace_back();
        break;
      case Json::parse_event_t::object_end:
        keys.pop_back();
        break;
      case Json::parse_event_t::key:
        if (!keys.back().insert(parsed.get<std::string>()).second && duplicate.empty()) {
          duplicate = parsed.get<std::string>();
        }
        break;
      default:
        break;
    }
    return true;
  }
};

}  // namespace

Result<Json> ParseJson(std::string_view text) {
  if (text.size() > limits::kMappingBytesMax) {
    return MakeError("json_malformed", "document is larger than {} bytes",
                     limits::kMappingBytesMax);
  }
  // Depth is bounded before the tree is built, because what walks the tree recurses. Brackets
  // outside of strings are counted; if the text is not even JSON, the parser says so afterwards.
  size_t depth = 0;
  bool in_string = false;
  for (size_t index = 0; index < text.size(); ++index) {
    const char c = text[index];
    if (in_string) {
      if (c == '\\') {
        ++index;
      } else if (c == '"') {
        in_string = false;
      }
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      if (++depth > limits::kMappingDepthMax) {
        return MakeError("json_too_deep", "nested deeper than {} levels at byte {}",
                         limits::kMappingDepthMax, index);
      }
    } else if ((c == '}' || c == ']') && depth > 0) {
      --depth;
    }
  }
  Watcher watcher;
  try {
    Json parsed = Json::parse(text, std::ref(watcher));
    if (!watcher.duplicate.empty()) {
      return MakeError("json_duplicate_key", "duplicate field '{}'", watcher.duplicate);
    }
    return parsed;
  } catch (const Json::exception& failure) {
    return MakeError("json_malformed", "{}", failure.what());
  }
}

}  // namespace pkigate::roles
