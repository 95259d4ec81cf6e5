// SPDX-License-Identifier: Apache-2.0
//
// Deterministic automata over code points while they are being put together; lucene_automaton.h
// holds the finished one. Values; the operations are bounded by limits::kLuceneStatesMax and
// limits::kLuceneEffortMax and give nothing beyond.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace pkigate::match {

struct AutomatonTransition {
  char32_t low = 0;
  char32_t high = 0;  // inclusive
  uint32_t to = 0;
};

struct DeterministicAutomaton {
  struct State {
    std::vector<AutomatonTransition> transitions;  // sorted, apart; elsewhere nothing matches
    bool accepts = false;
  };
  std::vector<State> states;  // the first is where it begins
};

// States with several transitions for a character, and moves that take none.
struct NondeterministicAutomaton {
  struct State {
    std::vector<AutomatonTransition> transitions;
    std::vector<uint32_t> empty_moves;
  };
  std::vector<State> states;
  uint32_t begin = 0;
  uint32_t accepting = 0;
};

std::optional<DeterministicAutomaton> Determinize(const NondeterministicAutomaton& automaton);
std::optional<DeterministicAutomaton> Intersect(const DeterministicAutomaton& a,
                                                const DeterministicAutomaton& b);
// Of all texts, what `automaton` does not match.
DeterministicAutomaton Complement(DeterministicAutomaton automaton);

}  // namespace pkigate::match
