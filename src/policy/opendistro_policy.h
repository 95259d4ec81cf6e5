// SPDX-License-Identifier: Apache-2.0
//
// OpendistroPolicy: a listener that answers as Open Distro or OpenSearch. Made by Compile.
#pragma once

#include <map>
#include <set>
#include <string>

#include "policy/policy.h"
#include "roles/opendistro_mapping.h"

namespace pkigate::policy {

class OpendistroPolicy : public Policy {
 public:
  // Every mapping in force, by role: the file's, replaced or removed by those of the API. Hidden
  // ones included.
  virtual const roles::OpendistroMappings& mappings() const = 0;
  virtual const std::set<std::string>& known_roles() const = 0;
  // Somebody could get in without being a superadmin: a domain is enabled, or the anonymous user.
  virtual bool initialized() const = 0;
};

// `policy` as what its dialect says it is; another dialect is a programming error.
const OpendistroPolicy& AsOpendistro(const Policy& policy);

}  // namespace pkigate::policy
