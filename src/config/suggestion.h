// SPDX-License-Identifier: Apache-2.0
//
// "Did you mean": the known word nearest to a mistyped one.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace pkigate::config {

// Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b` (optimal
// string alignment). Cost is the product of the lengths.
size_t EditDistance(std::string_view a, std::string_view b);

// `did you mean ...?` with the candidate nearest to `word`, case ignored, as long as it is near
// enough to be a slip (a third of the word's length, at least one edit) or begins with it; else
// empty. Words longer than limits::kSuggestionBytesMax get none.
std::string DidYouMean(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace pkigate::config
