// SPDX-License-Identifier: Apache-2.0
//
// JKS, Java's own key store format, as the JDK's sun.security.provider.JavaKeyStore describes it:
//
//   magic FEEDFEED, version (1 or 2), number of entries; then each entry:
//     tag 1, alias, date, key: EncryptedPrivateKeyInfo with its length; number of certificates,
//                              each a certificate
//     tag 2, alias, date, certificate
//   SHA-1 of: the password in UTF-16, `Mighty Aphrodite` in ASCII, all the octets before
//
// Numbers are four octets, high one first, dates eight; an alias is modified UTF-8 after two octets
// of length; a certificate its type (version 2: as an alias), its length and its DER.
//
// A key is XORed with a chain of SHA-1 digests: see RemoveJksProtection.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"
#include "x509/der.h"
#include "x509/key_store.h"
#include "x509/password_decryption.h"

namespace pkigate::x509 {

// By the magic number. JCEKS is another format of the JDK with the same structure, for which Java
// needs another type than JKS.
bool IsJks(std::span<const uint8_t> bytes);
bool IsJceks(std::span<const uint8_t> bytes);

// Of at most limits::kKeyStoreBytesMax bytes.
Result<KeyStore> ReadJks(std::span<const uint8_t> bytes, const StorePassword& password);

// Whether `algorithm` (an AlgorithmIdentifier) is that of JKS.
bool IsJksProtector(const DerElement& algorithm);

// `protected_key` is salt (20 octets), the key XORed with SHA-1(password, salt), SHA-1(password,
// the digest before) and so on, and SHA-1(password, key).
Result<std::vector<uint8_t>> RemoveJksProtection(std::span<const uint8_t> protected_key,
                                                 const StorePassword& password);

}  // namespace pkigate::x509
