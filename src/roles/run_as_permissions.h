// SPDX-License-Identifier: Apache-2.0
//
// RunAsPermissions: which users the holders of a role may act as (xpack.md, X-AUT-92): the `run_as`
// patterns of roles.yml and of the built-in roles. Compiled, immutable.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "match/pattern_set.h"
#include "match/scratch.h"

namespace pkigate::roles {

// Role -> its `run_as` patterns (X-ROL-7).
using RunAsPatterns = std::map<std::string, std::vector<std::string>, std::less<>>;

class RunAsPermissions {
 public:
  // `patterns` are those of roles.yml; the built-in roles come on top and cannot be replaced
  // (X-ROL-3). Fails, naming the role, when a pattern cannot be compiled.
  static Result<std::unique_ptr<const RunAsPermissions>> Compile(const RunAsPatterns& patterns);

  // Whether one of `roles` lets its holders act as `username`. A name that cannot be judged is
  // nobody's to act as.
  bool Allow(const std::vector<std::string>& roles, std::string_view username,
             match::Scratch& scratch) const;

  void ReserveIn(match::Scratch& scratch) const { scratch.Reserve(*set_); }

 private:
  RunAsPermissions() = default;

  std::unique_ptr<const match::PatternSet> set_;
  std::vector<std::vector<std::string>> roles_;  // by pattern id: those that have the pattern
};

}  // namespace pkigate::roles
