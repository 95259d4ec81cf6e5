// SPDX-License-Identifier: Apache-2.0
//
// What a FailureReason means for others: what the peer is told (an alert) and what the operator is
// told (a hint).
#pragma once

#include <cstdint>
#include <string_view>

#include "tls/handshake_failure.h"

namespace pkigate::tls {

// Who speaks; hints are worded for the operator of that side.
enum class Side : uint8_t { kServer, kClient };

// The alert that tells the peer why its certificate was refused. The one place where that is
// decided. Upstream says certificate_unknown for most refusals (docs/spec/opendistro.md, 1.1);
// the precise alert tells the client's operator what to mend and gives away nothing that the
// client does not know of its own certificate.
uint8_t AlertFor(FailureReason reason);

// What to do about `reason`, in general. Whoever knows more of the case writes a better one.
std::string_view HintFor(FailureReason reason, Side side);

}  // namespace pkigate::tls
