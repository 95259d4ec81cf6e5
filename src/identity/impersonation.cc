// SPDX-License-Identifier: Apache-2.0
#include "identity/impersonation.h"

#include <utility>

#include "match/dialect_pattern.h"
#include "match/hit_set.h"

namespace pkigate::identity {

Result<Impersonation> Impersonation::Compile(
    const std::map<std::string, std::vector<std::string>>& allowed, bool blank_matches_itself) {
  Impersonation made;
  for (const auto& [username, patterns] : allowed) {
    match::PatternSet::Builder builder;
    for (const std::string& text : patterns) {
      const auto pattern = match::ReadOpendistroPattern(text, blank_matches_itself);
      const Result<uint32_t> id =
          pattern.ok() ? builder.Add(*pattern) : Result<uint32_t>(pattern.error());
      if (!id.ok()) {
        return MakeError("pattern", "{}: '{}' cannot be used: {}", username, text,
                         id.error().message);
      }
    }
    made.allowed_.emplace(username, PKIGATE_TRY(builder.Compile()));
  }
  return made;
}

void Impersonation::ReserveIn(match::Scratch& scratch) const {
  for (const auto& [username, patterns] : allowed_) {
    scratch.Reserve(*patterns);
  }
}

bool Impersonation::Allows(std::string_view username, std::string_view target,
                           match::Scratch& scratch) const {
  const auto found = allowed_.find(username);
  if (found == allowed_.end()) {
    return false;
  }
  match::HitSet hits;
  hits.Reset(found->second->size());
  return found->second->Scan(target, scratch, hits) && !hits.ids().empty();
}

}  // namespace pkigate::identity
