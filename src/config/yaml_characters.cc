// SPDX-License-Identifier: Apache-2.0
#include "config/yaml_characters.h"

#include <fmt/format.h>

#include "base/utf8.h"

namespace pkigate::config {

namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

// What UTF-8 allows and YAML does not: C1 controls but U+0085, a byte order mark that is none, the
// noncharacters of the basic plane.
bool IsUnprintable(std::string_view character) {
  return (character >= "\xc2\x80" && character <= "\xc2\x9f" && character != "\xc2\x85") ||
         character == kByteOrderMark || character == "\xef\xbf\xbe" || character == "\xef\xbf\xbf";
}

}  // namespace

size_t YamlByteOrderMarkLength(std::string_view text) {
  return text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
}

std::optional<YamlProblem> CheckYamlCharacters(std::string_view text) {
  int line = 1;
  size_t at = YamlByteOrderMarkLength(text);
  size_t line_start = at;
  const auto problem = [&](std::string what) {
    return YamlProblem{line, static_cast<int>(at - line_start) + 1, std::move(what), {}};
  };
  while (at < text.size()) {
    const auto byte = static_cast<unsigned char>(text[at]);
    const size_t length = byte < 0x80 ? 1 : Utf8CharacterLength(text.substr(at));
    if (length == 0) {
      return problem("the file is not valid UTF-8 here");
    }
    const bool is_break = byte == '\n' || text.substr(at).starts_with("\r\n");
    if ((byte < 0x20 && byte != '\t' && !is_break) || byte == 0x7f) {
      return problem(fmt::format("control character 0x{:02x}", byte));
    }
    if (length > 1 && IsUnprintable(text.substr(at, length))) {
      return problem("a character that may not stand in YAML");
    }
    at += length;
    if (byte == '\n') {
      ++line;
      line_start = at;
    }
  }
  return std::nullopt;
}

}  // namespace pkigate::config
