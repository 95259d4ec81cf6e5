// SPDX-License-Identifier: Apache-2.0
//
// What a TLS server needs to know, as values: certificates and keys are DER already, so building a
// context from it reads no file.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace pkigate::x509 {
class TrustStore;
}

namespace pkigate::tls {

inline constexpr uint16_t kTls12 = 0x0303;
inline constexpr uint16_t kTls13 = 0x0304;

enum class ClientAuthentication : uint8_t {
  kNone,      // no certificate is asked for
  kOptional,  // asked for; one that is sent must be good
  kRequired,  // asked for; without a good one the handshake fails
};

struct ServerSettings {
  std::vector<std::vector<uint8_t>> certificate_chain;  // DER, leaf first, at least one
  std::vector<uint8_t> private_key;                     // PKCS#8 DER, must match the leaf
  ClientAuthentication client_authentication = ClientAuthentication::kNone;
  // False: any chain a client sends is taken as it is (verification_mode none).
  bool verify = true;
  uint16_t version_min = kTls12;  // TLS 1.2 is the oldest spoken, whatever is asked for
  uint16_t version_max = kTls13;
  // IANA names (TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256); empty: the built-in order.
  std::vector<std::string> cipher_suites;
  // Protocols spoken, best first. A client that offers ALPN must offer one of them; a client that
  // offers none is served without. Empty: ALPN is ignored.
  std::vector<std::string> alpn;
  // Whom client certificates must come from. Needed when they are asked for and verified.
  std::shared_ptr<const x509::TrustStore> trust;
};

}  // namespace pkigate::tls
