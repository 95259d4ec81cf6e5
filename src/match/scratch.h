// SPDX-License-Identifier: Apache-2.0
//
// Scratch: one thread's working memory for matching. It may serve any number of pattern sets and
// regexes, one after the other, but no two threads at once.
#pragma once

#include <cstdint>
#include <memory>

#include "match/hit_set.h"

namespace pkigate::match {

class PatternSet;

class Scratch {
 public:
  Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch();

  // Makes room for scanning with `set`; once for each set, before its first Scan.
  void Reserve(const PatternSet& set);

  // How often a search was given up because it reached a limit (limits::kRegexStepsMax) or because
  // its text was not UTF-8. Grows only: compare before and after.
  uint64_t num_given_up() const;

  // Room for what was found of one set, and for what follows from that: each belongs to whoever
  // Reset it last.
  HitSet& hits() { return hits_; }
  HitSet& facts() { return facts_; }

 private:
  friend class PatternSet;
  friend class JavaRegex;
  struct State;
  std::unique_ptr<State> state_;
  HitSet hits_;
  HitSet facts_;
};

}  // namespace pkigate::match
