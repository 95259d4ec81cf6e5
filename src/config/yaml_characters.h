// SPDX-License-Identifier: Apache-2.0
//
// The characters that YAML is made of (YAML 1.2, 5.1 and 5.2), as far as they are taken here:
// UTF-8, printable, line breaks as LF or CR LF.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "config/yaml_grammar.h"

namespace pkigate::config {

// Length of the byte order mark that `text` may begin with: 3 or 0.
size_t YamlByteOrderMarkLength(std::string_view text);

// The first character that may not stand in the text; nothing when all may.
std::optional<YamlProblem> CheckYamlCharacters(std::string_view text);

}  // namespace pkigate::config
