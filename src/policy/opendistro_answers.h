// SPDX-License-Identifier: Apache-2.0
//
// Refusals of Open Distro and OpenSearch (opendistro.md, 3.4, 3.5, 3.8).
#pragma once

#include <string_view>

#include "identity/dialect.h"
#include "identity/domain.h"
#include "rest/answer.h"

namespace pkigate::policy {

// 401 `Authentication finally failed`, plain text, without a challenge: nobody is there to ask.
rest::Answer OpendistroUnauthorized();
// The 401 that a domain asks with (3.5, 8.3); kNone: the one above.
rest::Answer OpendistroChallenge(identity::Challenge challenge, Dialect dialect);
// 503 while no domain is configured at all (3.4, step 7).
rest::Answer OpendistroNotInitialized(Dialect dialect);
// 403 in plain text for a user whose name is an administrator's DN (3.5, g).
rest::Answer OpendistroAdminByName();
// 403 in the form of exceptions (3.8).
rest::Answer OpendistroForbidden(std::string_view reason);
// Of impersonation (403) and of addresses that are none (400), whose form differs between the two
// (3.8).
rest::Answer OpendistroException(Dialect dialect, int status, std::string_view reason);
// 403 for a request header that only nodes may send (3.4, step 1).
rest::Answer OpendistroIllegalHeader(Dialect dialect);

}  // namespace pkigate::policy
