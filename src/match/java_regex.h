// SPDX-License-Identifier: Apache-2.0
//
// JavaRegex is one regular expression in the dialect of java.util.regex, which the settings of both
// emulated systems are written in. It is translated construct by construct (java_syntax.h) and run
// by PCRE2 with its compiler, so that each difference between the two is either bridged or refused
// when the pattern is loaded; nothing is approximated.
//
// Backtracking is bounded (limits::kRegexStepsMax): a match that would need more steps is no match.
// Immutable; any number of threads may match at once, each with a Scratch of its own.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "match/scratch.h"

namespace pkigate::match {

class JavaRegex {
 public:
  enum class Case : uint8_t { kSensitive, kInsensitive };

  // CASE_INSENSITIVE folds A-Z only, as Java does without UNICODE_CASE (X-SET-12). Errors:
  // `regex_invalid` (Java would refuse it too) and `regex_unsupported`, with the reason and the
  // position in the pattern.
  static Result<JavaRegex> Compile(std::string_view pattern, Case sensitivity);
  // With CASE_INSENSITIVE, as usernames are extracted.
  static Result<JavaRegex> Compile(std::string_view pattern) {
    return Compile(pattern, Case::kInsensitive);
  }

  JavaRegex(JavaRegex&&) noexcept;
  JavaRegex& operator=(JavaRegex&&) noexcept;
  ~JavaRegex();

  // Capturing groups, group 0 not counted.
  int num_groups() const;
  const std::string& pattern() const;

  // Matcher.find() then group(1), on the first match anywhere in `subject`. Nothing when there is
  // no match or group 1 took no part in it; group 1 may be empty text.
  std::optional<std::string> FindGroup1(std::string_view subject, Scratch& scratch) const;
  // Where the whole match and group 1 of the first match begin and end, in bytes.
  struct Found {
    size_t begin = 0;
    size_t end = 0;
    std::optional<size_t> group1_begin;
    size_t group1_end = 0;
  };
  // The search begins at the byte `from`, which begins a character.
  std::optional<Found> Find(std::string_view subject, Scratch& scratch, size_t from = 0) const;
  // Matcher.matches(): the expression matches all of `subject`.
  bool MatchesWhole(std::string_view subject, Scratch& scratch) const;

 private:
  struct Program;
  explicit JavaRegex(std::unique_ptr<const Program> program);

  std::unique_ptr<const Program> program_;
};

}  // namespace pkigate::match
