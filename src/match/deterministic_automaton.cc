// SPDX-License-Identifier: Apache-2.0
#include "match/deterministic_automaton.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/limits.h"
#include "match/code_points.h"

namespace pkigate::match {

namespace {

using State = DeterministicAutomaton::State;

void AddTransition(State* state, const AutomatonTransition& added) {
  if (!state->transitions.empty()) {
    AutomatonTransition& last = state->transitions.back();
    if (last.to == added.to && last.high + 1 == added.low) {
      last.high = added.high;
      return;
    }
  }
  state->transitions.push_back(added);
}

// Numbers states by what they stand for, in the order of their discovery.
template <typename Key>
class Numbering {
 public:
  // Its number; a new key is to be explored.
  uint32_t Of(Key key) {
    const auto [place, added] =
        numbers_.emplace(std::move(key), static_cast<uint32_t>(numbers_.size()));
    if (added) {
      keys_.push_back(&place->first);
    }
    return place->second;
  }
  size_t size() const { return keys_.size(); }
  const Key& operator[](size_t number) const { return *keys_[number]; }

 private:
  std::map<Key, uint32_t> numbers_;
  std::vector<const Key*> keys_;  // a map's keys stay where they are
};

// Sets of states reached without taking a character, kept to those that matter: with a transition,
// or accepting.
class Closure {
 public:
  explicit Closure(const NondeterministicAutomaton& automaton)
      : automaton_(automaton), seen_(automaton.states.size(), 0) {}

  std::vector<uint32_t> Of(const std::vector<uint32_t>& from) {
    ++round_;
    std::vector<uint32_t> reached;
    std::vector<uint32_t> open(from);
    while (!open.empty()) {
      const uint32_t state = open.back();
      open.pop_back();
      if (std::exchange(seen_[state], round_) == round_) {
        continue;
      }
      const auto& moves = automaton_.states[state].empty_moves;
      open.insert(open.end(), moves.begin(), moves.end());
      if (state == automaton_.accepting || !automaton_.states[state].transitions.empty()) {
        reached.push_back(state);
      }
    }
    std::sort(reached.begin(), reached.end());
    return reached;
  }

 private:
  const NondeterministicAutomaton& automaton_;
  std::vector<uint32_t> seen_;  // by state: the round in which it was
  uint32_t round_ = 0;
};

// Removes states from which nothing is accepted, and the ways there.
DeterministicAutomaton WithoutDeadEnds(DeterministicAutomaton automaton) {
  const size_t count = automaton.states.size();
  std::vector<std::vector<uint32_t>> sources(count);
  std::vector<uint32_t> open;
  std::vector<bool> alive(count, false);
  for (uint32_t index = 0; index < count; ++index) {
    for (const AutomatonTransition& transition : automaton.states[index].transitions) {
      sources[transition.to].push_back(index);
    }
    if (automaton.states[index].accepts) {
      alive[index] = true;
      open.push_back(index);
    }
  }
  while (!open.empty()) {
    const uint32_t state = open.back();
    open.pop_back();
    for (const uint32_t source : sources[state]) {
      if (!alive[source]) {
        alive[source] = true;
        open.push_back(source);
      }
    }
  }
  alive[0] = true;
  std::vector<uint32_t> renumbered(count, 0);
  DeterministicAutomaton kept;
  for (uint32_t index = 0; index < count; ++index) {
    if (alive[index]) {
      renumbered[index] = static_cast<uint32_t>(kept.states.size());
      kept.states.push_back(std::move(automaton.states[index]));
    }
  }
  for (State& state : kept.states) {
    std::erase_if(state.transitions,
                  [&](const AutomatonTransition& transition) { return !alive[transition.to]; });
    for (AutomatonTransition& transition : state.transitions) {
      transition.to = renumbered[transition.to];
    }
  }
  return kept;
}

}  // namespace

std::optional<DeterministicAutomaton> Determinize(const NondeterministicAutomaton& automaton) {
  DeterministicAutomaton made;
  Closure closure(automaton);
  Numbering<std::vector<uint32_t>> sets;
  sets.Of(closure.Of({automaton.begin}));
  size_t effort = 0;
  for (size_t number = 0; number < sets.size(); ++number) {
    if (sets.size() > limits::kLuceneStatesMax) {
      return std::nullopt;
    }
    State& state = made.states.emplace_back();
    std::vector<AutomatonTransition> ways;
    std::vector<char32_t> borders;  // where the set of ways changes
    for (const uint32_t index : sets[number]) {
      state.accepts = state.accepts || index == automaton.accepting;
      for (const AutomatonTransition& way : automaton.states[index].transitions) {
        ways.push_back(way);
        borders.push_back(way.low);
        borders.push_back(way.high + 1);
      }
    }
    std::sort(ways.begin(), ways.end(), [](const auto& a, const auto& b) { return a.low < b.low; });
    std::sort(borders.begin(), borders.end());
    borders.erase(std::unique(borders.begin(), borders.end()), borders.end());
    std::vector<AutomatonTransition> open;
    size_t next_way = 0;
    for (size_t border = 0; border + 1 < borders.size(); ++border) {
      const char32_t low = borders[border];
      std::erase_if(open, [&](const AutomatonTransition& way) { return way.high < low; });
      while (next_way < ways.size() && ways[next_way].low == low) {
        open.push_back(ways[next_way++]);
      }
      if (open.empty()) {
        continue;
      }
      std::vector<uint32_t> targets;
      for (const AutomatonTransition& way : open) {
        targets.push_back(way.to);
      }
      std::vector<uint32_t> reached = closure.Of(targets);
      effort += targets.size() + reached.size();
      if (effort > limits::kLuceneEffortMax) {
        return std::nullopt;
      }
      AddTransition(&state, {low, borders[border + 1] - 1, sets.Of(std::move(reached))});
    }
  }
  return WithoutDeadEnds(std::move(made));
}

std::optional<DeterministicAutomaton> Intersect(const DeterministicAutomaton& a,
                                                const DeterministicAutomaton& b) {
  DeterministicAutomaton made;
  Numbering<std::pair<uint32_t, uint32_t>> pairs;
  pairs.Of({0, 0});
  size_t effort = 0;
  for (size_t number = 0; number < pairs.size(); ++number) {
    if (pairs.size() > limits::kLuceneStatesMax) {
      return std::nullopt;
    }
    const State& of_a = a.states[pairs[number].first];
    const State& of_b = b.states[pairs[number].second];
    State& state = made.states.emplace_back();
    state.accepts = of_a.accepts && of_b.accepts;
    auto way_a = of_a.transitions.begin();
    auto way_b = of_b.transitions.begin();
    while (way_a != of_a.transitions.end() && way_b != of_b.transitions.end()) {
      if (++effort > limits::kLuceneEffortMax) {
        return std::nullopt;
      }
      const char32_t low = std::max(way_a->low, way_b->low);
      const char32_t high = std::min(way_a->high, way_b->high);
      if (low <= high) {
        AddTransition(&state, {low, high, pairs.Of({way_a->to, way_b->to})});
      }
      (way_a->high < way_b->high ? way_a : way_b)++;
    }
  }
  return WithoutDeadEnds(std::move(made));
}

DeterministicAutomaton Complement(DeterministicAutomaton automaton) {
  const auto rest = static_cast<uint32_t>(automaton.states.size());
  automaton.states.emplace_back();  // accepts nothing now, and so everything afterwards
  for (State& state : automaton.states) {
    State whole;
    whole.accepts = !state.accepts;
    char32_t next = 0;
    for (const AutomatonTransition& transition : state.transitions) {
      if (transition.low > next) {
        AddTransition(&whole, {next, transition.low - 1, rest});
      }
      AddTransition(&whole, transition);
      next = transition.high + 1;
    }
    if (next <= kCodePointMax) {
      AddTransition(&whole, {next, kCodePointMax, rest});
    }
    state = std::move(whole);
  }
  return WithoutDeadEnds(std::move(automaton));
}

}  // namespace pkigate::match
