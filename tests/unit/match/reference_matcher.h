// SPDX-License-Identifier: Apache-2.0
//
// A regular expression as a tree, with the simplest matcher there is: the set of places where each
// part may end. Slow, obviously right, and made without any of the code under test. The random
// tests make a tree, print it in a dialect's syntax, and want every matcher to agree with it.
#pragma once

#include <cstddef>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace pkigate::match {

struct ReferenceNode {
  enum class Kind {
    kCharacter,  // c
    kAny,        // any character
    kClass,      // from `text`; `negated`
    kAnyText,    // Lucene's @
    kNothing,    // Lucene's #
    kConcat,
    kUnion,
    kRepeat,        // one child, `least` to `most` times
    kIntersection,  // Lucene's &
    kComplement,    // Lucene's ~
    kInterval,      // Lucene's <least-most>
  };
  Kind kind = Kind::kCharacter;
  char32_t c = 0;
  std::u32string text;
  bool negated = false;
  size_t least = 0;
  size_t most = 0;
  std::vector<ReferenceNode> children;
};

// Where `node` may end when it begins at `begin` of `text`.
std::set<size_t> EndsOf(const ReferenceNode& node, const std::u32string& text, size_t begin);
bool MatchesWhole(const ReferenceNode& node, const std::u32string& text);

// Whether `text` as a whole matches a glob; `?` is one character.
bool GlobMatches(const std::u32string& pattern, const std::u32string& text);

// Random parts, of the few characters that make matches likely.
using Random = std::mt19937;
std::u32string RandomText(Random& random, size_t length_max);
ReferenceNode RandomNode(Random& random, int depth, bool lucene);
// With `|`, `&`, `~`, concatenations and repetitions on top of each other.
ReferenceNode RandomBoolean(Random& random, int depth);

std::string PrintLucene(const ReferenceNode& node);
std::string PrintJava(const ReferenceNode& node);
std::string ToUtf8(const std::u32string& text);

}  // namespace pkigate::match
