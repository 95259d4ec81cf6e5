// SPDX-License-Identifier: Apache-2.0
//
// X-Pack's management API as far as it is served: who am I, and role mappings (docs/spec/xpack.md,
// 4.1 and 4.4).
#pragma once

#include "api/call.h"

namespace pkigate::api {

// Handles the actions kAuthenticate to kDeleteMapping.
Handled HandleXpack(const Call& call);

// The 403 of an action that needs the role `superuser` (X-AZ-41).
rest::Answer XpackForbidden(const gateway::LocalRequest& request, std::string_view action,
                            std::string_view granted_by);

// What X-Pack calls a management request's action; empty: none of X-Pack's that is served.
std::string_view XpackActionName(Action action);

}  // namespace pkigate::api
