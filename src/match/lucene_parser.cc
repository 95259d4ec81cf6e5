// SPDX-License-Identifier: Apache-2.0
#include "match/lucene_parser.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "base/utf8.h"
#include "match/code_points.h"
#include "match/lucene_interval.h"

namespace pkigate::match {

namespace {

using Kind = LuceneNode::Kind;

// Sorted, and what touches joined.
std::vector<CodePointRange> Ordered(std::vector<CodePointRange> ranges) {
  std::sort(ranges.begin(), ranges.end(),
            [](const CodePointRange& a, const CodePointRange& b) { return a.low < b.low; });
  std::vector<CodePointRange> ordered;
  for (const CodePointRange& range : ranges) {
    if (!ordered.empty() && range.low <= ordered.back().high + 1) {
      ordered.back().high = std::max(ordered.back().high, range.high);
    } else {
      ordered.push_back(range);
    }
  }
  return ordered;
}

std::vector<CodePointRange> Without(const std::vector<CodePointRange>& ordered) {
  std::vector<CodePointRange> rest;
  char32_t next = 0;
  for (const CodePointRange& range : ordered) {
    if (range.low > next) {
      rest.push_back({next, range.low - 1});
    }
    next = range.high + 1;
  }
  if (next <= kCodePointMax) {
    rest.push_back({next, kCodePointMax});
  }
  return rest;
}

LuceneNode Set(std::vector<CodePointRange> ranges) {
  LuceneNode node;
  node.kind = Kind::kSet;
  node.ranges = std::move(ranges);
  node.nothing = node.ranges.empty();
  return node;
}

class Parser {
 public:
  Parser(std::string_view pattern, std::u32string points)
      : pattern_(pattern), points_(std::move(points)) {}

  Result<LuceneNode> Parse() {
    if (points_.empty()) {
      return LuceneNode{};
    }
    LuceneNode node = PKIGATE_TRY(ParseUnion(0));
    if (More()) {
      return Invalid("end-of-string expected");
    }
    return node;
  }

 private:
  bool More() const { return at_ < points_.size(); }
  bool Peek(std::u32string_view any_of) const {
    return More() && any_of.find(points_[at_]) != std::u32string_view::npos;
  }
  bool Match(char32_t c) {
    if (More() && points_[at_] == c) {
      ++at_;
      return true;
    }
    return false;
  }

  Error Invalid(std::string_view what) const {
    return MakeError("regex_invalid", "{} at position {} of /{}/", what, at_, pattern_);
  }
  Error Unsupported(std::string_view what) const {
    return MakeError("regex_unsupported", "{} at position {} of /{}/", what, at_, pattern_);
  }

  Result<LuceneNode> Bounded(LuceneNode node) const {
    if (node.num_states > limits::kLuceneStatesMax) {
      return MakeError("regex_invalid", "Determinizing {} would require more than {} effort.",
                       pattern_, limits::kLuceneStatesMax);
    }
    return node;
  }

  Result<LuceneNode> Together(Kind kind, std::vector<LuceneNode> parts) const {
    if (parts.size() == 1) {
      return std::move(parts[0]);
    }
    LuceneNode node;
    node.kind = kind;
    node.boolean = kind == Kind::kIntersection;
    node.num_states = 0;
    const auto is_nothing = [](const LuceneNode& part) { return part.nothing; };
    node.nothing = kind == Kind::kUnion ? std::all_of(parts.begin(), parts.end(), is_nothing)
                                        : std::any_of(parts.begin(), parts.end(), is_nothing);
    for (const LuceneNode& part : parts) {
      node.num_states += part.num_states;
      node.boolean = node.boolean || part.boolean;
    }
    node.children = std::move(parts);
    return Bounded(std::move(node));
  }

  Result<LuceneNode> ParseUnion(size_t depth) {
    if (depth > limits::kRegexDepthMax) {
      return Unsupported("groups nested too deeply");
    }
    std::vector<LuceneNode> parts;
    do {
      parts.push_back(PKIGATE_TRY(ParseIntersection(depth)));
    } while (Match(U'|'));
    return Together(Kind::kUnion, std::move(parts));
  }

  Result<LuceneNode> ParseIntersection(size_t depth) {
    std::vector<LuceneNode> parts;
    do {
      parts.push_back(PKIGATE_TRY(ParseConcat(depth)));
    } while (Match(U'&'));
    return Together(Kind::kIntersection, std::move(parts));
  }

  Result<LuceneNode> ParseConcat(size_t depth) {
    std::vector<LuceneNode> parts;
    do {
      parts.push_back(PKIGATE_TRY(ParseRepeat(depth)));
    } while (More() && !Peek(U")|&"));
    return Together(Kind::kConcat, std::move(parts));
  }

  Result<LuceneNode> ParseRepeat(size_t depth) {
    LuceneNode node = PKIGATE_TRY(ParseComplement(depth));
    size_t num_repeats = 0;
    for (;;) {
      uint32_t least = 0;
      std::optional<uint32_t> most;
      if (Match(U'?')) {
        most = 1;
      } else if (Match(U'*')) {
        least = 0;
      } else if (Match(U'+')) {
        least = 1;
      } else if (Match(U'{')) {
        PKIGATE_TRY_STATUS(ParseCounts(&least, &most));
      } else {
        return node;
      }
      // Each nests the node once more, and what walks the tree recurses as deep.
      if (++num_repeats > limits::kRegexDepthMax) {
        return Unsupported("repetitions of repetitions nested too deeply");
      }
      if (node.nothing && least == 0 && !most.has_value()) {
        continue;  // as Lucene: not even the empty text
      }
      LuceneNode repeat;
      repeat.nothing = node.nothing && least > 0;
      repeat.kind = Kind::kRepeat;
      repeat.least = least;
      repeat.most = most;
      repeat.boolean = node.boolean;
      repeat.num_states = node.num_states * std::max<size_t>(1, most.value_or(least));
      repeat.children.push_back(std::move(node));
      node = PKIGATE_TRY(Bounded(std::move(repeat)));
    }
  }

  // `n}`, `n,}` or `n,m}`
  Status ParseCounts(uint32_t* least, std::optional<uint32_t>* most) {
    *least = PKIGATE_TRY(ParseCount());
    if (Match(U',')) {
      if (Peek(U"0123456789")) {
        *most = PKIGATE_TRY(ParseCount());
      }
    } else {
      *most = *least;
    }
    if (!Match(U'}')) {
      return Invalid("expected '}'");
    }
    if (most->value_or(*least) < *least) {
      return MakeError("regex_invalid", "invalid repetition range(out of order): {}..{} in /{}/",
                       *least, **most, pattern_);
    }
    return {};
  }

  Result<uint32_t> ParseCount() {
    if (!Peek(U"0123456789")) {
      return Invalid("integer expected");
    }
    uint32_t count = 0;
    while (Peek(U"0123456789")) {
      count = count * 10 + (points_[at_++] - U'0');
      if (count > limits::kLuceneStatesMax) {
        return MakeError("regex_invalid", "Determinizing {} would require more than {} effort.",
                         pattern_, limits::kLuceneStatesMax);
      }
    }
    return count;
  }

  Result<LuceneNode> ParseComplement(size_t depth) {
    size_t num_complements = 0;
    while (Match(U'~')) {
      ++num_complements;
    }
    LuceneNode node = Match(U'[') ? PKIGATE_TRY(ParseClass()) : PKIGATE_TRY(ParseSimple(depth));
    if (num_complements % 2 == 0) {
      return node;
    }
    LuceneNode complement;
    complement.kind = Kind::kComplement;
    complement.boolean = true;
    complement.num_states = node.num_states;
    complement.children.push_back(std::move(node));
    return complement;
  }

  Result<LuceneNode> ParseClass() {
    std::vector<CodePointRange> ranges;
    const bool negated = Match(U'^');
    do {
      PKIGATE_TRY_STATUS(ParseClassElement(&ranges));
    } while (More() && !Peek(U"]"));
    if (!Match(U']')) {
      return Invalid("expected ']'");
    }
    ranges = Ordered(std::move(ranges));
    return Set(negated ? Without(ranges) : std::move(ranges));
  }

  Status ParseClassElement(std::vector<CodePointRange>* ranges) {
    if (PKIGATE_TRY(AddPredefined(ranges))) {
      return {};
    }
    const char32_t low = PKIGATE_TRY(ParseCharacter());
    if (!Match(U'-')) {
      ranges->push_back({low, low});
      return {};
    }
    const char32_t high = PKIGATE_TRY(ParseCharacter());
    if (low > high) {
      return MakeError("regex_invalid", "invalid range: from ({}) cannot be > to ({}) in /{}/",
                       static_cast<uint32_t>(low), static_cast<uint32_t>(high), pattern_);
    }
    ranges->push_back({low, high});
    return {};
  }

  // \d \D \w \W \s \S at the cursor. No other letter may be behind a backslash there.
  Result<bool> AddPredefined(std::vector<CodePointRange>* ranges) {
    if (!Peek(U"\\") || at_ + 1 >= points_.size() || !IsAsciiLetter(points_[at_ + 1])) {
      return false;
    }
    std::vector<CodePointRange> named;
    const char32_t c = points_[at_ + 1];
    switch (c) {
      case U'd':
      case U'D':
        named = {{U'0', U'9'}};
        break;
      case U'w':
      case U'W':
        named = {{U'0', U'9'}, {U'A', U'Z'}, {U'_', U'_'}, {U'a', U'z'}};
        break;
      case U's':
      case U'S':
        named = {{U'\t', U'\n'}, {U'\r', U'\r'}, {U' ', U' '}};
        break;
      default:
        return MakeError("regex_invalid", "invalid character class \\{} in /{}/",
                         static_cast<uint32_t>(c), pattern_);
    }
    at_ += 2;
    if (c < U'a') {
      named = Without(named);
    }
    ranges->insert(ranges->end(), named.begin(), named.end());
    return true;
  }

  Result<char32_t> ParseCharacter() {
    Match(U'\\');
    if (!More()) {
      return Invalid("unexpected end-of-string");
    }
    return points_[at_++];
  }

  Result<LuceneNode> ParseSimple(size_t depth) {
    if (Match(U'.')) {
      return Set({{0, kCodePointMax}});
    }
    if (Match(U'#')) {
      return Set({});
    }
    if (Match(U'@')) {
      LuceneNode node;
      node.kind = Kind::kAnyText;
      return node;
    }
    if (Match(U'"')) {
      return ParseQuoted();
    }
    if (Match(U'(')) {
      if (Match(U')')) {
        return LuceneNode{};
      }
      LuceneNode node = PKIGATE_TRY(ParseUnion(depth + 1));
      if (!Match(U')')) {
        return Invalid("expected ')'");
      }
      return node;
    }
    if (Match(U'<')) {
      return ParseInterval();
    }
    std::vector<CodePointRange> ranges;
    if (!PKIGATE_TRY(AddPredefined(&ranges))) {
      const char32_t c = PKIGATE_TRY(ParseCharacter());
      ranges = {{c, c}};
    }
    return Set(std::move(ranges));
  }

  Result<LuceneNode> ParseQuoted() {
    LuceneNode text;
    while (More() && !Peek(U"\"")) {
      text.children.push_back(Set({{points_[at_], points_[at_]}}));
      ++at_;
    }
    if (!Match(U'"')) {
      return Invalid("expected '\"'");
    }
    text.num_states = text.children.size() + 1;
    return text;
  }

  // `n-m>`
  Result<LuceneNode> ParseInterval() {
    const size_t begin = at_;
    while (More() && !Peek(U">")) {
      ++at_;
    }
    const std::u32string_view inside = std::u32string_view(points_).substr(begin, at_ - begin);
    if (!Match(U'>')) {
      return Invalid("expected '>'");
    }
    const size_t hyphen = inside.find(U'-');
    if (hyphen == std::u32string_view::npos) {  // Lucene's named automata, of which there are none
      std::string name;
      for (const char32_t c : inside) {
        AppendUtf8(name, c);
      }
      return MakeError("regex_invalid", "'{}' not found in /{}/", name, pattern_);
    }
    const auto low = Number(inside.substr(0, hyphen));
    const auto high = Number(inside.substr(hyphen + 1));
    if (!low.has_value() || !high.has_value()) {
      --at_;
      return Invalid("interval syntax error");
    }
    const size_t low_len = hyphen;
    const size_t high_len = inside.size() - hyphen - 1;
    LuceneNode node = IntervalNode(std::min(*low, *high), std::max(*low, *high),
                                   low_len == high_len ? low_len : 0);
    node.num_states = 4 * (low_len + high_len);  // once it is made deterministic, about
    return Bounded(std::move(node));
  }

  // A number of Java's int.
  static std::optional<int64_t> Number(std::u32string_view digits) {
    int64_t number = 0;
    for (const char32_t c : digits) {
      if (!IsDigit(c)) {
        return std::nullopt;
      }
      number = number * 10 + static_cast<int64_t>(c - U'0');
      if (number > std::numeric_limits<int32_t>::max()) {
        return std::nullopt;
      }
    }
    return digits.empty() ? std::nullopt : std::optional(number);
  }

  std::string_view pattern_;
  std::u32string points_;
  size_t at_ = 0;
};

}  // namespace

Result<LuceneNode> ParseLuceneRegex(std::string_view pattern) {
  if (pattern.size() > limits::kPatternBytesMax) {
    return MakeError("regex_unsupported", "a pattern of {} bytes, at most {} are taken",
                     pattern.size(), limits::kPatternBytesMax);
  }
  std::optional<std::u32string> points = DecodeUtf8(pattern);
  if (!points.has_value()) {
    return MakeError("regex_invalid", "the pattern is not UTF-8");
  }
  return Parser(pattern, std::move(*points)).Parse();
}

}  // namespace pkigate::match
