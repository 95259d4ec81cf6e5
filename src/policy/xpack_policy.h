// SPDX-License-Identifier: Apache-2.0
//
// XpackPolicy: a listener that answers as X-Pack. Made by Compile.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "policy/defined_roles.h"
#include "policy/policy.h"
#include "roles/xpack_mapping.h"

namespace pkigate::policy {

class XpackPolicy : public Policy {
 public:
  // Those made through the API, by name, disabled ones included.
  virtual const roles::XpackMappings& api_mappings() const = 0;
  struct RealmName {
    std::string_view name;
    std::string_view type;
    int64_t order = 0;  // X-SET-10; of the reserved realm, which has none: the least there is
  };
  // The realms in the order in which they are asked, the reserved one included.
  virtual std::vector<RealmName> Realms() const = 0;
  // The form of local answers: 7 or 8.
  virtual int answers() const = 0;
  // What refusals tell apart (X-AZ-41). Lives as long as the policy.
  virtual const DefinedRoles& defined_roles() const = 0;
};

// `policy` as what its dialect says it is; another dialect is a programming error.
const XpackPolicy& AsXpack(const Policy& policy);

}  // namespace pkigate::policy
