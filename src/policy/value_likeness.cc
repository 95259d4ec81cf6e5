// SPDX-License-Identifier: Apache-2.0
#include "policy/value_likeness.h"

#include <fmt/format.h>

#include "base/ascii.h"
#include "match/dialect_pattern.h"
#include "match/hit_set.h"
#include "match/java_regex.h"
#include "match/pattern_set.h"
#include "x509/unicode_case.h"

namespace pkigate::policy {

namespace {

// `*` and `?` over the whole text, without escapes.
bool Fits(std::string_view pattern, std::string_view text) {
  size_t in_pattern = 0;
  size_t in_text = 0;
  size_t star = std::string_view::npos;
  size_t resume = 0;
  while (in_text < text.size()) {
    if (in_pattern < pattern.size() && pattern[in_pattern] == '*') {
      star = in_pattern++;
      resume = in_text;
    } else if (in_pattern < pattern.size() &&
               (pattern[in_pattern] == '?' || pattern[in_pattern] == text[in_text])) {
      ++in_pattern;
      ++in_text;
    } else if (star != std::string_view::npos) {
      in_pattern = star + 1;
      in_text = ++resume;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', in_pattern) == std::string_view::npos;
}

std::string WithoutBlanksAfterCommas(std::string_view text) {
  std::string without;
  for (const char c : text) {
    if (c != ' ' || !without.ends_with(',')) {
      without += c;
    }
  }
  return without;
}

// All that differs, in one sentence; the first thing gives the word.
std::optional<Likeness> Describe(const x509::DnDifference& difference, std::string_view text,
                                 bool text_counts) {
  const char* kind = nullptr;
  std::string what;
  const auto say = [&](const char* word, const std::string& sentence) {
    kind = kind == nullptr ? word : kind;
    what += (what.empty() ? "" : ", and ") + sentence;
  };
  if (difference.order == x509::DnDifference::Order::kReversed) {
    say(near_miss::kReversed, "would match if the DN were reversed");
  } else if (difference.order == x509::DnDifference::Order::kOther) {
    say(near_miss::kRdnOrder, "would match if its parts stood in the order of the DN");
  }
  for (const auto& [written, actual] : difference.types) {
    say(near_miss::kTypeSpelling, fmt::format("{}= is spelled {}=", written, actual));
  }
  if (text_counts && difference.letter_case) {
    say(near_miss::kLetterCase, kind == nullptr ? "differs only in case" : "the case differs");
  }
  if (text_counts && difference.spacing) {
    say(near_miss::kBlanks, kind == nullptr ? "differs only in blanks, quotes or escapes"
                                            : "blanks, quotes or escapes differ");
  }
  if (kind == nullptr) {
    return std::nullopt;
  }
  return Likeness{kind, fmt::format("{}: write {}", what, text)};
}

}  // namespace

ValueLikeness::ValueLikeness(Dialect dialect, Comparison comparison, std::string_view text,
                             std::span<const DnForm> forms)
    : dialect_(dialect), comparison_(comparison), text_(text), forms_(forms), dn_(text) {}

std::optional<Likeness> ValueLikeness::Of(std::string_view written, size_t* num_regexes_left) {
  if (text_.empty()) {
    return std::nullopt;
  }
  const auto pattern = IsOpendistroFamily(dialect_)
                           ? match::ReadOpendistroPattern(written, /*blank_matches_itself=*/true)
                           : match::ReadXpackPattern(written);
  if (!pattern.ok()) {
    return std::nullopt;
  }
  switch (pattern->kind) {
    case match::PatternKind::kExact:
      return OfExact(written);
    case match::PatternKind::kGlob:
    case match::PatternKind::kEscapedGlob:
      return OfGlob(pattern->text);
    case match::PatternKind::kLucene:
    case match::PatternKind::kJava:
      return OfRegex(pattern->text, num_regexes_left);
    case match::PatternKind::kNever:
      break;
  }
  return std::nullopt;
}

std::optional<Likeness> ValueLikeness::OfExact(std::string_view written) const {
  if (written == text_) {
    return std::nullopt;
  }
  if (const auto difference = dn_.To(written)) {
    return Describe(*difference, text_, comparison_ == Comparison::kText);
  }
  if (x509::EqualsIgnoringUnicodeCase(written, text_)) {
    return Likeness{near_miss::kLetterCase, fmt::format("differs only in case: write {}", text_)};
  }
  if (TrimBlanks(written) == text_) {
    return Likeness{near_miss::kBlanks, "differs only in blanks around it"};
  }
  if (dn_.IsBelow(written)) {
    return Likeness{near_miss::kAboveTheDn,
                    fmt::format("the DN stands below it: *,{} would match all that do", written)};
  }
  const std::string comma(1, ',');
  if (!written.empty() && text_.starts_with(std::string(written) + comma)) {
    return Likeness{near_miss::kMissingWildcard,
                    fmt::format("the DN only begins with it: {},* would match", written)};
  }
  return std::nullopt;
}

std::optional<Likeness> ValueLikeness::OfGlob(std::string_view pattern) const {
  if (Fits(pattern, text_)) {
    return std::nullopt;
  }
  const std::string lower_text = x509::ToSimpleLowerCase(text_);
  const std::string compact_text = WithoutBlanksAfterCommas(lower_text);
  const auto fits_compact = [&](std::string_view changed) {
    return Fits(WithoutBlanksAfterCommas(x509::ToSimpleLowerCase(changed)), compact_text);
  };
  // X-Pack tries a pattern on a form of the DN without blanks, too.
  const auto fits = [&](std::string_view changed) {
    return Fits(x509::ToSimpleLowerCase(changed), lower_text) ||
           (comparison_ == Comparison::kDn && fits_compact(changed));
  };
  if (Fits(x509::ToSimpleLowerCase(pattern), lower_text)) {
    return Likeness{near_miss::kLetterCase, fmt::format("differs only in case from {}", text_)};
  }
  if (fits_compact(pattern)) {
    return Likeness{near_miss::kBlanks,
                    fmt::format("differs only in blanks after commas from {}", text_)};
  }
  if (const std::string spelled = dn_.WithTypesOf(pattern); spelled != pattern && fits(spelled)) {
    return Likeness{near_miss::kTypeSpelling,
                    fmt::format("attribute types are spelled otherwise: write {}", spelled)};
  }
  for (const DnForm& form : forms_) {
    if (form.text != text_ &&
        Fits(x509::ToSimpleLowerCase(pattern), x509::ToSimpleLowerCase(form.text))) {
      return Likeness{near_miss::kOtherForm,
                      fmt::format("fits the DN as {} writes it; here it is {}", form.name, text_)};
    }
  }
  if (fits(std::string(pattern) + "*")) {
    return Likeness{near_miss::kMissingWildcard,
                    fmt::format("lacks a * at its end: {}* would match", pattern)};
  }
  if (fits("*" + std::string(pattern))) {
    return Likeness{near_miss::kMissingWildcard,
                    fmt::format("lacks a * at its beginning: *{} would match", pattern)};
  }
  return std::nullopt;
}

std::optional<Likeness> ValueLikeness::OfRegex(std::string_view expression, size_t* num_left) {
  if (*num_left == 0) {
    return std::nullopt;
  }
  --*num_left;
  static constexpr char kWhole[] = "the expression has to match the whole text: {}";
  if (!IsOpendistroFamily(dialect_)) {
    match::PatternSet::Builder builder;
    if (!builder.Add(match::PatternKind::kLucene, fmt::format(".*({}).*", expression)).ok()) {
      return std::nullopt;
    }
    const auto set = builder.Compile();
    if (!set.ok()) {
      return std::nullopt;
    }
    match::Scratch scratch;  // for this set alone
    scratch.Reserve(**set);
    match::HitSet hits;
    hits.Reset(1);
    return (*set)->Scan(text_, scratch, hits) && hits.Contains(0)
               ? std::optional(Likeness{near_miss::kNotWhole, fmt::format(kWhole, text_)})
               : std::nullopt;
  }
  const auto regex = match::JavaRegex::Compile(expression, match::JavaRegex::Case::kInsensitive);
  if (!regex.ok()) {
    return std::nullopt;
  }
  if (regex->MatchesWhole(text_, scratch_)) {
    return Likeness{near_miss::kLetterCase, fmt::format("differs only in case from {}", text_)};
  }
  if (regex->Find(text_, scratch_).has_value()) {
    return Likeness{near_miss::kNotWhole, fmt::format(kWhole, text_)};
  }
  return std::nullopt;
}

}  // namespace pkigate::policy
