// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "policy/policy.h"

namespace pkigate::policy {

inline std::string_view PathOf(std::string_view target) {
  return target.substr(0, target.find('?'));
}

// What a refusal calls the request: its action, or `GET /movies/_doc/3` while nobody has looked up
// what that means to the cluster. Better than the name of an action that may not be it.
inline std::string ActionOf(const RequestFacts& request) {
  if (!request.action.empty()) {
    return std::string(request.action);
  }
  std::string name(request.method);
  name += ' ';
  name += PathOf(request.target);
  return name;
}

}  // namespace pkigate::policy
