// SPDX-License-Identifier: Apache-2.0
//
// Lucene's regular expressions (xpack.md, 3.6), read as Lucene's own parser reads them, whose
// grammar has its oddities: in `a||b` the second bar is a character, and so is `]` right behind
// `[`.
//
//   union  := inter ['|' union]
//   inter  := concat ['&' inter]
//   concat := repeat [concat]
//   repeat := compl { '?' | '*' | '+' | '{n}' | '{n,}' | '{n,m}' }
//   compl  := '~' compl | '[' ['^'] class+ ']' | simple
//   simple := '.' | '#' | '@' | '"' text '"' | '()' | '(' union ')' | '<n-m>' | character
//
// `.` is any character, `@` any text, `#` nothing at all. `^` and `$` are characters. The classes
// \d \D \w \W \s \S of Lucene 9 are taken as such (X-RE-2).
//
// `~` and `&` become boolean combinations of expressions where they stand at the top of the
// pattern, below `|`, `&` and `~` only, as in the built-in roles (X-RE-4). Inside of a
// concatenation or repetition they are refused: that takes an automaton of our own.
#pragma once

#include <string_view>

#include "base/result.h"
#include "match/expression_tree.h"

namespace pkigate::match {

// `pattern` without the slashes around it. Errors: `regex_invalid` with Lucene's own words, and
// `regex_unsupported`.
Result<ExpressionTree> TranslateLuceneRegex(std::string_view pattern);

}  // namespace pkigate::match
