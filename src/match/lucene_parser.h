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
// `.` is any character, `@` any text, `#` nothing at all. `^` and `$` are characters. A backslash
// takes the meaning from what follows, which may be any character but a letter; before a letter it
// makes one of the classes \d \D \w \W \s \S (X-RE-2).
#pragma once

#include <string_view>

#include "base/result.h"
#include "match/lucene_node.h"

namespace pkigate::match {

// `pattern` without the slashes around it. Errors: `regex_invalid` with Lucene's own words, and
// `regex_unsupported` beyond bounds of ours.
Result<LuceneNode> ParseLuceneRegex(std::string_view pattern);

}  // namespace pkigate::match
