// SPDX-License-Identifier: Apache-2.0
//
// The parts of a context that server and client build alike: library context, certificate and key,
// versions and cipher suites, protocol names.
#pragma once

#include <openssl/pool.h>
#include <openssl/ssl.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"

namespace pkigate::tls {

// A context with its own pool, which lets equal certificates of many connections share one buffer.
// No session cache, no tickets, no early data.
struct ContextMaterial {
  bssl::UniquePtr<CRYPTO_BUFFER_POOL> pool;  // above the context, which borrows it
  bssl::UniquePtr<SSL_CTX> context;
  std::vector<std::string> warnings;

  static ContextMaterial Make();

  // Installs a chain (DER, leaf first) and the leaf's PKCS#8 key. Errors: `certificate`,
  // `private_key`, `key_mismatch`.
  Status UseCertificate(std::span<const std::vector<uint8_t>> chain,
                        std::span<const uint8_t> private_key);
  // Versions as numbers of the protocol; suites as IANA names, empty for the built-in order. Adds
  // to `warnings`. Errors: `versions`, `cipher_suites`.
  Status UseVersionsAndSuites(uint16_t version_min, uint16_t version_max,
                              std::span<const std::string> suites);
};

// Protocol names as ALPN carries them, each behind its length. Error: `alpn`.
Result<std::string> AlpnWireForm(std::span<const std::string> protocols);

}  // namespace pkigate::tls
