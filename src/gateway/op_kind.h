// SPDX-License-Identifier: Apache-2.0
//
// What a completion belongs to: the `kind` byte of the gateway's ring tags. The slot of kAccept is
// the listener's index; of the others, the connection's.
#pragma once

#include <cstdint>

namespace pkigate::gateway {

enum class OpKind : uint8_t {
  kAccept = 1,
  kAcceptCancel,
  kClientRecv,
  kClientSend,
  kClientCancel,
  kUpstreamConnect,
  kUpstreamRecv,
  kUpstreamSend,
  kUpstreamCancel,
};

}  // namespace pkigate::gateway
