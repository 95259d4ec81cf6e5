// SPDX-License-Identifier: Apache-2.0
//
// The character classes that Java's regular expressions have by name: `\d`, `\h`, `\p{Alpha}`, ...
#pragma once

#include <optional>
#include <string_view>

#include "match/char_class.h"

namespace pkigate::match {

// `\d`, `\w`, `\s`: ASCII, as Java has them without (?U).
CharClass Digits();
CharClass WordCharacters();
CharClass Spaces();
// `\h` and `\v`, which are not.
CharClass HorizontalSpaces();
CharClass VerticalSpaces();

// The POSIX classes of Java, which are ASCII; nothing when `name` is none of them.
std::optional<CharClass> PosixClass(std::string_view name);

// The general categories that both engines read from the same Unicode table.
bool IsGeneralCategory(std::string_view name);

// What Java versions disagree about when case does not matter.
bool DependsOnCase(std::string_view name);

}  // namespace pkigate::match
