// SPDX-License-Identifier: Apache-2.0
//
// Patterns as the two systems write them in one text, where slashes and wildcards say what kind it
// is.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace pkigate::match {

// How the text of a pattern is to be read.
enum class PatternKind : uint8_t {
  kNever,        // matches no text
  kExact,        // the very text
  kGlob,         // `*` and `?`, nothing else is special
  kEscapedGlob,  // the same, and a backslash takes the meaning from what follows
  kLucene,       // Lucene regular expression
  kJava,         // Java regular expression, case-sensitive
};

struct DialectPattern {
  PatternKind kind = PatternKind::kNever;
  std::string text;  // without the slashes of a regular expression
};

// A pattern of Open Distro or OpenSearch (opendistro.md, 4.2). `blank_matches_itself`: Open Distro;
// in OpenSearch an empty or blank pattern matches nothing. Refuses a lone `/` (`pattern_invalid`).
Result<DialectPattern> ReadOpendistroPattern(std::string_view text, bool blank_matches_itself);

// Whether a text in an X-Pack rule is a pattern at all (X-MAP-42).
bool IsXpackPattern(std::string_view text);

// A text in an X-Pack rule: pattern or literal. Refuses one that begins with `/` and holds a `*`
// but does not end in `/` (`pattern_invalid`, X-MAP-35).
Result<DialectPattern> ReadXpackPattern(std::string_view text);

// A pattern of an X-Pack role: index names, run_as, actions (xpack.md, X-ROL-7). Other than above,
// `?` alone makes a pattern, too. `pattern_invalid` as above.
Result<DialectPattern> ReadXpackPermissionPattern(std::string_view text);

}  // namespace pkigate::match
