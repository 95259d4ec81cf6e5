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
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "match/pattern_set.h"
#include "match/scratch.h"
#include "match/shard_cache.h"

namespace pkigate::roles {

class DnMatcher {
 public:
  class Builder {
   public:
    // `tag` is what Find reports. Errors: of the pattern.
    Status Add(std::string_view text, uint32_t tag);
    Result<std::unique_ptr<const DnMatcher>> Compile(match::ShardCache& shards);

   private:
    Status AddTo(match::PatternSet::Builder& set, std::vector<std::vector<uint32_t>>& tags,
                 const match::DialectPattern& pattern, uint32_t tag);

    match::PatternSet::Builder forms_;
    match::PatternSet::Builder normal_;
    std::vector<std::vector<uint32_t>> form_tags_;
    std::vector<std::vector<uint32_t>> normal_tags_;
    std::unordered_map<std::string, std::vector<uint32_t>> literals_;
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
  std::vector<std::vector<uint32_t>> form_tags_;  // by pattern id
  std::vector<std::vector<uint32_t>> normal_tags_;
  // Literals in the form by which Java ignores case.
  std::unordered_map<std::string, std::vector<uint32_t>> literals_;
};

}  // namespace pkigate::roles
