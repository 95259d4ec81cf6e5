// SPDX-License-Identifier: Apache-2.0
//
// ValueLikeness: whether a value in a role mapping that does not match was perhaps meant for this
// text, and what would have to be written instead. Guesses for people; nothing is decided by them.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "identity/dialect.h"
#include "match/scratch.h"
#include "x509/dn_likeness.h"

namespace pkigate::policy {

// The words for what a value lacks; in the order of how near it is.
namespace near_miss {
inline constexpr char kDisabled[] = "disabled";
inline constexpr char kLetterCase[] = "letter_case";
inline constexpr char kBlanks[] = "blanks";
inline constexpr char kReversed[] = "reversed";
inline constexpr char kRdnOrder[] = "rdn_order";
inline constexpr char kTypeSpelling[] = "type_spelling";
inline constexpr char kOtherRealm[] = "other_realm";
inline constexpr char kDnNotUsername[] = "dn_not_username";
inline constexpr char kUsernameNotDn[] = "username_not_dn";
inline constexpr char kDnAsBackendRole[] = "dn_as_backend_role";
inline constexpr char kUsernameAsBackendRole[] = "username_as_backend_role";
inline constexpr char kBackendRoleInUsers[] = "backend_role_in_users";
inline constexpr char kNoGroups[] = "no_groups";
inline constexpr char kMissingBackendRole[] = "missing_backend_role";
inline constexpr char kOtherForm[] = "other_form";
inline constexpr char kNotWhole[] = "not_whole";
inline constexpr char kMissingWildcard[] = "missing_wildcard";
inline constexpr char kAboveTheDn[] = "above_the_dn";
}  // namespace near_miss

// A name of the certificate's subject in another textual form than the dialect's.
struct DnForm {
  std::string_view name;  // `openssl x509 -subject`, ...
  std::string text;
};

struct Likeness {
  const char* kind = nullptr;  // of near_miss
  std::string hint;            // one sentence
};

class ValueLikeness {
 public:
  // How the dialect compares: as texts, or as X-Pack compares DNs, where neither case nor blanks
  // count in a value without wildcards.
  enum class Comparison { kText, kDn };

  // `text`: what the value would have to match; borrowed, as `forms` is.
  ValueLikeness(Dialect dialect, Comparison comparison, std::string_view text,
                std::span<const DnForm> forms);

  // `*num_regexes_left`: expressions that may still be tried, as each costs a compilation.
  std::optional<Likeness> Of(std::string_view written, size_t* num_regexes_left);
  // Of a value that is never a pattern.
  std::optional<Likeness> OfExact(std::string_view written) const;

  const x509::DnLikeness& dn() const { return dn_; }

 private:
  std::optional<Likeness> OfGlob(std::string_view pattern) const;
  std::optional<Likeness> OfRegex(std::string_view expression, size_t* num_left);

  const Dialect dialect_;
  const Comparison comparison_;
  const std::string_view text_;
  const std::span<const DnForm> forms_;
  const x509::DnLikeness dn_;
  match::Scratch scratch_;
};

}  // namespace pkigate::policy
