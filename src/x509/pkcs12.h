// SPDX-License-Identifier: Apache-2.0
//
// PKCS#12 (RFC 7292) as Java reads it into a key store:
//
//   a file holds safes, in the clear or encrypted; a safe holds bags, each with attributes
//   a bag with an encrypted key is an entry; its alias is friendlyName, its leaf the certificate
//     of the same localKeyId, and each next certificate of the chain the issuer of the one before
//   a bag with a certificate is an entry if it has the attribute trustedKeyUsage of Java's
//   other bags are passed over, as are keys that are not encrypted
//
// Strictly DER, as Java and OpenSSL write it.
#pragma once

#include <cstdint>
#include <span>

#include "base/limits.h"
#include "base/result.h"
#include "x509/key_store.h"
#include "x509/password_decryption.h"

namespace pkigate::x509 {

// Of at most limits::kKeyStoreBytesMax bytes.
Result<KeyStore> ReadPkcs12(std::span<const uint8_t> bytes, const StorePassword& password,
                            uint32_t iterations_max = limits::kKeyDerivationIterationsMax);

}  // namespace pkigate::x509
