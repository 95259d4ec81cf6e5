// SPDX-License-Identifier: Apache-2.0
//
// Whether the algorithms of a certificate are strong enough. Not for other folders.
#pragma once

#include <openssl/x509.h>

#include <cstdint>

namespace pkigate::x509 {

// The digest that the certificate's signature rests on.
enum class DigestStrength : uint8_t {
  kStrong,  // SHA-2, and signature schemes that choose their own (Ed25519)
  kSha1,
  kBroken,  // MD5 and older, and whatever is not known
};

DigestStrength SignatureDigest(const X509& certificate);

// Bits of the modulus; 0 if the key is not RSA.
uint32_t RsaKeyBits(X509& certificate);

}  // namespace pkigate::x509
