// SPDX-License-Identifier: Apache-2.0
//
// Trace: what each realm or domain said on the way to an answer, in order, and what role mappings
// made of the user, for `pkigate explain`.
// Written by the code that decides, when somebody hands it one; nobody does on the request path.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "identity/user.h"

namespace pkigate::identity {

struct Trace {
  enum class Said : uint8_t {
    kAccepted,  // this is who the caller is
    kNothing,   // found no credentials of its kind
    kRefused,   // found some and did not accept them
    kSkipped,   // was not asked
  };
  struct Step {
    std::string name;  // of the realm or domain; empty: a step before or after the chain
    std::string type;  // `pki`, `file`, `clientcert`, `xff`, ...
    Said said = Said::kNothing;
    std::string detail;  // a sentence without secrets
  };

  // What the role mappings were given, and which of them hold.
  struct Mapped {
    User user;
    std::vector<std::string> files;     // X-Pack: roles by role_mapping.yml
    std::vector<std::string> mappings;  // names; Open Distro: of the roles
  };

  std::vector<Step> steps;
  std::optional<Mapped> mapped;  // nothing: they were not asked
};

// Notes a step if `trace` is not null.
inline void Note(Trace* trace, std::string_view name, std::string_view type, Trace::Said said,
                 std::string detail) {
  if (trace != nullptr) {
    trace->steps.push_back({std::string(name), std::string(type), said, std::move(detail)});
  }
}

}  // namespace pkigate::identity
