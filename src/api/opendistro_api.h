// SPDX-License-Identifier: Apache-2.0
//
// Open Distro's and OpenSearch's management API as far as it is served: health, authinfo and
// rolesmapping (docs/spec/opendistro.md, 5.1 to 5.3, 5.9 and 6).
#pragma once

#include "api/call.h"

namespace pkigate::api {

// Handles the actions kHealth to kDeleteRolesmapping.
Handled HandleOpendistro(const Call& call);

// The 403 of a caller who may not use the API (5.1).
rest::Answer OpendistroForbidden(const gateway::LocalRequest& request);

}  // namespace pkigate::api
