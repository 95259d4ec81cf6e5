// SPDX-License-Identifier: Apache-2.0
#include "match/lucene_syntax.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "match/char_class.h"
#include "match/code_points.h"

namespace pkigate::match {

namespace {

struct Node;
using NodePtr = std::unique_ptr<Node>;

struct Node {
  enum class Kind {
    kNothing,       // no text
    kText,          // `text`, ready for Hyperscan; possibly empty
    kUnion,         // children
    kIntersection,  // children
    kConcat,        // children
    kRepeat,        // one child
    kComplement,    // one child
  };
  Kind kind = Kind::kNothing;
  std::string text;
  std::vector<NodePtr> children;
  uint32_t least = 0;
  std::optional<uint32_t> most;
  // Of the automaton, about; what X-RE-3 bounds.
  size_t num_states = 1;
  // A complement or an intersection is in it.
  bool boolean = false;
};

NodePtr MakeText(std::string text, size_t num_states) {
  auto node = std::make_unique<Node>();
  node->kind = Node::Kind::kText;
  node->text = std::move(text);
  node->num_states = num_states;
  return node;
}

NodePtr MakeNode(Node::Kind kind, std::vector<NodePtr> children) {
  auto node = std::make_unique<Node>();
  node->kind = kind;
  node->boolean = kind == Node::Kind::kIntersection || kind == Node::Kind::kComplement;
  node->num_states = 0;
  for (const NodePtr& child : children) {
    node->num_states += child->num_states;
    node->boolean = node->boolean || child->boolean;
  }
  node->children = std::move(children);
  return node;
}

// --- numeric intervals ---------------------------------------------------------------------------

void AppendDigits(std::string& out, char low, char high) {
  out += low == high ? std::string(1, low) : std::string("[") + low + "-" + high + "]";
}

void AppendAnyDigits(std::string& out, size_t count) {
  if (count > 0) {
    out += "[0-9]{" + std::to_string(count) + "}";
  }
}

// Appends alternatives, each behind a `|`, for the numbers from `low` to `high`, both written with
// the same number of digits.
void AppendInterval(std::string& out, const std::string& before, std::string_view low,
                    std::string_view high) {
  size_t same = 0;
  while (same < low.size() && low[same] == high[same]) {
    ++same;
  }
  const std::string head = before + std::string(low.substr(0, same));
  if (same == low.size()) {
    out += '|' + head;
    return;
  }
  const std::string_view low_tail = low.substr(same + 1);
  const std::string_view high_tail = high.substr(same + 1);
  const bool low_is_first = low_tail.find_first_not_of('0') == std::string_view::npos;
  const bool high_is_last = high_tail.find_first_not_of('9') == std::string_view::npos;
  char first = low[same];
  char last = high[same];
  if (!low_is_first) {
    AppendInterval(out, head + first, low_tail, std::string(low_tail.size(), '9'));
    ++first;
  }
  if (!high_is_last) {
    AppendInterval(out, head + last, std::string(high_tail.size(), '0'), high_tail);
    --last;
  }
  if (first <= last) {
    out += '|' + head;
    AppendDigits(out, first, last);
    AppendAnyDigits(out, low_tail.size());
  }
}

// As Lucene: bounds of the same length ask for exactly that many digits, others for the number with
// any number of leading zeros.
std::string IntervalExpression(std::string_view low_text, std::string_view high_text, int64_t low,
                               int64_t high) {
  std::string alternatives;
  if (low_text.size() == high_text.size()) {
    const auto padded = [&](int64_t number) {
      const std::string digits = std::to_string(number);
      return std::string(low_text.size() - digits.size(), '0') + digits;
    };
    AppendInterval(alternatives, "", padded(low), padded(high));
    return "(?:" + alternatives.substr(1) + ")";
  }
  int64_t from = low;
  while (from <= high) {
    const std::string digits = std::to_string(from);
    const int64_t longest = std::stoll(std::string(digits.size(), '9'));
    AppendInterval(alternatives, "", digits, std::to_string(std::min(longest, high)));
    from = longest + 1;
  }
  return "(?:0*(?:" + alternatives.substr(1) + "))";
}

// --- parser --------------------------------------------------------------------------------------

class Parser {
 public:
  Parser(std::string_view pattern, std::u32string points)
      : pattern_(pattern), points_(std::move(points)) {}

  Result<NodePtr> Parse() {
    if (points_.empty()) {
      return MakeText("", 1);
    }
    NodePtr node = PKIGATE_TRY(ParseUnion(0));
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
  Result<NodePtr> Bounded(NodePtr node) const {
    if (node->num_states > limits::kLuceneStatesMax) {
      return MakeError("regex_invalid", "Determinizing automaton would require more than {} states",
                       limits::kLuceneStatesMax);
    }
    return node;
  }

  Result<NodePtr> ParseUnion(size_t depth) {
    if (depth > limits::kRegexDepthMax) {
      return Unsupported("groups nested too deeply");
    }
    std::vector<NodePtr> parts;
    do {
      parts.push_back(PKIGATE_TRY(ParseIntersection(depth)));
    } while (Match(U'|'));
    return Bounded(Together(Node::Kind::kUnion, std::move(parts)));
  }

  Result<NodePtr> ParseIntersection(size_t depth) {
    std::vector<NodePtr> parts;
    do {
      parts.push_back(PKIGATE_TRY(ParseConcat(depth)));
    } while (Match(U'&'));
    return Bounded(Together(Node::Kind::kIntersection, std::move(parts)));
  }

  Result<NodePtr> ParseConcat(size_t depth) {
    std::vector<NodePtr> parts;
    do {
      parts.push_back(PKIGATE_TRY(ParseRepeat(depth)));
    } while (More() && !Peek(U")|&"));
    return Bounded(Together(Node::Kind::kConcat, std::move(parts)));
  }

  static NodePtr Together(Node::Kind kind, std::vector<NodePtr> parts) {
    return parts.size() == 1 ? std::move(parts[0]) : MakeNode(kind, std::move(parts));
  }

  Result<NodePtr> ParseRepeat(size_t depth) {
    NodePtr node = PKIGATE_TRY(ParseComplement(depth));
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
      // Each nests the node once more, and the translation recurses as deep.
      if (++num_repeats > limits::kRegexDepthMax) {
        return Unsupported("repetitions of repetitions nested too deeply");
      }
      node = PKIGATE_TRY(Repeat(std::move(node), least, most));
    }
  }

  Result<NodePtr> Repeat(NodePtr child, uint32_t least, std::optional<uint32_t> most) const {
    const size_t times = std::max<size_t>(1, most.value_or(least));
    const size_t num_states = child->num_states * times;
    std::vector<NodePtr> children;
    children.push_back(std::move(child));
    NodePtr node = MakeNode(Node::Kind::kRepeat, std::move(children));
    node->least = least;
    node->most = most;
    node->num_states = num_states;
    if (most.has_value() && *most < least) {
      return MakeNode(Node::Kind::kNothing, {});  // as Lucene: no number of times satisfies both
    }
    return Bounded(std::move(node));
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
    return {};
  }

  Result<uint32_t> ParseCount() {
    if (!Peek(U"0123456789")) {
      return Invalid("integer expected");
    }
    uint32_t count = 0;
    while (Peek(U"0123456789")) {
      count = count * 10 + (points_[at_++] - U'0');
      if (count > limits::kRegexRepeatMax) {
        return Unsupported("a repetition of more than 1000");
      }
    }
    return count;
  }

  Result<NodePtr> ParseComplement(size_t depth) {
    size_t num_complements = 0;
    while (Match(U'~')) {
      ++num_complements;
    }
    NodePtr node = Match(U'[') ? PKIGATE_TRY(ParseClass()) : PKIGATE_TRY(ParseSimple(depth));
    if (num_complements % 2 == 0) {
      return node;
    }
    std::vector<NodePtr> children;
    children.push_back(std::move(node));
    return MakeNode(Node::Kind::kComplement, std::move(children));
  }

  Result<NodePtr> ParseClass() {
    CharClass set;
    const bool negated = Match(U'^');
    do {
      PKIGATE_TRY_STATUS(ParseClassElement(set));
    } while (More() && !Peek(U"]"));
    if (!Match(U']')) {
      return Invalid("expected ']'");
    }
    if (negated) {
      set.Negate();
    }
    std::string text;
    set.Write(text);
    return MakeText(std::move(text), 1);
  }

  Status ParseClassElement(CharClass& set) {
    if (AddPredefined(set)) {
      return {};
    }
    const char32_t low = PKIGATE_TRY(ParseCharacter());
    if (!Match(U'-')) {
      set.Add(low);
      return {};
    }
    const char32_t high = PKIGATE_TRY(ParseCharacter());
    if (low > high) {
      return Invalid("invalid range");
    }
    set.Add(low, high);
    return {};
  }

  // \d \D \w \W \s \S at the cursor.
  bool AddPredefined(CharClass& set) {
    if (!Peek(U"\\") || at_ + 1 >= points_.size()) {
      return false;
    }
    CharClass named;
    const char32_t c = points_[at_ + 1];
    switch (c) {
      case U'w':
      case U'W':
        named.Add(U'a', U'z');
        named.Add(U'A', U'Z');
        named.Add(U'_');
        [[fallthrough]];
      case U'd':
      case U'D':
        named.Add(U'0', U'9');
        break;
      case U's':
      case U'S':
        for (const char32_t space : {U' ', U'\t', U'\n', U'\r'}) {
          named.Add(space);
        }
        break;
      default:
        return false;
    }
    at_ += 2;
    if (c >= U'a') {
      set.Add(named);
    } else {
      set.AddComplement(named);
    }
    return true;
  }

  Result<char32_t> ParseCharacter() {
    Match(U'\\');
    if (!More()) {
      return Invalid("unexpected end-of-string");
    }
    return points_[at_++];
  }

  Result<NodePtr> ParseSimple(size_t depth) {
    if (Match(U'.')) {
      return MakeText(".", 1);  // compiled with DOTALL and UTF8: any character
    }
    if (Match(U'#')) {
      return MakeNode(Node::Kind::kNothing, {});
    }
    if (Match(U'@')) {
      return MakeText("(?:.*)", 1);
    }
    if (Match(U'"')) {
      return ParseQuoted();
    }
    if (Match(U'(')) {
      if (Match(U')')) {
        return MakeText("", 1);
      }
      NodePtr node = PKIGATE_TRY(ParseUnion(depth + 1));
      if (!Match(U')')) {
        return Invalid("expected ')'");
      }
      return node;
    }
    if (Match(U'<')) {
      return ParseInterval();
    }
    CharClass set;
    std::string text;
    if (AddPredefined(set)) {
      set.Write(text);
    } else {
      AppendLiteral(text, PKIGATE_TRY(ParseCharacter()));
    }
    return MakeText(std::move(text), 1);
  }

  Result<NodePtr> ParseQuoted() {
    std::string text = "(?:";
    size_t num_states = 1;
    while (More() && !Peek(U"\"")) {
      AppendLiteral(text, points_[at_++]);
      ++num_states;
    }
    if (!Match(U'"')) {
      return Invalid("expected '\"'");
    }
    return MakeText(text + ")", num_states);
  }

  // `n-m>`
  Result<NodePtr> ParseInterval() {
    std::string bounds[2];
    size_t which = 0;
    while (More() && !Peek(U">")) {
      const char32_t c = points_[at_++];
      if (c == U'-' && which == 0) {
        which = 1;
      } else if (IsDigit(c)) {
        bounds[which].push_back(static_cast<char>(c));
      } else {
        return Invalid("interval syntax error");
      }
    }
    if (!Match(U'>')) {
      return Invalid("expected '>'");
    }
    // Java's int holds ten digits.
    constexpr size_t kDigitsMax = 10;
    for (const std::string& bound : bounds) {
      if (bound.empty() || bound.size() > kDigitsMax ||
          std::stoll(bound) > std::numeric_limits<int32_t>::max()) {
        return Invalid("interval syntax error");
      }
    }
    const int64_t low = std::min(std::stoll(bounds[0]), std::stoll(bounds[1]));
    const int64_t high = std::max(std::stoll(bounds[0]), std::stoll(bounds[1]));
    return MakeText(IntervalExpression(bounds[0], bounds[1], low, high),
                    4 * (bounds[0].size() + bounds[1].size()));
  }

  std::string_view pattern_;
  std::u32string points_;
  size_t at_ = 0;
};

// --- writer --------------------------------------------------------------------------------------

// Whether no text at all matches; `node` is not boolean.
bool IsNothing(const Node& node) {
  switch (node.kind) {
    case Node::Kind::kNothing:
      return true;
    case Node::Kind::kText:
      return false;
    case Node::Kind::kUnion:
      return std::all_of(node.children.begin(), node.children.end(),
                         [](const NodePtr& child) { return IsNothing(*child); });
    case Node::Kind::kConcat:
      return std::any_of(node.children.begin(), node.children.end(),
                         [](const NodePtr& child) { return IsNothing(*child); });
    case Node::Kind::kRepeat:
      return node.least > 0 && IsNothing(*node.children[0]);
    case Node::Kind::kIntersection:
    case Node::Kind::kComplement:
      break;
  }
  return false;
}

// Appends `node`, which is not boolean and not nothing.
void Write(const Node& node, std::string& out) {
  switch (node.kind) {
    case Node::Kind::kText:
      out += node.text;
      return;
    case Node::Kind::kConcat:
      for (const NodePtr& child : node.children) {
        Write(*child, out);
      }
      return;
    case Node::Kind::kUnion: {
      std::string_view separator = "(?:";
      for (const NodePtr& child : node.children) {
        if (!IsNothing(*child)) {
          out += separator;
          Write(*child, out);
          separator = "|";
        }
      }
      out += ')';
      return;
    }
    case Node::Kind::kRepeat:
      if (node.most == 0U || IsNothing(*node.children[0])) {
        return;  // zero times; Hyperscan refuses {0}
      }
      out += "(?:";
      Write(*node.children[0], out);
      out += "){" + std::to_string(node.least) + ",";
      if (node.most.has_value()) {
        out += std::to_string(*node.most);
      }
      out += '}';
      return;
    case Node::Kind::kNothing:
    case Node::Kind::kIntersection:
    case Node::Kind::kComplement:
      break;
  }
  PKIGATE_ASSERT(false);
}

// `top`: only boolean nodes are above.
Result<ExpressionTree> ToTree(const Node& node, std::string_view pattern) {
  ExpressionTree tree;
  if (!node.boolean) {
    if (!IsNothing(node)) {
      tree.kind = ExpressionTree::Kind::kExpression;
      tree.expression = "^(?:";
      Write(node, tree.expression);
      tree.expression += ")\\z";
    }
    return tree;
  }
  switch (node.kind) {
    case Node::Kind::kComplement:
      tree.kind = ExpressionTree::Kind::kNot;
      break;
    case Node::Kind::kIntersection:
      tree.kind = ExpressionTree::Kind::kAnd;
      break;
    case Node::Kind::kUnion:
      tree.kind = ExpressionTree::Kind::kOr;
      break;
    default:
      return MakeError(
          "regex_unsupported",
          "`~` and `&` are taken only where the whole of /{}/ is combined by them, not "
          "inside of a concatenation or repetition",
          pattern);
  }
  for (const NodePtr& child : node.children) {
    tree.children.push_back(PKIGATE_TRY(ToTree(*child, pattern)));
  }
  return tree;
}

}  // namespace

Result<ExpressionTree> TranslateLuceneRegex(std::string_view pattern) {
  if (pattern.size() > limits::kPatternBytesMax) {
    return MakeError("regex_unsupported", "a pattern of {} bytes, at most {} are taken",
                     pattern.size(), limits::kPatternBytesMax);
  }
  std::optional<std::u32string> points = DecodeUtf8(pattern);
  if (!points.has_value()) {
    return MakeError("regex_invalid", "the pattern is not UTF-8");
  }
  const NodePtr node = PKIGATE_TRY(Parser(pattern, std::move(*points)).Parse());
  return ToTree(*node, pattern);
}

}  // namespace pkigate::match
