// SPDX-License-Identifier: Apache-2.0
//
// DnMatcher: many texts of rules against one DN at once, by the rules of X-DN-7. A pattern is tried
// on four texts of the DN: as it is, its normal form, and in lower and in upper case. What begins
// with `*,` also stands for everything below the DN that follows. All else is a DN, equal when the
// normal forms are, or a text, equal when it is the same but for case.
//
// Immutable; any number of threads may match at once, each with a Scratch of its own.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "match/affix_table.h"
#include "match/pattern_set.h"
#include "match/scratch.h"
#include "match/shard_cache.h"
#include "match/tag_lists.h"

namespace pkigate::roles {

class DnMatcher {
 public:
  class Builder {
   public:
    // `tag` is what Find reports. Errors: of the pattern.
    Status Add(std::string_view text, uint32_t tag);
    Result<std::unique_ptr<const DnMatcher>> Compile(match::ShardCache& shards);

   private:
    match::PatternSet::Builder forms_;
    match::PatternSet::Builder normal_;
    match::TextMap<uint32_t> literals_;
    match::TagLists form_tags_;
    match::TagLists normal_tags_;
    match::TagLists literal_tags_;
  };

  // Adds the tag of each text that matches `dn` to `tags`, possibly more than once. False when it
  // cannot be judged (PatternSet::Scan).
  [[nodiscard]] bool Find(std::string_view dn, match::Scratch& scratch,
                          std::vector<uint32_t>* tags) const;

  void ReserveIn(match::Scratch& scratch) const;

 private:
  DnMatcher() = default;

  // Over the four texts: patterns.
  std::unique_ptr<const match::PatternSet> forms_;
  // Over the normal form: normal forms, and `*,` with one.
  std::unique_ptr<const match::PatternSet> normal_;
  // Literals, in the form by which Java ignores case.
  match::TextMap<uint32_t> literals_;
  match::TagLists form_tags_;  // by pattern id
  match::TagLists normal_tags_;
  match::TagLists literal_tags_;
};

}  // namespace pkigate::roles
