// SPDX-License-Identifier: Apache-2.0
#include "match/pattern_set.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "match/affix_table.h"
#include "match/expression_tree.h"
#include "match/glob.h"
#include "match/hyperscan_shard.h"
#include "match/java_regex.h"
#include "match/java_syntax.h"
#include "match/lucene_syntax.h"
#include "match/scratch_state.h"

namespace pkigate::match {

namespace {

// An ExpressionTree whose expressions are numbered.
struct Term {
  ExpressionTree::Kind kind = ExpressionTree::Kind::kNever;
  uint32_t expression = 0;
  std::vector<Term> children;

  bool Holds(const std::vector<bool>& found) const {
    const auto holds = [&](const Term& child) { return child.Holds(found); };
    switch (kind) {
      case ExpressionTree::Kind::kExpression:
        return found[expression];
      case ExpressionTree::Kind::kAnd:
        return std::all_of(children.begin(), children.end(), holds);
      case ExpressionTree::Kind::kOr:
        return std::any_of(children.begin(), children.end(), holds);
      case ExpressionTree::Kind::kNot:
        return !children[0].Holds(found);
      case ExpressionTree::Kind::kNever:
        break;
    }
    return false;
  }
};

struct Combination {
  uint32_t id = 0;
  Term term;
};

struct Automaton {
  uint32_t id = 0;
  LuceneAutomaton automaton;
};

struct Backtracking {
  uint32_t id = 0;
  JavaRegex regex;
};

// The one text that a glob without wildcards matches.
std::optional<std::string> LiteralIn(PatternKind kind, std::string_view text) {
  if (kind != PatternKind::kGlob && kind != PatternKind::kEscapedGlob) {
    return std::nullopt;
  }
  return Glob(text, kind == PatternKind::kGlob ? Glob::Escapes::kNone : Glob::Escapes::kBackslash)
      .Literal();
}

}  // namespace

struct PatternSet::Parts {
  size_t num_patterns = 0;
  TextMap<uint32_t> exact;  // text -> id
  AffixTable affixes;
  std::vector<ShardUse> shards;
  size_t num_expressions = 0;
  // By expression: the patterns that are just that. A pattern that combines several is in
  // `combinations`.
  std::vector<std::vector<uint32_t>> ids_of_expression;
  std::vector<Combination> combinations;
  std::vector<Automaton> automata;
  size_t num_transitions = 0;  // of all automata
  std::vector<Backtracking> backtracking;
};

struct PatternSet::Builder::Draft {
  std::unique_ptr<Parts> parts = std::make_unique<Parts>();
  std::map<std::pair<PatternKind, std::string>, uint32_t> ids;
  std::vector<std::string> expressions;
  std::map<std::string, uint32_t> expression_indices;

  // Its index; the same expression twice has one.
  uint32_t AddExpression(const std::string& expression) {
    const auto [place, added] =
        expression_indices.emplace(expression, static_cast<uint32_t>(expressions.size()));
    if (added) {
      expressions.push_back(expression);
      parts->ids_of_expression.emplace_back();
    }
    return place->second;
  }

  Term ToTerm(const ExpressionTree& tree) {
    Term term;
    term.kind = tree.kind;
    if (tree.kind == ExpressionTree::Kind::kExpression) {
      term.expression = AddExpression(tree.expression);
    }
    for (const ExpressionTree& child : tree.children) {
      term.children.push_back(ToTerm(child));
    }
    return term;
  }

  void AddGlob(const Glob& glob, uint32_t id) {
    if (const std::optional<Glob::Affixes> affixes = glob.OneStar()) {
      parts->affixes.Add(*affixes, id);
    } else {
      parts->ids_of_expression[AddExpression(glob.Expression())].push_back(id);
    }
  }

  Status AddLucene(std::string_view text, uint32_t id) {
    LuceneRegex regex = PKIGATE_TRY(TranslateLuceneRegex(text));
    if (!regex.expressions.has_value() || !CheckAll(*regex.expressions).ok()) {
      return AddAutomaton(std::move(regex.automaton), id);
    }
    const ExpressionTree& tree = *regex.expressions;
    if (tree.kind == ExpressionTree::Kind::kExpression) {
      parts->ids_of_expression[AddExpression(tree.expression)].push_back(id);
    } else if (tree.kind != ExpressionTree::Kind::kNever) {
      parts->combinations.push_back({id, ToTerm(tree)});
    }
    return {};
  }

  Status AddAutomaton(LuceneAutomaton automaton, uint32_t id) {
    parts->num_transitions += automaton.num_transitions();
    if (parts->automata.size() >= limits::kLuceneAutomataMax ||
        parts->num_transitions > limits::kLuceneTransitionsMax) {
      return MakeError(
          "too_many_patterns",
          "more than {} regular expressions, or {} transitions of their automata, need "
          "`~` or `&` within, or very many repetitions",
          limits::kLuceneAutomataMax, limits::kLuceneTransitionsMax);
    }
    parts->automata.push_back({id, std::move(automaton)});
    return {};
  }

  static Status CheckAll(const ExpressionTree& tree) {
    if (tree.kind == ExpressionTree::Kind::kExpression) {
      PKIGATE_TRY_STATUS(HyperscanShard::Check(tree.expression));
    }
    for (const ExpressionTree& child : tree.children) {
      PKIGATE_TRY_STATUS(CheckAll(child));
    }
    return {};
  }

  Status AddJava(std::string_view text, uint32_t id) {
    const JavaSyntax syntax = PKIGATE_TRY(TranslateJavaRegex(text, JavaRegex::Case::kSensitive));
    const std::string expression = "^(?:" + syntax.pcre + ")\\z";
    if (HyperscanShard::Check(expression).ok()) {
      parts->ids_of_expression[AddExpression(expression)].push_back(id);
      return {};
    }
    if (parts->backtracking.size() >= limits::kBacktrackingPatternsMax) {
      return MakeError("too_many_patterns",
                       "more than {} regular expressions need look-around, back references or "
                       "possessive quantifiers",
                       limits::kBacktrackingPatternsMax);
    }
    parts->backtracking.push_back(
        {id, PKIGATE_TRY(JavaRegex::Compile(text, JavaRegex::Case::kSensitive))});
    return {};
  }

  Status AddNew(PatternKind kind, std::string_view text, uint32_t id) {
    switch (kind) {
      case PatternKind::kNever:
        return {};
      case PatternKind::kExact:  // has its id already
        break;
      case PatternKind::kGlob:
        AddGlob(Glob(text, Glob::Escapes::kNone), id);
        return {};
      case PatternKind::kEscapedGlob:
        AddGlob(Glob(text, Glob::Escapes::kBackslash), id);
        return {};
      case PatternKind::kLucene:
        return AddLucene(text, id);
      case PatternKind::kJava:
        return AddJava(text, id);
    }
    PKIGATE_ASSERT(false);
  }
};

PatternSet::Builder::Builder() : draft_(std::make_unique<Draft>()) {}
PatternSet::Builder::~Builder() = default;

Result<uint32_t> PatternSet::Builder::Add(PatternKind kind, std::string_view text) {
  if (text.size() > limits::kPatternBytesMax) {
    return MakeError("pattern_invalid", "a pattern of {} bytes, at most {} are taken", text.size(),
                     limits::kPatternBytesMax);
  }
  if (!IsUtf8(text)) {
    return MakeError("pattern_invalid", "the pattern is not UTF-8");
  }
  if (const std::optional<std::string> literal = LiteralIn(kind, text)) {
    return Add(PatternKind::kExact, *literal);
  }
  // Most patterns are plain texts: these need no second table.
  if (kind == PatternKind::kExact) {
    if (const auto known = draft_->parts->exact.find(text); known != draft_->parts->exact.end()) {
      return known->second;
    }
    const auto id = static_cast<uint32_t>(draft_->parts->num_patterns++);
    draft_->parts->exact.emplace(text, id);
    return id;
  }
  const auto key = std::make_pair(kind, std::string(text));
  if (const auto known = draft_->ids.find(key); known != draft_->ids.end()) {
    return known->second;
  }
  const auto id = static_cast<uint32_t>(draft_->parts->num_patterns);
  PKIGATE_TRY_STATUS(draft_->AddNew(kind, text, id));
  draft_->ids.emplace(key, id);
  ++draft_->parts->num_patterns;
  return id;
}

Result<std::unique_ptr<const PatternSet>> PatternSet::Builder::Compile(ShardCache& cache) {
  const std::unique_ptr<Draft> draft = std::exchange(draft_, std::make_unique<Draft>());
  draft->parts->num_expressions = draft->expressions.size();
  draft->parts->shards = PKIGATE_TRY(cache.Cover(draft->expressions));
  return std::unique_ptr<const PatternSet>(new PatternSet(std::move(draft->parts)));
}

Result<std::unique_ptr<const PatternSet>> PatternSet::Builder::Compile() {
  ShardCache none;
  return Compile(none);
}

PatternSet::PatternSet(std::unique_ptr<const Parts> parts) : parts_(std::move(parts)) {}
PatternSet::~PatternSet() = default;

size_t PatternSet::size() const { return parts_->num_patterns; }

void PatternSet::ReserveIn(Scratch::State& state) const {
  for (const ShardUse& use : parts_->shards) {
    use.shard->Reserve(&state.hyperscan);
  }
  if (state.found.size() < parts_->num_expressions) {
    state.found.resize(parts_->num_expressions, false);
  }
}

bool PatternSet::CanJudge(std::string_view text) {
  return text.size() <= limits::kMatchedTextBytesMax && IsUtf8(text);
}

bool PatternSet::Scan(std::string_view text, Scratch& scratch, HitSet& hits) const {
  if (!CanJudge(text)) {
    return false;
  }
  if (const auto exact = parts_->exact.find(text); exact != parts_->exact.end()) {
    hits.Add(exact->second);
  }
  parts_->affixes.Find(text, hits);

  Scratch::State& state = *scratch.state_;
  PKIGATE_ASSERT(state.found.size() >= parts_->num_expressions);
  for (const ShardUse& use : parts_->shards) {
    state.found_in_shard.clear();
    use.shard->Scan(text, state.hyperscan, state.found_in_shard);
    for (const uint32_t place : state.found_in_shard) {
      if (use.indices[place] != ShardUse::kMasked) {
        state.found_indices.push_back(use.indices[place]);
      }
    }
  }
  for (const uint32_t expression : state.found_indices) {
    state.found[expression] = true;
    for (const uint32_t id : parts_->ids_of_expression[expression]) {
      hits.Add(id);
    }
  }
  for (const Combination& combination : parts_->combinations) {
    if (combination.term.Holds(state.found)) {
      hits.Add(combination.id);
    }
  }
  for (const uint32_t expression : state.found_indices) {
    state.found[expression] = false;
  }
  state.found_indices.clear();

  for (const Automaton& pattern : parts_->automata) {
    if (pattern.automaton.Matches(text)) {
      hits.Add(pattern.id);
    }
  }

  const uint64_t num_given_up = state.num_given_up;
  for (const Backtracking& pattern : parts_->backtracking) {
    if (pattern.regex.MatchesWhole(text, scratch)) {
      hits.Add(pattern.id);
    }
  }
  return state.num_given_up == num_given_up;
}

}  // namespace pkigate::match
