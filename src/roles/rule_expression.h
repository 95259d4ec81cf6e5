// SPDX-License-Identifier: Apache-2.0
//
// RuleExpression: a rule over numbered predicates. A predicate is one value of one field ("the dn
// is `cn=a,o=b`"); rules that hold the same value share it, and what is true of a user is worked
// out once for all rules.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "match/hit_set.h"
#include "roles/xpack_rule.h"

namespace pkigate::roles {

struct RuleExpression {
  Rule::Kind kind = Rule::Kind::kAny;
  std::vector<RuleExpression> children;
  std::vector<uint32_t> predicates;  // kField: any of them; none of them can be there at all

  // `facts`: the predicates that are true.
  bool Holds(const match::HitSet& facts) const;

  // Predicates without any of which the rule cannot hold: it need only be looked at when one of
  // them is true. Of several such sets the one that wakes the fewest others, by `usage`: how many
  // rules name a predicate. Nothing: it may hold without any (`except`, an empty `all`).
  std::optional<std::vector<uint32_t>> Triggers(const std::vector<uint32_t>& usage) const;
};

}  // namespace pkigate::roles
