// SPDX-License-Identifier: Apache-2.0
//
// Patterns of both dialects: Lucene's and Java's regular expressions and globs. The input is a
// pattern, a line feed, and a text. No pattern crashes a translator or makes it write without
// bound; groups lie within the text; a glob agrees with a matcher written here, and what Hyperscan
// makes of a Lucene regular expression with that expression's automaton.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/assert.h"
#include "base/limits.h"
#include "match/code_points.h"
#include "match/dialect_pattern.h"
#include "match/glob.h"
#include "match/java_regex.h"
#include "match/lucene_syntax.h"
#include "match/pattern_set.h"

namespace pkigate::match {
namespace {

// Hyperscan takes milliseconds to compile a pattern, and seconds for a large one.
constexpr size_t kCompiledPatternBytesMax = 40;
// The bounds of a number take digits squared at most, a range of a class two code points.
constexpr size_t kGrowthMax = 600;

size_t SizeOf(const ExpressionTree& tree) {
  size_t size = tree.expression.size() + 1;
  for (const ExpressionTree& child : tree.children) {
    size += SizeOf(child);
  }
  return size;
}

void RunLucene(std::string_view pattern, std::string_view text) {
  const auto regex = TranslateLuceneRegex(pattern);
  if (!regex.ok()) {
    PKIGATE_ASSERT(!regex.error().message.empty());
    return;
  }
  PKIGATE_ASSERT(pattern.size() <= limits::kPatternBytesMax);
  PKIGATE_ASSERT(!regex->expressions.has_value() ||
                 SizeOf(*regex->expressions) <= kGrowthMax * (pattern.size() + 1));
  if (pattern.size() > kCompiledPatternBytesMax) {
    return;
  }
  PatternSet::Builder builder;
  const auto id = builder.Add(PatternKind::kLucene, pattern);
  PKIGATE_ASSERT(id.ok());
  const auto set = builder.Compile();
  if (!set.ok()) {
    return;  // Hyperscan alone knows how large a database becomes
  }
  Scratch scratch;
  scratch.Reserve(**set);
  HitSet hits;
  hits.Reset((*set)->size());
  if ((*set)->Scan(text, scratch, hits)) {
    PKIGATE_ASSERT(hits.Contains(*id) == regex->automaton.Matches(text));
  }
}

void RunJava(std::string_view pattern, std::string_view text) {
  for (const auto sensitivity : {JavaRegex::Case::kSensitive, JavaRegex::Case::kInsensitive}) {
    const auto regex = JavaRegex::Compile(pattern, sensitivity);
    if (!regex.ok()) {
      PKIGATE_ASSERT(!regex.error().message.empty());
      continue;
    }
    Scratch scratch;
    if (const auto found = regex->Find(text, scratch)) {
      PKIGATE_ASSERT(found->begin <= found->end && found->end <= text.size());
      if (found->group1_begin.has_value()) {
        PKIGATE_ASSERT(*found->group1_begin <= found->group1_end);
        PKIGATE_ASSERT(found->group1_end <= text.size());
      }
    } else if (scratch.num_given_up() == 0) {
      PKIGATE_ASSERT(!regex->MatchesWhole(text, scratch));
    }
  }
}

// Open Distro's globs: no escapes.
bool GlobMatches(const std::u32string& pattern, const std::u32string& text) {
  std::vector<bool> reached(text.size() + 1, false);
  reached[0] = true;
  for (const char32_t c : pattern) {
    std::vector<bool> next(text.size() + 1, false);
    for (size_t at = 0; at <= text.size(); ++at) {
      if (c == U'*') {
        next[at] = reached[at] || (at > 0 && next[at - 1]);
      } else {
        next[at] = at > 0 && reached[at - 1] && (c == U'?' || c == text[at - 1]);
      }
    }
    reached = std::move(next);
  }
  return reached[text.size()];
}

void RunGlob(std::string_view pattern, std::string_view text) {
  const auto pattern_points = DecodeUtf8(pattern);
  const auto text_points = DecodeUtf8(text);
  if (pattern_points.has_value()) {  // Glob takes nothing else; the builder has to see to that
    for (const auto escapes : {Glob::Escapes::kNone, Glob::Escapes::kBackslash}) {
      const Glob glob(pattern, escapes);
      PKIGATE_ASSERT(!glob.Literal().has_value() || !glob.OneStar().has_value());
      PKIGATE_ASSERT(glob.Expression().size() <= 16 * (pattern.size() + 2));
    }
  }
  PatternSet::Builder builder;
  const auto id = builder.Add(PatternKind::kGlob, pattern);
  PKIGATE_ASSERT(id.ok() ==
                 (pattern_points.has_value() && pattern.size() <= limits::kPatternBytesMax));
  if (!id.ok() || pattern.size() > kCompiledPatternBytesMax) {
    return;
  }
  const auto set = builder.Compile();
  PKIGATE_ASSERT(set.ok());
  Scratch scratch;
  scratch.Reserve(**set);
  HitSet hits;
  hits.Reset((*set)->size());
  const bool judged = (*set)->Scan(text, scratch, hits);
  PKIGATE_ASSERT(judged ==
                 (text_points.has_value() && text.size() <= limits::kMatchedTextBytesMax));
  PKIGATE_ASSERT(!judged || hits.Contains(*id) == GlobMatches(*pattern_points, *text_points));
}

void Run(std::string_view input) {
  const size_t end = std::min(input.find('\n'), input.size());
  const std::string_view pattern = input.substr(0, end);
  const std::string_view text = input.substr(std::min(end + 1, input.size()));
  (void)ReadXpackPattern(pattern);
  (void)ReadOpendistroPattern(pattern, /*blank_matches_itself=*/true);
  RunLucene(pattern, text);
  RunJava(pattern, text);
  RunGlob(pattern, text);
}

}  // namespace
}  // namespace pkigate::match

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  pkigate::match::Run({reinterpret_cast<const char*>(data), size});
  return 0;
}
