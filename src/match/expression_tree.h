// SPDX-License-Identifier: Apache-2.0
//
// A pattern as a boolean combination of plain expressions, each over the whole text: what
// Hyperscan, which knows neither intersection nor complement, makes of `&` and `~`.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace pkigate::match {

struct ExpressionTree {
  enum class Kind : uint8_t { kExpression, kAnd, kOr, kNot, kNever };
  Kind kind = Kind::kNever;
  std::string expression;                // kExpression: for Hyperscan, `^(?:...)\z`
  std::vector<ExpressionTree> children;  // kAnd, kOr: two or more; kNot: one
};

}  // namespace pkigate::match
