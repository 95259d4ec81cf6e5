// SPDX-License-Identifier: Apache-2.0
#include "roles/rule_expression.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace pkigate::roles {

bool RuleExpression::Holds(const match::HitSet& facts) const {
  const auto holds = [&](const RuleExpression& child) { return child.Holds(facts); };
  switch (kind) {
    case Rule::Kind::kAny:
      return std::any_of(children.begin(), children.end(), holds);
    case Rule::Kind::kAll:
      return std::all_of(children.begin(), children.end(), holds);
    case Rule::Kind::kExcept:
      return !children.front().Holds(facts);
    case Rule::Kind::kField:
      return std::any_of(predicates.begin(), predicates.end(),
                         [&](uint32_t predicate) { return facts.Contains(predicate); });
  }
  return false;
}

std::optional<std::vector<uint32_t>> RuleExpression::Triggers(
    const std::vector<uint32_t>& usage) const {
  switch (kind) {
    case Rule::Kind::kField:
      return predicates;
    case Rule::Kind::kExcept:
      return std::nullopt;
    case Rule::Kind::kAny: {
      std::vector<uint32_t> all;
      for (const RuleExpression& child : children) {
        const std::optional<std::vector<uint32_t>> some = child.Triggers(usage);
        if (!some.has_value()) {
          return std::nullopt;
        }
        all.insert(all.end(), some->begin(), some->end());
      }
      return all;
    }
    case Rule::Kind::kAll: {
      const auto cost = [&](const std::vector<uint32_t>& triggers) {
        return std::accumulate(
            triggers.begin(), triggers.end(), uint64_t{0},
            [&](uint64_t sum, uint32_t predicate) { return sum + usage[predicate]; });
      };
      std::optional<std::vector<uint32_t>> best;
      for (const RuleExpression& child : children) {
        std::optional<std::vector<uint32_t>> some = child.Triggers(usage);
        if (some.has_value() && (!best.has_value() || cost(*some) < cost(*best))) {
          best = std::move(some);
        }
      }
      return best;
    }
  }
  return std::nullopt;
}

}  // namespace pkigate::roles
