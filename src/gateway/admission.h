// SPDX-License-Identifier: Apache-2.0
//
// Admission: who sends a request, by the policy of this moment. The connection keeps the answer and
// compares generation and expiry on every request; only when one of them moved is the chain checked
// and the policy asked again, so a revoked certificate, a removed authority or mapping bites on the
// next request of a live connection.
#pragma once

#include <memory>

#include "gateway/host_name_desk.h"
#include "gateway/password_desk.h"
#include "gateway/principal_cache.h"
#include "http/request_parser.h"
#include "policy/policy.h"

namespace pkigate::gateway {

class ClientConnection;

// Returns the authenticated caller, valid until the connection's next call; null when there is
// none, and then `*refused` says why (outcome and, for the log, `why`): kPending when a password is
// being checked, or cannot be, or an address being named, which the inquiries know.
const Caller* Identify(ClientConnection& connection, const http::RequestHead& head,
                       PasswordInquiry& passwords, HostNameInquiry& host_names,
                       policy::Authentication* refused);

}  // namespace pkigate::gateway
