// SPDX-License-Identifier: Apache-2.0
//
// From java.util.regex to PCRE2, construct by construct.
//
// The two dialects look alike and differ in what they mean. The translator reads the pattern as
// Java does and writes out something that means the same to PCRE2 under UTF and DOTALL, never
// relying on PCRE2's own reading of a doubtful spelling:
//
//   Java                                   written as
//   .                                      all but \n \r U+0085 U+2028 U+2029 (all, under (?s))
//   $ and \Z                               before a final line terminator of Java's, not within
//   \r\n
//   (?i), CASE_INSENSITIVE                 both cases of ASCII letters, spelt out: PCRE2 would also
//                                          take U+212A for k and U+017F for s
//   \d \w \s \h \v \p{Alpha} ...           classes spelt out (ASCII, as without
//                                          UNICODE_CHARACTER_CLASS)
//   \Q...\E, \x41, \u0041, \x{41}, \0101   the character
//   \12                                    group 12 if there is one by then, else group 1 and `2`
//   a {2}                                  refused, as Java does (PCRE2: a literal brace)
//
// Refused with the reason, because the meaning differs between the two, or between Java versions,
// and nobody writes user name patterns with them: classes within classes and `&&`, \X, \R, \N,
// Unicode scripts, blocks and binary properties, (?u) and (?U), quantified look-arounds and
// anchors, \p{Lower} and its like under CASE_INSENSITIVE, references to groups not closed yet.
// `\b` follows Java 19 and later (word characters are ASCII). Tested by
// tests/unit/match/java_regex_test.cc.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "match/java_regex.h"

namespace pkigate::match {

struct JavaSyntax {
  std::string pcre;
  int num_groups = 0;
  // It refers back to a group regardless of case, which only PCRE2's own folding can do. That folds
  // more than ASCII, so such a pattern is for ASCII texts only.
  bool ascii_texts_only = false;
};

// Errors as JavaRegex::Compile.
Result<JavaSyntax> TranslateJavaRegex(std::string_view pattern, JavaRegex::Case sensitivity);

}  // namespace pkigate::match
