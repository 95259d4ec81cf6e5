// SPDX-License-Identifier: Apache-2.0
//
// Lint: what is allowed in a configuration and yet is probably a mistake or a danger. What makes a
// configuration unusable, and what is worth a word at each start, is said by the loader and the
// compiler; here is what takes a look at the whole.
#pragma once

#include <string>
#include <vector>

#include "base/source_line.h"
#include "policy/model.h"

namespace pkigate::policy {

// The words for what a finding is about.
namespace lint {
inline constexpr char kUnreachable[] = "unreachable";
inline constexpr char kUnknownRealm[] = "unknown_realm";
inline constexpr char kNeverHolds[] = "never_holds";
inline constexpr char kNoDn[] = "no_dn";
inline constexpr char kMatchesEverybody[] = "matches_everybody";
inline constexpr char kAlike[] = "alike";
inline constexpr char kInsideValue[] = "inside_value";
inline constexpr char kUnknownRole[] = "unknown_role";
inline constexpr char kWeakHash[] = "weak_hash";
inline constexpr char kPowerfulAnonymous[] = "powerful_anonymous";
}  // namespace lint

struct Finding {
  enum class Severity { kNote, kWarning, kError };
  Severity severity = Severity::kWarning;
  std::string code;  // of lint
  SourceLine where;  // empty: made through the API
  std::string key;   // setting, mapping or role
  std::string what;  // each of these a sentence without its stop
  std::string why;
  std::string to_do;
};

// Of a model that has been compiled without errors, with everything laid over it.
std::vector<Finding> Lint(const Model& model);

}  // namespace pkigate::policy
