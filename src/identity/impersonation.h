// SPDX-License-Identifier: Apache-2.0
//
// Impersonation: who may act as whom over HTTP (`authcz.rest_impersonation_user`, opendistro.md,
// 3.7). Immutable.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "match/pattern_set.h"
#include "match/scratch.h"

namespace pkigate::identity {

class Impersonation {
 public:
  // User name -> patterns of the names it may act as. Fails, naming the user, when a pattern cannot
  // be used.
  static Result<Impersonation> Compile(
      const std::map<std::string, std::vector<std::string>>& allowed, bool blank_matches_itself);

  void ReserveIn(match::Scratch& scratch) const;
  bool Allows(std::string_view username, std::string_view target, match::Scratch& scratch) const;

 private:
  std::map<std::string, std::unique_ptr<const match::PatternSet>, std::less<>> allowed_;
};

}  // namespace pkigate::identity
