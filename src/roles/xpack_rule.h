// SPDX-License-Identifier: Apache-2.0
//
// Rule: the boolean expression of an X-Pack role mapping (xpack.md, 3.3).
//
//   rule  := {"any": [rule…]} | {"all": [rule | {"except": rule} …]} | {"field": {F: value |
//   [value…]}} value := string | number | bool | null
//
// A plain value: the parsed form, which can be printed again. What evaluates many rules at once is
// xpack_role_mapper.h.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"

namespace pkigate::roles {

// null, bool, integer (fractions are cut off, X-MAP-34) or text.
using RuleValue = std::variant<std::monostate, bool, int64_t, std::string>;

struct Rule {
  enum class Kind : uint8_t { kAny, kAll, kExcept, kField };
  Kind kind = Kind::kAny;         // an empty kAny is never true
  std::vector<Rule> children;     // kAny, kAll: any number; kExcept: exactly one
  std::string field;              // kField: `dn`, `username`, `groups`, `realm.name`, …
  std::vector<RuleValue> values;  // kField: at least one

  bool operator==(const Rule&) const = default;
};

// Reads the rule object in `json`. `owner` is the mapping's name, for the texts of errors
// (X-MAP-30). The error's code is the exception type of the 400 answer (`parse_exception`), its
// message the reason; X-MAP-30 to X-MAP-35. Depth is bounded by limits::kMappingDepthMax, size by
// limits::kMappingBytesMax.
Result<Rule> ParseRule(std::string_view owner, std::string_view json);

// As GET shows it: compact JSON; an array of one value as that value (X-API-54).
std::string RenderRule(const Rule& rule);

// Whether an `all` without elements stands anywhere in it, which is true for everybody and deserves
// a warning (X-MAP-32).
bool HasEmptyAll(const Rule& rule);

}  // namespace pkigate::roles
