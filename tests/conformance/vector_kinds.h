// SPDX-License-Identifier: Apache-2.0
//
// The kinds of vectors that can be run. A new kind is a file with one function, declared here and
// listed in vector_kinds.cc.
#pragma once

#include <string>
#include <string_view>

#include "fields.h"

namespace pkigate::conformance {

struct Outcome {
  enum class Kind { kPassed, kFailed, kSkipped };
  Kind kind = Kind::kFailed;
  std::string why;  // of a failure or a skip
};

inline Outcome Passed() { return {Outcome::Kind::kPassed, {}}; }
inline Outcome Failed(std::string why) { return {Outcome::Kind::kFailed, std::move(why)}; }
// For what the program does not do yet.
inline Outcome Skipped(std::string why) { return {Outcome::Kind::kSkipped, std::move(why)}; }

// `found` where `expected` was expected, or a pass if they are equal.
Outcome Compare(std::string_view what, std::string_view found, std::string_view expected);

// One case. The two objects are checked afterwards for fields that were not read, unless the case
// was skipped. `dialect` is empty in the xpack suite, else `opendistro` or `opensearch`.
struct Case {
  Fields& input;
  Fields& expect;
  std::string_view dialect;
};
using RunCase = Outcome (*)(Case&);

// Null if nobody runs this kind.
RunCase FindKind(std::string_view suite, std::string_view kind);

Outcome RunXpackDnString(Case& c);
Outcome RunXpackUsername(Case& c);
Outcome RunXpackDnEqual(Case& c);
Outcome RunOpendistroDnEqual(Case& c);
Outcome RunOpendistroClientcert(Case& c);
Outcome RunXpackUsersFile(Case& c);
Outcome RunXpackRule(Case& c);
Outcome RunXpackMappingPut(Case& c);
Outcome RunXpackRoleMappingFile(Case& c);
Outcome RunXpackRoleTemplate(Case& c);
Outcome RunXpackAuth(Case& c);
Outcome RunXpackSettings(Case& c);
Outcome RunOpendistroMapping(Case& c);
Outcome RunOpendistroPattern(Case& c);
Outcome RunOpendistroChain(Case& c);
Outcome RunOpendistroXff(Case& c);

}  // namespace pkigate::conformance
