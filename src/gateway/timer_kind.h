// SPDX-License-Identifier: Apache-2.0
//
// Whose a fired timer is: the `kind` of the gateway's ring::Timer objects.
#pragma once

#include <cstdint>

namespace pkigate::gateway {

enum TimerKind : uint8_t { kClientTimer = 1, kUpstreamIdleTimer, kAcceptorTimer, kDrainTimer };

}  // namespace pkigate::gateway
