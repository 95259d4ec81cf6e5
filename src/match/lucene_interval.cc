// SPDX-License-Identifier: Apache-2.0
#include "match/lucene_interval.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace pkigate::match {

namespace {

using Kind = LuceneNode::Kind;

LuceneNode Digit(char low, char high) {
  LuceneNode node;
  node.kind = Kind::kSet;
  node.ranges = {{static_cast<char32_t>(low), static_cast<char32_t>(high)}};
  return node;
}

LuceneNode Repeat(LuceneNode child, uint32_t least, std::optional<uint32_t> most) {
  LuceneNode node;
  node.kind = Kind::kRepeat;
  node.least = least;
  node.most = most;
  node.num_states = child.num_states * std::max<size_t>(1, most.value_or(least));
  node.children.push_back(std::move(child));
  return node;
}

LuceneNode Together(Kind kind, std::vector<LuceneNode> children) {
  LuceneNode node;
  node.kind = kind;
  node.num_states = 0;
  for (const LuceneNode& child : children) {
    node.num_states += child.num_states;
  }
  node.children = std::move(children);
  return node;
}

// Adds alternatives for the numbers from `low` to `high`, both written with the same number of
// digits, behind the digits `head`.
void AddInterval(const std::string& head, std::string_view low, std::string_view high,
                 std::vector<LuceneNode>* alternatives) {
  size_t same = 0;
  while (same < low.size() && low[same] == high[same]) {
    ++same;
  }
  const std::string common = head + std::string(low.substr(0, same));
  const auto add = [&](std::optional<LuceneNode> next, size_t num_any) {
    std::vector<LuceneNode> digits;
    for (const char c : common) {
      digits.push_back(Digit(c, c));
    }
    if (next.has_value()) {
      digits.push_back(*std::move(next));
    }
    if (num_any > 0) {
      const auto times = static_cast<uint32_t>(num_any);
      digits.push_back(Repeat(Digit('0', '9'), times, times));
    }
    alternatives->push_back(Together(Kind::kConcat, std::move(digits)));
  };
  if (same == low.size()) {
    add(std::nullopt, 0);
    return;
  }
  const std::string_view low_tail = low.substr(same + 1);
  const std::string_view high_tail = high.substr(same + 1);
  char first = low[same];
  char last = high[same];
  if (low_tail.find_first_not_of('0') != std::string_view::npos) {
    AddInterval(common + first, low_tail, std::string(low_tail.size(), '9'), alternatives);
    ++first;
  }
  if (high_tail.find_first_not_of('9') != std::string_view::npos) {
    AddInterval(common + last, std::string(high_tail.size(), '0'), high_tail, alternatives);
    --last;
  }
  if (first <= last) {
    add(Digit(first, last), low_tail.size());
  }
}

}  // namespace

LuceneNode IntervalNode(int64_t low, int64_t high, size_t num_digits) {
  std::vector<LuceneNode> alternatives;
  if (num_digits > 0) {
    const auto padded = [&](int64_t number) {
      const std::string digits = std::to_string(number);
      return std::string(num_digits - digits.size(), '0') + digits;
    };
    AddInterval("", padded(low), padded(high), &alternatives);
    return Together(Kind::kUnion, std::move(alternatives));
  }
  for (int64_t from = low; from <= high;) {
    const std::string digits = std::to_string(from);
    const int64_t longest = std::stoll(std::string(digits.size(), '9'));
    AddInterval("", digits, std::to_string(std::min(longest, high)), &alternatives);
    from = longest + 1;
  }
  std::vector<LuceneNode> zeros_and_number;
  zeros_and_number.push_back(Repeat(Digit('0', '0'), 0, std::nullopt));
  zeros_and_number.push_back(Together(Kind::kUnion, std::move(alternatives)));
  return Together(Kind::kConcat, std::move(zeros_and_number));
}

}  // namespace pkigate::match
