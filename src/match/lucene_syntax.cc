// SPDX-License-Identifier: Apache-2.0
#include "match/lucene_syntax.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "base/assert.h"
#include "base/limits.h"
#include "match/code_points.h"
#include "match/lucene_parser.h"

namespace pkigate::match {

namespace {

using Kind = LuceneNode::Kind;

void WriteSet(const std::vector<CodePointRange>& ranges, std::string& out) {
  if (ranges.size() == 1 && ranges[0].low == ranges[0].high) {
    AppendLiteral(out, ranges[0].low);
    return;
  }
  if (ranges.size() == 1 && ranges[0] == CodePointRange{0, kCodePointMax}) {
    out += '.';  // compiled with DOTALL and UTF8: any character
    return;
  }
  out += '[';
  for (const CodePointRange& range : ranges) {
    AppendRange(out, range.low, range.high);
  }
  out += ']';
}

// Appends `node`, which is not boolean and not nothing. False: a repetition beyond what Hyperscan
// should be given.
[[nodiscard]] bool Write(const LuceneNode& node, std::string& out) {
  switch (node.kind) {
    case Kind::kSet:
      WriteSet(node.ranges, out);
      return true;
    case Kind::kAnyText:
      out += "(?:.*)";
      return true;
    case Kind::kConcat:
      return std::all_of(node.children.begin(), node.children.end(),
                         [&](const LuceneNode& child) { return Write(child, out); });
    case Kind::kUnion: {
      std::string_view separator = "(?:";
      for (const LuceneNode& child : node.children) {
        if (child.nothing) {
          continue;
        }
        out += separator;
        if (!Write(child, out)) {
          return false;
        }
        separator = "|";
      }
      out += ')';
      return true;
    }
    case Kind::kRepeat:
      if (node.most == 0U || node.children[0].nothing) {
        return true;  // zero times; Hyperscan refuses {0}
      }
      if (std::max(node.least, node.most.value_or(0)) > limits::kHyperscanRepeatMax) {
        return false;
      }
      out += "(?:";
      if (!Write(node.children[0], out)) {
        return false;
      }
      out += "){" + std::to_string(node.least) + ",";
      if (node.most.has_value()) {
        out += std::to_string(*node.most);
      }
      out += '}';
      return true;
    case Kind::kIntersection:
    case Kind::kComplement:
      break;
  }
  PKIGATE_ASSERT(false);
}

// `node`: only boolean nodes are above.
std::optional<ExpressionTree> ToTree(const LuceneNode& node) {
  ExpressionTree tree;
  if (!node.boolean) {
    if (node.nothing) {
      return tree;
    }
    tree.kind = ExpressionTree::Kind::kExpression;
    tree.expression = "^(?:";
    if (!Write(node, tree.expression)) {
      return std::nullopt;
    }
    tree.expression += ")\\z";
    return tree;
  }
  switch (node.kind) {
    case Kind::kComplement:
      tree.kind = ExpressionTree::Kind::kNot;
      break;
    case Kind::kIntersection:
      tree.kind = ExpressionTree::Kind::kAnd;
      break;
    case Kind::kUnion:
      tree.kind = ExpressionTree::Kind::kOr;
      break;
    default:
      return std::nullopt;
  }
  for (const LuceneNode& child : node.children) {
    std::optional<ExpressionTree> part = ToTree(child);
    if (!part.has_value()) {
      return std::nullopt;
    }
    tree.children.push_back(*std::move(part));
  }
  return tree;
}

}  // namespace

Result<LuceneRegex> TranslateLuceneRegex(std::string_view pattern) {
  const LuceneNode node = PKIGATE_TRY(ParseLuceneRegex(pattern));
  LuceneAutomaton automaton = PKIGATE_TRY(LuceneAutomaton::Compile(node, pattern));
  return LuceneRegex{ToTree(node), std::move(automaton)};
}

}  // namespace pkigate::match
