// SPDX-License-Identifier: Apache-2.0
//
// VerificationKey: what the signature of a JSON Web Signature (RFC 7515) is checked with: a shared
// secret, or a public key. Each kind of key serves its own algorithms and no other, so that nobody
// signs with a public key as if it were a secret. `none` is not among the algorithms.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "base/result.h"

namespace pkigate::x509 {

// RFC 7518, 3.1.
enum class SignatureAlgorithm : uint8_t {
  kHs256,
  kHs384,
  kHs512,
  kRs256,
  kRs384,
  kRs512,
  kPs256,
  kPs384,
  kPs512,
  kEs256,
  kEs384,
  kEs512,
};

// The algorithm that `alg` names, case-sensitive; nothing for others.
std::optional<SignatureAlgorithm> SignatureAlgorithmNamed(std::string_view alg);

class VerificationKey {
 public:
  // Fails (`weak_key`) on fewer than 32 bytes: too few for any algorithm.
  static Result<VerificationKey> FromSecret(std::span<const uint8_t> secret);
  // A SubjectPublicKeyInfo as DER. Fails with `malformed_key`; with `weak_key` on RSA below 2048
  // bits; with `unsupported_key` on what is neither RSA nor on P-256, P-384 or P-521.
  static Result<VerificationKey> FromPublicKey(std::span<const uint8_t> der);

  VerificationKey(VerificationKey&&) noexcept;
  VerificationKey& operator=(VerificationKey&&) noexcept;
  ~VerificationKey();

  // Whether `signature` is one over `text` by this key and algorithm. False where the algorithm is
  // not for such a key: another kind, another curve, a secret shorter than the digest (RFC 7518,
  // 3.2).
  bool Verifies(SignatureAlgorithm algorithm, std::string_view text,
                std::span<const uint8_t> signature) const;

 private:
  struct Parts;
  explicit VerificationKey(std::unique_ptr<const Parts> parts);

  std::unique_ptr<const Parts> parts_;
};

}  // namespace pkigate::x509
