// SPDX-License-Identifier: Apache-2.0
//
// LuceneNode: a Lucene regular expression as a tree (lucene_parser.h reads one).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace pkigate::match {

struct CodePointRange {
  char32_t low = 0;
  char32_t high = 0;  // inclusive

  bool operator==(const CodePointRange&) const = default;
};

struct LuceneNode {
  enum class Kind : uint8_t {
    kSet,           // one character of `ranges`; none: no text at all
    kAnyText,       // any number of any characters
    kUnion,         // children, at least one
    kIntersection,  // children, at least two
    kConcat,        // children; none: the empty text
    kRepeat,        // one child, `least` to `most` times
    kComplement,    // one child
  };
  Kind kind = Kind::kConcat;
  std::vector<CodePointRange> ranges;  // sorted, apart from each other
  std::vector<LuceneNode> children;
  uint32_t least = 0;
  std::optional<uint32_t> most;
  size_t num_states = 1;  // of an automaton, repetitions written out, about
  bool nothing = false;   // no text matches, as far as that can be seen without an automaton
  bool boolean = false;   // a complement or an intersection is in it
};

}  // namespace pkigate::match
