// SPDX-License-Identifier: Apache-2.0
//
// The YAML a configuration file may be written in, checked before yaml-cpp builds values from it.
//
// yaml-cpp takes a fair number of texts that are no YAML (an unclosed quote, `[ , a ]`, a line that
// has lost its colon) and guesses what they mean; in a file that says who may come in, a guess is a
// hole. So this recogniser walks the text first and takes a subset of YAML 1.2:
//
//   document  := [ "---" ] ( mapping | sequence | scalar )? [ "..." ]      one per file
//   mapping   := ( scalar ":" value )*            keys on one line; no "? key", no "[a]: b"
//   sequence  := ( "-" value )*                   also at the column of the key it belongs to
//   scalar    := plain | 'single' | "double" | "|" block | ">" block
//   flow      := "[" ( node "," )* "]" | "{" ( scalar ":" node "," )* "}"
//
// Refused though YAML has them: directives, anchors, aliases, tags, several documents, tabs in
// indentation, complex keys, pairs without braces in a `[...]`, plain texts over several lines in
// flow collections, indentation indicators of block scalars. Nothing here recurses deeper than
// limits::kYamlDepthMax, and time is linear in the text, so the check also guards yaml-cpp from
// hostile input. Tested against yaml-test-suite by tests/unit/config/yaml_suite_test.cc.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace pkigate::config {

struct YamlProblem {
  int line = 0;    // 1-based
  int column = 0;  // 1-based, in bytes
  std::string problem;
  std::string hint;  // may be empty
};

// The first thing in `text` that the grammar above does not allow; nothing when all is well.
std::optional<YamlProblem> CheckYamlGrammar(std::string_view text);

}  // namespace pkigate::config
