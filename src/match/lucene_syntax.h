// SPDX-License-Identifier: Apache-2.0
//
// Lucene's regular expressions, made ready for matching. lucene_parser.h has the syntax.
//
// `~` and `&` become boolean combinations of expressions for Hyperscan where they stand at the top
// of the pattern, below `|`, `&` and `~` only, as in the built-in roles (X-RE-4). Inside of a
// concatenation or repetition they take an automaton of our own.
#pragma once

#include <optional>
#include <string_view>

#include "base/result.h"
#include "match/expression_tree.h"
#include "match/lucene_automaton.h"

namespace pkigate::match {

struct LuceneRegex {
  // Nothing when Hyperscan cannot do it. It may still find the expressions too large.
  std::optional<ExpressionTree> expressions;
  LuceneAutomaton automaton;  // says the same
};

// `pattern` without the slashes around it. Errors: `regex_invalid` with Lucene's own words, also
// where its automaton would be too large (X-RE-3), and `regex_unsupported` beyond bounds of ours.
Result<LuceneRegex> TranslateLuceneRegex(std::string_view pattern);

}  // namespace pkigate::match
