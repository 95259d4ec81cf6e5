// SPDX-License-Identifier: Apache-2.0
//
// CharClass: a set of characters on its way from a pattern's own class syntax into the class syntax
// that PCRE2 and Hyperscan share.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "match/code_points.h"

namespace pkigate::match {

class CharClass {
 public:
  void Add(char32_t c) { Add(c, c); }
  void Add(char32_t low, char32_t high);  // low <= high
  // All characters outside [low, high].
  void AddOutside(char32_t low, char32_t high);
  void Add(const CharClass& other);
  // All characters that `other`, which has no properties, lacks.
  void AddComplement(const CharClass& other);
  // A Unicode property as PCRE2 spells it, e.g. `\p{Lu}`.
  void AddProperty(std::string property) { properties_.push_back(std::move(property)); }
  // Adds the other case of every ASCII letter that is in one of the ranges.
  void FoldAscii();
  void Negate() { negated_ = !negated_; }

  bool negated() const { return negated_; }
  bool Contains(char32_t c) const;  // without regard to properties
  // Appends `[...]`.
  void Write(std::string& out) const;

 private:
  struct Range {
    char32_t low;
    char32_t high;
  };
  std::vector<Range> ranges_;
  std::vector<std::string> properties_;
  bool negated_ = false;
};

}  // namespace pkigate::match
