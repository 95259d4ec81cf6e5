// SPDX-License-Identifier: Apache-2.0
//
// Which predicates have to be true for a rule to be looked at.
#include "roles/rule_expression.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pkigate::roles {
namespace {

using ::testing::Optional;
using ::testing::UnorderedElementsAre;

RuleExpression FieldOf(std::vector<uint32_t> predicates) {
  return {.kind = Rule::Kind::kField, .children = {}, .predicates = std::move(predicates)};
}
RuleExpression Of(Rule::Kind kind, std::vector<RuleExpression> children) {
  return {.kind = kind, .children = std::move(children), .predicates = {}};
}

// The numbers of those that are true.
match::HitSet Facts(std::initializer_list<uint32_t> predicates) {
  match::HitSet facts;
  facts.Reset(3);
  for (const uint32_t predicate : predicates) {
    facts.Add(predicate);
  }
  return facts;
}

TEST(RuleExpression, Holds) {
  const RuleExpression rule =
      Of(Rule::Kind::kAll, {FieldOf({0, 1}), Of(Rule::Kind::kExcept, {FieldOf({2})})});
  EXPECT_TRUE(rule.Holds(Facts({0})));
  EXPECT_TRUE(rule.Holds(Facts({1})));
  EXPECT_FALSE(rule.Holds(Facts({})));
  EXPECT_FALSE(rule.Holds(Facts({0, 2})));
  EXPECT_FALSE(Of(Rule::Kind::kAny, {}).Holds(Facts({})));
  EXPECT_TRUE(Of(Rule::Kind::kAll, {}).Holds(Facts({})));
}

TEST(RuleExpression, TriggersAreTheRarestThatAreNeeded) {
  const std::vector<uint32_t> usage = {100, 1, 5, 7};
  EXPECT_THAT(FieldOf({0, 1}).Triggers(usage), Optional(UnorderedElementsAre(0, 1)));
  EXPECT_THAT(Of(Rule::Kind::kAll, {FieldOf({0}), FieldOf({2}), FieldOf({3})}).Triggers(usage),
              Optional(UnorderedElementsAre(2)));
  EXPECT_THAT(Of(Rule::Kind::kAny, {FieldOf({0}), FieldOf({2})}).Triggers(usage),
              Optional(UnorderedElementsAre(0, 2)));
  EXPECT_THAT(Of(Rule::Kind::kAny, {}).Triggers(usage), Optional(UnorderedElementsAre()))
      << "never true, never looked at";
}

TEST(RuleExpression, WhatCanHoldWithoutAnyHasNoTriggers) {
  const std::vector<uint32_t> usage = {1, 1};
  const RuleExpression exception = Of(Rule::Kind::kExcept, {FieldOf({0})});
  EXPECT_EQ(exception.Triggers(usage), std::nullopt);
  EXPECT_EQ(Of(Rule::Kind::kAll, {}).Triggers(usage), std::nullopt);
  EXPECT_EQ(Of(Rule::Kind::kAll, {exception}).Triggers(usage), std::nullopt);
  EXPECT_EQ(Of(Rule::Kind::kAny, {FieldOf({1}), Of(Rule::Kind::kAll, {})}).Triggers(usage),
            std::nullopt);
  EXPECT_THAT(Of(Rule::Kind::kAll, {exception, FieldOf({1})}).Triggers(usage),
              Optional(UnorderedElementsAre(1)));
}

}  // namespace
}  // namespace pkigate::roles
