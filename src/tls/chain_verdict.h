// SPDX-License-Identifier: Apache-2.0
//
// What the judging of a peer's certificates found, in the terms of a handshake failure: reason,
// names, and a hint made for the case.
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "tls/failure_reason.h"
#include "tls/handshake_failure.h"
#include "tls/pump.h"
#include "x509/certificate.h"
#include "x509/peer_chain.h"
#include "x509/trust_store.h"

namespace pkigate::tls {

std::vector<std::vector<uint8_t>> CopyOf(PresentedChain chain);

// Subject, issuer, serial and fingerprint of the leaf presented, cut to
// limits::kFailureTextBytesMax.
void DescribeLeaf(const x509::Certificate& leaf, const x509::Fingerprint& fingerprint,
                  HandshakeFailure* failure);

// Reason, detail and hint of a refusal by `trust`. After DescribeLeaf: the detail names the
// certificate at fault if it is another one.
void DescribeRefusal(const x509::VerifyResult& verdict, const x509::TrustStore& trust, Side side,
                     HandshakeFailure* failure);

// All that can be said of a chain that holds what is no certificate.
void DescribeUnreadable(PresentedChain chain, const Error& error, HandshakeFailure* failure);

}  // namespace pkigate::tls
