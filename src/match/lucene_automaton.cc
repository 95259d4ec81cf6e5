// SPDX-License-Identifier: Apache-2.0
#include "match/lucene_automaton.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "base/limits.h"
#include "base/utf8.h"
#include "match/code_points.h"
#include "match/deterministic_automaton.h"

namespace pkigate::match {

namespace {

using Kind = LuceneNode::Kind;

std::optional<DeterministicAutomaton> ToDeterministic(const LuceneNode& node);

// Thompson's construction, from the end to the beginning: each part is made when it is known where
// it leads. Gives nothing beyond the bounds.
class ThompsonBuilder {
 public:
  std::optional<NondeterministicAutomaton> Build(const LuceneNode& node) {
    automaton_.accepting = NewState();
    const std::optional<uint32_t> begin = Add(node, automaton_.accepting);
    if (!begin.has_value()) {
      return std::nullopt;
    }
    automaton_.begin = *begin;
    return std::move(automaton_);
  }

 private:
  uint32_t NewState() {
    automaton_.states.emplace_back();
    return static_cast<uint32_t>(automaton_.states.size() - 1);
  }

  uint32_t NewChoice(uint32_t one, uint32_t other) {
    const uint32_t state = NewState();
    automaton_.states[state].empty_moves = {one, other};
    return state;
  }

  // The state where `node` begins whose end is `next`.
  std::optional<uint32_t> Add(const LuceneNode& node, uint32_t next) {
    if (automaton_.states.size() > limits::kLuceneThompsonStatesMax) {
      return std::nullopt;
    }
    switch (node.kind) {
      case Kind::kSet: {
        const uint32_t state = NewState();
        for (const CodePointRange& range : node.ranges) {
          automaton_.states[state].transitions.push_back({range.low, range.high, next});
        }
        return state;
      }
      case Kind::kAnyText: {
        const uint32_t state = NewState();
        automaton_.states[state].transitions.push_back({0, kCodePointMax, state});
        automaton_.states[state].empty_moves.push_back(next);
        return state;
      }
      case Kind::kConcat: {
        std::optional<uint32_t> begin = next;
        for (size_t index = node.children.size(); index-- > 0 && begin.has_value();) {
          begin = Add(node.children[index], *begin);
        }
        return begin;
      }
      case Kind::kUnion: {
        const uint32_t state = NewState();
        for (const LuceneNode& child : node.children) {
          const std::optional<uint32_t> begin = Add(child, next);
          if (!begin.has_value()) {
            return std::nullopt;
          }
          automaton_.states[state].empty_moves.push_back(*begin);
        }
        return state;
      }
      case Kind::kRepeat:
        return AddRepeat(node, next);
      case Kind::kIntersection:
      case Kind::kComplement:
        return AddDeterministic(node, next);
    }
    return std::nullopt;
  }

  std::optional<uint32_t> AddRepeat(const LuceneNode& node, uint32_t next) {
    std::optional<uint32_t> begin = next;
    if (!node.most.has_value()) {
      const uint32_t loop = NewState();
      const std::optional<uint32_t> inside = Add(node.children[0], loop);
      if (!inside.has_value()) {
        return std::nullopt;
      }
      const bool never = node.children[0].boolean && !Reaches(*inside, loop);
      if (never && node.least == 0) {
        return loop;  // which leads nowhere; as Lucene: not even the empty text
      }
      automaton_.states[loop].empty_moves = {*inside, next};
      begin = loop;
    } else {
      for (uint32_t time = node.least; time < *node.most && begin.has_value(); ++time) {
        begin = Add(node.children[0], *begin);
        if (begin.has_value()) {
          begin = NewChoice(*begin, next);
        }
      }
    }
    for (uint32_t time = 0; time < node.least && begin.has_value(); ++time) {
      begin = Add(node.children[0], *begin);
    }
    return begin;
  }

  // Whether there is a way from one state to the other.
  bool Reaches(uint32_t from, uint32_t to) const {
    std::vector<bool> seen(automaton_.states.size(), false);
    std::vector<uint32_t> open = {from};
    while (!open.empty()) {
      const uint32_t state = open.back();
      open.pop_back();
      if (state == to) {
        return true;
      }
      if (seen[state]) {
        continue;
      }
      seen[state] = true;
      const NondeterministicAutomaton::State& moves = automaton_.states[state];
      open.insert(open.end(), moves.empty_moves.begin(), moves.empty_moves.end());
      for (const AutomatonTransition& transition : moves.transitions) {
        open.push_back(transition.to);
      }
    }
    return false;
  }

  std::optional<uint32_t> AddDeterministic(const LuceneNode& node, uint32_t next) {
    const auto [place, added] = parts_.try_emplace(&node);
    if (added) {
      place->second = ToDeterministic(node);
    }
    if (!place->second.has_value()) {
      return std::nullopt;
    }
    const auto base = static_cast<uint32_t>(automaton_.states.size());
    for (const DeterministicAutomaton::State& part : place->second->states) {
      NondeterministicAutomaton::State& state = automaton_.states.emplace_back();
      state.transitions = part.transitions;
      for (AutomatonTransition& transition : state.transitions) {
        transition.to += base;
      }
      if (part.accepts) {
        state.empty_moves.push_back(next);
      }
    }
    return base;
  }

  NondeterministicAutomaton automaton_;
  // Repetitions come by the same part many times.
  std::map<const LuceneNode*, std::optional<DeterministicAutomaton>> parts_;
};

std::optional<DeterministicAutomaton> ToDeterministic(const LuceneNode& node) {
  if (node.kind == Kind::kComplement) {
    std::optional<DeterministicAutomaton> child = ToDeterministic(node.children[0]);
    return child.has_value() ? std::optional(Complement(*std::move(child))) : std::nullopt;
  }
  if (node.kind == Kind::kIntersection) {
    std::optional<DeterministicAutomaton> both = ToDeterministic(node.children[0]);
    for (size_t index = 1; index < node.children.size() && both.has_value(); ++index) {
      const std::optional<DeterministicAutomaton> next = ToDeterministic(node.children[index]);
      both = next.has_value() ? Intersect(*both, *next) : std::nullopt;
    }
    return both;
  }
  const std::optional<NondeterministicAutomaton> automaton = ThompsonBuilder().Build(node);
  return automaton.has_value() ? Determinize(*automaton) : std::nullopt;
}

}  // namespace

Result<LuceneAutomaton> LuceneAutomaton::Compile(const LuceneNode& node, std::string_view pattern) {
  const std::optional<DeterministicAutomaton> automaton = ToDeterministic(node);
  if (!automaton.has_value()) {
    return MakeError("regex_invalid", "Determinizing {} would require more than {} effort.",
                     pattern, limits::kLuceneStatesMax);
  }
  LuceneAutomaton made;
  for (const DeterministicAutomaton::State& state : automaton->states) {
    made.states_.push_back({static_cast<uint32_t>(made.transitions_.size()), state.accepts});
    for (const AutomatonTransition& transition : state.transitions) {
      made.transitions_.push_back({transition.low, transition.high, transition.to});
    }
  }
  made.states_.push_back({static_cast<uint32_t>(made.transitions_.size()), false});
  return made;
}

bool LuceneAutomaton::Matches(std::string_view text) const {
  uint32_t state = 0;
  while (!text.empty()) {
    const char32_t c = TakeCodePoint(&text);
    const auto begin = transitions_.begin() + states_[state].first;
    const auto end = transitions_.begin() + states_[state + 1].first;
    const auto found = std::partition_point(
        begin, end, [&](const Transition& transition) { return transition.high < c; });
    if (found == end || found->low > c) {
      return false;
    }
    state = found->to;
  }
  return states_[state].accepts;
}

}  // namespace pkigate::match
