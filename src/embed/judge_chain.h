// SPDX-License-Identifier: Apache-2.0
//
// What the handshake and the policy together make of a client's chain, for those who have no
// connection: the library's Identifier, `pkigate whoami` and `pkigate explain`.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/ip_address.h"
#include "config/tls_settings.h"
#include "policy/policy.h"
#include "x509/peer_chain.h"

namespace pkigate::embed {

// The reason of a handshake in which the certificate would not be asked for.
inline constexpr char kNotAsked[] = "not_asked";

// What a handshake comes to.
struct Handshake {
  bool accepted = false;
  bool verified = false;  // the chain has been checked (verification_mode is not none)
  std::string reason;     // x509::verify_reason's words and a few more; `accepted` when it is
  std::string detail;     // a sentence; empty when there is nothing to say
  std::string hint;       // what to do; may be empty
  // Until when the chain may be relied on; meaningful only when there is one and it is accepted.
  int64_t expires_unix = 0;

  // `reason: detail`, for people.
  std::string Why() const { return detail.empty() ? reason : reason + ": " + detail; }
};

// What a listener of these TLS settings makes of `chain`, null when the client sends none. A chain
// that is not asked for counts as a refusal, too.
Handshake JudgeHandshake(const config::TlsSettings& tls, const x509::PeerChain* chain,
                         int64_t now_unix);

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
