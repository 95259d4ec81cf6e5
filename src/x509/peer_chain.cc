// SPDX-License-Identifier: Apache-2.0
#include "x509/peer_chain.h"

#include <openssl/sha.h>

#include <algorithm>

#include "base/limits.h"

namespace pkigate::x509 {

namespace {

void HashNumber(SHA256_CTX& hash, size_t number) {
  const uint8_t octets[] = {static_cast<uint8_t>(number >> 24), static_cast<uint8_t>(number >> 16),
                            static_cast<uint8_t>(number >> 8), static_cast<uint8_t>(number)};
  SHA256_Update(&hash, octets, sizeof(octets));
}

}  // namespace

Fingerprint Sha256(std::span<const uint8_t> bytes) {
  Fingerprint digest;
  SHA256(bytes.data(), bytes.size(), digest.data());
  return digest;
}

Fingerprint ChainKey(std::span<const std::span<const uint8_t>> der) {
  SHA256_CTX hash;
  SHA256_Init(&hash);
  HashNumber(hash, der.size());
  for (const std::span<const uint8_t> certificate : der) {
    HashNumber(hash, certificate.size());
    SHA256_Update(&hash, certificate.data(), certificate.size());
  }
  Fingerprint key;
  SHA256_Final(key.data(), &hash);
  return key;
}

Result<std::shared_ptr<const PeerChain>> MakePeerChain(std::vector<std::vector<uint8_t>> der) {
  if (der.empty()) {
    return MakeError("malformed_certificate", "the chain has no certificate");
  }
  if (der.size() > limits::kPeerChainCertificatesMax) {
    return MakeError("chain_too_long", "the chain has {} certificates, at most {}", der.size(),
                     limits::kPeerChainCertificatesMax);
  }
  auto chain = std::make_shared<PeerChain>();
  for (size_t index = 0; index < der.size(); ++index) {
    Result<Certificate> certificate = ParseCertificate(der[index]);
    if (!certificate.ok()) {
      return MakeError(certificate.error().code, "certificate {} of the chain: {}", index + 1,
                       certificate.error().message);
    }
    if (index == 0) {
      chain->expires_unix = certificate->not_after_unix;
      chain->leaf = std::move(certificate).value();
    }
  }
  const std::vector<std::span<const uint8_t>> views(der.begin(), der.end());
  chain->fingerprint = Sha256(der[0]);
  chain->chain_key = ChainKey(views);
  chain->der = std::move(der);
  return std::shared_ptr<const PeerChain>(std::move(chain));
}

}  // namespace pkigate::x509
