// SPDX-License-Identifier: Apache-2.0
//
// What the handshake and the policy together make of a client's chain, for those who have no
// connection: the library's Identifier and `pkigate whoami`.
#pragma once

#include <cstdint>
#include <vector>

#include "base/ip_address.h"
#include "config/tls_settings.h"
#include "policy/policy.h"

namespace pkigate::embed {

struct ShownChain {
  std::vector<std::vector<uint8_t>> der;  // leaf first
  SocketAddress peer;
  int64_t now_unix = 0;
};

// Judges `shown` at a listener of these TLS settings and this policy; `scratch` is the policy's.
// Whatever keeps a client from getting past the handshake is a refusal that says so in `why` and
// nothing else; otherwise the policy's answer, good until the earliest end of all it rests on.
policy::Authentication JudgeChain(const config::TlsSettings& tls, const policy::Policy& policy,
                                  policy::Scratch& scratch, ShownChain shown);

}  // namespace pkigate::embed
