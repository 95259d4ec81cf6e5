// SPDX-License-Identifier: Apache-2.0
//
// What both dialects' lint looks for in the values of role mappings.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "policy/lint.h"

namespace pkigate::policy {

// Where a value stands.
struct ValuePlace {
  SourceLine where;
  std::string key;  // `role_mapping/m`, `readall.users`
};

// A wildcard pattern or expression that finds `TYPE=` anywhere, so also in the middle of a value
// that the owner of the certificate chose: `*CN=admin*`.
bool CanMatchInsideValue(std::string_view pattern);

// Collects values that are compared for equality; finds those that name the same, written
// differently, though only one of the spellings can be right.
class AlikeValues {
 public:
  // `differs`: the dialect takes the two for different.
  using Differs = bool (*)(const std::string& a, const std::string& b);
  explicit AlikeValues(Differs differs) : differs_(differs) {}

  // Appends a finding when an earlier value is alike. `field` keeps kinds of values apart.
  void Add(std::string_view field, const std::string& value, const ValuePlace& place,
           std::vector<Finding>* findings);

 private:
  struct Seen {
    std::string value;
    std::string key;
  };
  const Differs differs_;
  std::map<std::string, Seen> seen_;  // by field and what alike values have in common
};

}  // namespace pkigate::policy
