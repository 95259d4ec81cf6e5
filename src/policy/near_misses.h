// SPDX-License-Identifier: Apache-2.0
//
// NearMisses: of the role mappings that gave an authenticated caller nothing, those that look as if
// they were meant for it, with what stands in the way. A rule is named only if it would hold as a
// whole once that is put right: tried with the very mapper that decides.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/source_line.h"
#include "identity/trace.h"
#include "policy/model.h"
#include "policy/value_likeness.h"

namespace pkigate::policy {

struct NearMiss {
  const char* kind = nullptr;  // of near_miss (policy/value_likeness.h)
  std::string mapping;         // the mapping's name; in a file and in Open Distro the role's
  std::string field;           // `dn`, `users`, ...; empty: the mapping as a whole
  std::string value;           // as the mapping has it
  SourceLine where;            // of a mapping in a file
  std::string hint;
};

// `model` with everything laid over it; `mapped`: what the policy compiled from it has put into the
// caller's trace; `forms`: other textual forms of its certificate's subject. Nearest first, at most
// limits::kNearMissesMax. Takes a few seconds for 100,000 mappings.
std::vector<NearMiss> NearMisses(const Model& model, const identity::Trace::Mapped& mapped,
                                 std::span<const DnForm> forms);

}  // namespace pkigate::policy
