// SPDX-License-Identifier: Apache-2.0
//
// X-Pack's own refusals: 401 (xpack.md, 2.7) and 403 (5.6), in the 8.x form or that of 7.10.
#pragma once

#include <string>
#include <string_view>

#include "policy/defined_roles.h"
#include "policy/policy.h"
#include "rest/answer.h"

namespace pkigate::policy {

// 401 with one Basic challenge. `reason` is one of X-AUT-71 to X-AUT-76; `additional_credentials`
// (X-AUT-74) may be empty. `answers`: 7 or 8.
rest::Answer XpackUnauthorized(int answers, std::string_view reason,
                               std::string_view additional_credentials = {});

// 403 without a challenge (X-AZ-40).
rest::Answer XpackForbidden(int answers, std::string_view reason);

// 400: a header that may stand once has several values (both versions before they authenticate).
rest::Answer XpackContradiction(int answers, std::string_view header);

// Reasons.
std::string MissingCredentials(std::string_view target);                               // X-AUT-71
std::string UnableToAuthenticate(std::string_view username, std::string_view target);  // X-AUT-72
std::string ActionRequiresAuthentication(std::string_view action);                     // X-AUT-82
// X-AZ-41, without what would grant the action.
std::string ActionUnauthorized(int answers, const Authentication& caller,
                               const DefinedRoles& defined, std::string_view action);
// X-AZ-43.
std::string RunAsUnauthorized(int answers, const Authentication& caller,
                              const DefinedRoles& defined, std::string_view action,
                              std::string_view target_user);

}  // namespace pkigate::policy
