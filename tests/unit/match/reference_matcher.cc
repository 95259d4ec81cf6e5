// SPDX-License-Identifier: Apache-2.0
#include "reference_matcher.h"

#include <algorithm>

#include "base/utf8.h"

namespace pkigate::match {

namespace {

// Some that mean something in a syntax, a line feed, one of two bytes and one of four.
constexpr std::u32string_view kAlphabet = U"aab01,=*/.\n\u00e9\U0001F600";

char32_t RandomCharacter(Random& random) { return kAlphabet[random() % kAlphabet.size()]; }

bool IsDecimal(const std::u32string& text, size_t begin, size_t end) {
  return std::all_of(text.begin() + static_cast<std::ptrdiff_t>(begin),
                     text.begin() + static_cast<std::ptrdiff_t>(end),
                     [](char32_t c) { return c >= U'0' && c <= U'9'; });
}

}  // namespace

std::set<size_t> EndsOf(const ReferenceNode& node, const std::u32string& text, size_t begin) {
  std::set<size_t> ends;
  switch (node.kind) {
    case ReferenceNode::Kind::kCharacter:
      if (begin < text.size() && text[begin] == node.c) {
        ends.insert(begin + 1);
      }
      break;
    case ReferenceNode::Kind::kAny:
      if (begin < text.size()) {
        ends.insert(begin + 1);
      }
      break;
    case ReferenceNode::Kind::kClass:
      if (begin < text.size() &&
          (node.text.find(text[begin]) != std::u32string::npos) != node.negated) {
        ends.insert(begin + 1);
      }
      break;
    case ReferenceNode::Kind::kAnyText:
      for (size_t end = begin; end <= text.size(); ++end) {
        ends.insert(end);
      }
      break;
    case ReferenceNode::Kind::kNothing:
      break;
    case ReferenceNode::Kind::kConcat:
      ends.insert(begin);
      for (const ReferenceNode& child : node.children) {
        std::set<size_t> next;
        for (const size_t from : ends) {
          next.merge(EndsOf(child, text, from));
        }
        ends = std::move(next);
      }
      break;
    case ReferenceNode::Kind::kUnion:
      for (const ReferenceNode& child : node.children) {
        ends.merge(EndsOf(child, text, begin));
      }
      break;
    case ReferenceNode::Kind::kRepeat: {
      std::set<size_t> now = {begin};
      for (size_t times = 0; times <= node.most; ++times) {
        if (times >= node.least) {
          ends.insert(now.begin(), now.end());
        }
        std::set<size_t> next;
        for (const size_t from : now) {
          next.merge(EndsOf(node.children[0], text, from));
        }
        now = std::move(next);
      }
      break;
    }
    case ReferenceNode::Kind::kIntersection: {
      const std::set<size_t> first = EndsOf(node.children[0], text, begin);
      const std::set<size_t> second = EndsOf(node.children[1], text, begin);
      std::set_intersection(first.begin(), first.end(), second.begin(), second.end(),
                            std::inserter(ends, ends.end()));
      break;
    }
    case ReferenceNode::Kind::kComplement: {
      const std::set<size_t> without = EndsOf(node.children[0], text, begin);
      for (size_t end = begin; end <= text.size(); ++end) {
        if (!without.contains(end)) {
          ends.insert(end);
        }
      }
      break;
    }
    case ReferenceNode::Kind::kInterval: {
      const std::string low = std::to_string(node.least);
      const std::string high = std::to_string(node.most);
      for (size_t end = begin + 1; end <= text.size() && IsDecimal(text, begin, end); ++end) {
        const std::string digits(text.begin() + static_cast<std::ptrdiff_t>(begin),
                                 text.begin() + static_cast<std::ptrdiff_t>(end));
        if (low.size() == high.size() && digits.size() != low.size()) {
          continue;
        }
        const size_t number = std::stoull(digits);
        if (number >= node.least && number <= node.most) {
          ends.insert(end);
        }
      }
      break;
    }
  }
  return ends;
}

bool MatchesWhole(const ReferenceNode& node, const std::u32string& text) {
  return EndsOf(node, text, 0).contains(text.size());
}

bool GlobMatches(const std::u32string& pattern, const std::u32string& text) {
  // reached[i]: the pattern so far may have taken the first i characters.
  std::vector<bool> reached(text.size() + 1, false);
  reached[0] = true;
  for (const char32_t c : pattern) {
    std::vector<bool> next(text.size() + 1, false);
    for (size_t end = 0; end <= text.size(); ++end) {
      if (c == U'*') {
        next[end] = reached[end] || (end > 0 && next[end - 1]);
      } else {
        next[end] = end > 0 && reached[end - 1] && (c == U'?' || c == text[end - 1]);
      }
    }
    reached = std::move(next);
  }
  return reached[text.size()];
}

std::u32string RandomText(Random& random, size_t length_max) {
  std::u32string text;
  const size_t length = random() % (length_max + 1);
  for (size_t index = 0; index < length; ++index) {
    text.push_back(RandomCharacter(random));
  }
  return text;
}

ReferenceNode RandomNode(Random& random, int depth, bool lucene) {
  ReferenceNode node;
  const size_t choice = random() % (depth > 0 ? 12 : 6);
  switch (choice) {
    case 0:
      node.kind = ReferenceNode::Kind::kAny;
      return node;
    case 1:
      node.kind = ReferenceNode::Kind::kClass;
      node.text = RandomText(random, 2);
      node.text.push_back(RandomCharacter(random));
      node.negated = random() % 2 == 0;
      return node;
    case 2:
      if (lucene && random() % 2 == 0) {
        const size_t kind = random() % 3;
        node.kind = kind == 0   ? ReferenceNode::Kind::kAnyText
                    : kind == 1 ? ReferenceNode::Kind::kNothing
                                : ReferenceNode::Kind::kInterval;
        node.least = random() % 3;
        node.most = node.least + random() % 120;
        return node;
      }
      [[fallthrough]];
    case 3:
    case 4:
    case 5:
      node.c = RandomCharacter(random);
      return node;
    case 6:
    case 7:
    case 8:
      node.kind = ReferenceNode::Kind::kConcat;
      break;
    case 9:
      node.kind = ReferenceNode::Kind::kUnion;
      break;
    default:
      node.kind = ReferenceNode::Kind::kRepeat;
      node.least = random() % 3;
      node.most = node.least + random() % 3;
      node.children.push_back(RandomNode(random, depth - 1, lucene));
      return node;
  }
  const size_t num_children = 2 + random() % 2;
  for (size_t index = 0; index < num_children; ++index) {
    node.children.push_back(RandomNode(random, depth - 1, lucene));
  }
  return node;
}

ReferenceNode RandomBoolean(Random& random, int depth) {
  if (depth == 0) {
    return RandomNode(random, 2, /*lucene=*/true);
  }
  ReferenceNode node;
  switch (random() % 5) {
    case 0:
      node.kind = ReferenceNode::Kind::kComplement;
      node.children.push_back(RandomBoolean(random, depth - 1));
      return node;
    case 1:
      node.kind = ReferenceNode::Kind::kIntersection;
      break;
    case 2:
      node.kind = ReferenceNode::Kind::kConcat;
      break;
    case 3:
      node.kind = ReferenceNode::Kind::kRepeat;
      node.least = random() % 3;
      node.most = node.least + random() % 3;
      node.children.push_back(RandomBoolean(random, depth - 1));
      return node;
    default:
      node.kind = ReferenceNode::Kind::kUnion;
      break;
  }
  node.children.push_back(RandomBoolean(random, depth - 1));
  node.children.push_back(RandomBoolean(random, depth - 1));
  return node;
}

std::string ToUtf8(const std::u32string& text) {
  std::string utf8;
  for (const char32_t c : text) {
    AppendUtf8(utf8, c);
  }
  return utf8;
}

namespace {

std::string Print(const ReferenceNode& node, bool lucene);

std::string PrintAll(const ReferenceNode& node, const char* separator, bool lucene) {
  std::string text = "(";
  for (size_t index = 0; index < node.children.size(); ++index) {
    text += (index > 0 ? separator : "") + Print(node.children[index], lucene);
  }
  return text + ")";
}

std::string PrintCharacter(char32_t c) {
  // A backslash before a letter or digit would mean something else, before others it quotes.
  const bool word = (c >= U'a' && c <= U'z') || (c >= U'0' && c <= U'9') || c >= 0x80;
  return (word ? "" : "\\") + ToUtf8(std::u32string(1, c));
}

std::string Print(const ReferenceNode& node, bool lucene) {
  switch (node.kind) {
    case ReferenceNode::Kind::kCharacter:
      return PrintCharacter(node.c);
    case ReferenceNode::Kind::kAny:
      return lucene ? "." : "(?s:.)";
    case ReferenceNode::Kind::kClass: {
      std::string text = node.negated ? "[^" : "[";
      for (const char32_t c : node.text) {
        text += PrintCharacter(c);
      }
      return text + "]";
    }
    case ReferenceNode::Kind::kAnyText:
      return "@";
    case ReferenceNode::Kind::kNothing:
      return "#";
    case ReferenceNode::Kind::kConcat:
      return PrintAll(node, "", lucene);
    case ReferenceNode::Kind::kUnion:
      return PrintAll(node, "|", lucene);
    case ReferenceNode::Kind::kIntersection:
      return PrintAll(node, "&", lucene);
    case ReferenceNode::Kind::kComplement:
      return "~(" + Print(node.children[0], lucene) + ")";
    case ReferenceNode::Kind::kRepeat:
      return "(" + Print(node.children[0], lucene) + "){" + std::to_string(node.least) + "," +
             std::to_string(node.most) + "}";
    case ReferenceNode::Kind::kInterval:
      return "<" + std::to_string(node.least) + "-" + std::to_string(node.most) + ">";
  }
  return "";
}

}  // namespace

std::string PrintLucene(const ReferenceNode& node) { return Print(node, /*lucene=*/true); }
std::string PrintJava(const ReferenceNode& node) { return Print(node, /*lucene=*/false); }

}  // namespace pkigate::match
