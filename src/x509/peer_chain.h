// SPDX-License-Identifier: Apache-2.0
//
// PeerChain: what a client presented in the handshake and what the gateway knows of it, worked out
// once per chain and shared by every request of every connection that presents it.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/result.h"
#include "x509/certificate.h"

namespace pkigate::x509 {

using Fingerprint = std::array<uint8_t, 32>;  // SHA-256

struct PeerChain {
  std::vector<std::vector<uint8_t>> der;  // as sent, leaf first; never empty
  Certificate leaf;                       // facts of der[0]
  Fingerprint fingerprint{};              // over der[0]
  // Over the number and each (length, DER) of the chain: the cache key (io_uring.md, 13).
  Fingerprint chain_key{};
  // notAfter of the leaf. When the path to an authority ends is the verdict's to say: what was sent
  // beside that path does not count, as nowhere else.
  int64_t expires_unix = 0;
};

// Reads `der`, leaf first. Fails if it is empty, longer than limits::kPeerChainCertificatesMax
// (`chain_too_long`) or holds what is no certificate (ParseCertificate's codes; the message says
// which one of the chain). Judges nothing: that is TrustStore::Verify.
Result<std::shared_ptr<const PeerChain>> MakePeerChain(std::vector<std::vector<uint8_t>> der);

// The chain_key of these certificates, without reading them: so a cache can be asked first.
Fingerprint ChainKey(std::span<const std::span<const uint8_t>> der);
// SHA-256 of `bytes`.
Fingerprint Sha256(std::span<const uint8_t> bytes);

}  // namespace pkigate::x509
