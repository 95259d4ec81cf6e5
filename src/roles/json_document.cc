// SPDX-License-Identifier: Apache-2.0
#include "roles/json_document.h"

#include <algorithm>
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

// The length of the comment that begins at `index`; 0: none does. An unclosed one takes the rest.
size_t CommentLength(std::string_view text, size_t index) {
  const std::string_view rest = text.substr(index);
  size_t end = 0;
  if (rest.starts_with("/*")) {
    end = rest.find("*/", 2);
    end += end == std::string_view::npos ? 0 : 2;
  } else if (rest.starts_with("//")) {
    // Where the parser ends it: what it reads again must be counted again.
    end = rest.find_first_of(std::string_view("\n\r\0", 3), 2);
  }
  return std::min(end, rest.size());
}

}  // namespace

const char* TokenName(const Json& json) {
  switch (json.type()) {
    case Json::value_t::object:
      return "START_OBJECT";
    case Json::value_t::array:
      return "START_ARRAY";
    case Json::value_t::string:
      return "VALUE_STRING";
    case Json::value_t::boolean:
      return "VALUE_BOOLEAN";
    case Json::value_t::null:
      return "VALUE_NULL";
    default:
      return "VALUE_NUMBER";
  }
}

Result<Json> ParseJson(std::string_view text, JsonSyntax syntax) {
  if (text.size() > limits::kMappingBytesMax) {
    return MakeError("json_malformed", "document is larger than {} bytes",
                     limits::kMappingBytesMax);
  }
  // Depth is bounded before the tree is built, because what walks the tree recurses. Brackets
  // outside of strings and comments are counted; if the text is not even JSON, the parser says so
  // afterwards.
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
    } else if (syntax.comments && c == '/') {
      const size_t length = CommentLength(text, index);
      index += length == 0 ? 0 : length - 1;
    } else if (c == '{' || c == '[') {
      if (++depth > limits::kMappingDepthMax) {
        return MakeError("json_too_deep", "nested deeper than {} levels at byte {}",
                         limits::kMappingDepthMax, index);
      }
    } else if ((c == '}' || c == ']') && depth > 0) {
      if (--depth == 0 && syntax.ignore_text_after) {
        text = text.substr(0, index + 1);
      }
    }
  }
  Watcher watcher;
  try {
    Json parsed = Json::parse(text, std::ref(watcher), /*allow_exceptions=*/true, syntax.comments);
    if (!watcher.duplicate.empty()) {
      return MakeError("json_duplicate_key", "duplicate field '{}'", watcher.duplicate);
    }
    return parsed;
  } catch (const Json::exception& failure) {
    return MakeError("json_malformed", "{}", failure.what());
  }
}

}  // namespace pkigate::roles
