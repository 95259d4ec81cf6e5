// SPDX-License-Identifier: Apache-2.0
#include "match/dialect_pattern.h"

#include <algorithm>

namespace pkigate::match {

Result<DialectPattern> ReadOpendistroPattern(std::string_view text, bool blank_matches_itself) {
  if (text == "/") {
    return MakeError("pattern_invalid", "a lone `/` is no pattern");
  }
  if (text.starts_with('/') && text.ends_with('/')) {
    return DialectPattern{PatternKind::kJava, std::string(text.substr(1, text.size() - 2))};
  }
  // Blank as Java trims: line feeds and other control characters, too.
  if (!blank_matches_itself &&
      std::ranges::all_of(text, [](char c) { return c >= 0 && c <= ' '; })) {
    return DialectPattern{PatternKind::kNever, {}};
  }
  if (text.find_first_of("*?") != std::string_view::npos) {
    return DialectPattern{PatternKind::kGlob, std::string(text)};
  }
  return DialectPattern{PatternKind::kExact, std::string(text)};
}

bool IsXpackPattern(std::string_view text) {
  return text.find('*') != std::string_view::npos ||
         (text.size() > 1 && text.starts_with('/') && text.ends_with('/'));
}

Result<DialectPattern> ReadXpackPattern(std::string_view text) {
  if (!IsXpackPattern(text)) {
    return DialectPattern{PatternKind::kExact, std::string(text)};
  }
  if (!text.starts_with('/')) {
    return DialectPattern{PatternKind::kEscapedGlob, std::string(text)};
  }
  if (text.size() < 2 || !text.ends_with('/')) {
    return MakeError("pattern_invalid",
                     "invalid pattern [{}] - patterns starting with '/' must end with '/'", text);
  }
  return DialectPattern{PatternKind::kLucene, std::string(text.substr(1, text.size() - 2))};
}

Result<DialectPattern> ReadXpackPermissionPattern(std::string_view text) {
  if (text.starts_with('/')) {
    if (text.size() < 2 || !text.ends_with('/')) {
      return MakeError("pattern_invalid",
                       "invalid pattern [{}] - patterns starting with '/' must end with '/'", text);
    }
    return DialectPattern{PatternKind::kLucene, std::string(text.substr(1, text.size() - 2))};
  }
  const bool special = text.find_first_of("*?\\") != std::string_view::npos;
  return DialectPattern{special ? PatternKind::kEscapedGlob : PatternKind::kExact,
                        std::string(text)};
}

}  // namespace pkigate::match
