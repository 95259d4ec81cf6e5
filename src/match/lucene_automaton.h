// SPDX-License-Identifier: Apache-2.0
//
// LuceneAutomaton: a Lucene regular expression as a deterministic automaton over code points. It
// bounds what a pattern may cost (X-RE-3) and matches the patterns that Hyperscan cannot: `~` and
// `&` inside of a concatenation or repetition, and repetitions beyond its limits.
//
// Made bottom up: what is regular in the narrow sense becomes a nondeterministic automaton with
// empty moves (Thompson's construction), which is made deterministic by sets of states. A
// complement swaps the accepting states of its child's deterministic automaton, an intersection is
// the product of two; both then stand as parts in the nondeterministic automaton around them. Not
// minimized: only states from which nothing can be accepted are removed.
//
// Tested against a plain reference matcher and against Hyperscan with random patterns and texts:
// tests/unit/match/pattern_set_test.cc, tests/fuzz/pattern_fuzz.cc. Immutable.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "match/lucene_node.h"

namespace pkigate::match {

class LuceneAutomaton {
 public:
  // `regex_invalid` in Lucene's words when the pattern, or a part below a `~` or `&`, takes more
  // than limits::kLuceneStatesMax states or limits::kLuceneEffortMax steps. `pattern`: for that
  // text.
  static Result<LuceneAutomaton> Compile(const LuceneNode& node, std::string_view pattern);

  // Whether the whole of `text`, which is UTF-8, matches. Time in proportion to the text.
  bool Matches(std::string_view text) const;

  size_t num_transitions() const { return transitions_.size(); }

 private:
  struct Transition {
    char32_t low;
    char32_t high;
    uint32_t to;
  };
  struct State {
    uint32_t first;  // of its transitions, which end where those of the next state begin
    bool accepts;
  };

  std::vector<State> states_;  // the first is where it begins; the last is none, but an end
  std::vector<Transition> transitions_;
};

}  // namespace pkigate::match
