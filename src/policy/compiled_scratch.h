// SPDX-License-Identifier: Apache-2.0
//
// The Scratch of both policies: one thread's matching memory.
#pragma once

#include "match/scratch.h"
#include "policy/policy.h"

namespace pkigate::policy {

class CompiledScratch final : public Scratch {
 public:
  match::Scratch matching;
};

// `scratch` as what NewScratch made.
inline match::Scratch& MatchingOf(Scratch& scratch) {
  return static_cast<CompiledScratch&>(scratch).matching;
}

}  // namespace pkigate::policy
