// SPDX-License-Identifier: Apache-2.0
#include "config/suggestion.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/ascii.h"
#include "base/limits.h"

namespace pkigate::config {

namespace {

// Shorter beginnings fit too many words.
constexpr size_t kAbbreviationBytesMin = 4;

}  // namespace

size_t EditDistance(std::string_view a, std::string_view b) {
  // Three rows of the usual table: a swap looks back two.
  std::vector<size_t> before_last(b.size() + 1);
  std::vector<size_t> last(b.size() + 1);
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) {
    row[j] = j;
  }
  for (size_t i = 1; i <= a.size(); ++i) {
    before_last.swap(last);
    last.swap(row);
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before_last[j - 2] + 1);
      }
    }
  }
  return row[b.size()];
}

std::string DidYouMean(std::string_view word, std::span<const std::string_view> candidates) {
  if (word.size() > limits::kSuggestionBytesMax) {
    return {};
  }
  const std::string lowered = ToAsciiLower(word);
  const size_t slip = std::max<size_t>(1, word.size() / 3);
  size_t best_distance = std::string_view::npos;
  std::string_view best;
  for (const std::string_view candidate : candidates) {
    const std::string known = ToAsciiLower(candidate);
    const size_t distance = EditDistance(lowered, known);
    const bool cut_short = word.size() >= kAbbreviationBytesMin && known.starts_with(lowered);
    if ((distance <= slip || cut_short) && distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best.empty() ? std::string() : fmt::format("did you mean `{}`?", best);
}

}  // namespace pkigate::config
