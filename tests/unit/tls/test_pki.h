// SPDX-License-Identifier: Apache-2.0
//
// Certificates and keys made while the tests run: no private key is ever committed. Shared by the
// unit tests, the benchmarks and the fuzz target of src/tls.
#pragma once

#include <openssl/base.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace pkigate::tls::test {

// "Now" of all tests: 2025-06-15T15:06:40Z. Certificates are made around it.
inline constexpr int64_t kNow = 1'750'000'000;
inline constexpr int64_t kDay = 86'400;

enum class KeyType { kP256, kP384, kP521, kRsa2048, kEd25519 };

struct CertificateOptions {
  std::string common_name = "client";
  KeyType key_type = KeyType::kP256;
  bool is_ca = false;
  int64_t not_before = kNow - kDay;
  int64_t not_after = kNow + 365 * kDay;
  std::string extended_key_usage;  // as OpenSSL's configuration has it; empty: no extension
  std::string key_usage;           // likewise
  std::string subject_alt_name;    // likewise
  int serial = 0x1234;
  size_t num_filler_bytes = 0;  // blows the certificate up by about as much
};

// A certificate with its private key.
class Identity {
 public:
  // Self-signed.
  static Identity Root(const CertificateOptions& options);
  static Identity IssuedBy(const Identity& issuer, const CertificateOptions& options);

  const std::vector<uint8_t>& der() const { return der_; }
  // Its own certificate and those of the issuers below the root.
  const std::vector<std::vector<uint8_t>>& chain() const { return chain_; }
  std::vector<uint8_t> Pkcs8() const;
  // A CRL signed by this CA, DER, revoking the serial numbers listed.
  std::vector<uint8_t> Crl(const std::vector<int>& revoked, int64_t next_update) const;

 private:
  static Identity Make(const Identity* issuer, const CertificateOptions& options);

  std::shared_ptr<EVP_PKEY> key_;
  std::shared_ptr<X509> certificate_;
  std::vector<uint8_t> der_;
  std::vector<std::vector<uint8_t>> chain_;
};

}  // namespace pkigate::tls::test
