// SPDX-License-Identifier: Apache-2.0
//
// KeyStore: what a Java key store (JKS) or a PKCS#12 file holds. Which of the two a file is, its
// first bytes say; like the JDK since version 9, nobody goes by the type that a setting names.
//
// A key stays encrypted until OpenKey, as each may have a password of its own. Aliases are in lower
// case, as in Java, where case makes no difference.
//
// Codes: `store_password` (wrong, or the file was changed: that cannot be told apart),
// `store_unsupported` (another kind of file, or an algorithm that is not known),
// `store_garbled`, `store_too_large`.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace pkigate::x509 {

namespace store_error {
inline constexpr char kPassword[] = "store_password";
inline constexpr char kUnsupported[] = "store_unsupported";
inline constexpr char kGarbled[] = "store_garbled";
inline constexpr char kTooLarge[] = "store_too_large";
}  // namespace store_error

struct KeyStoreEntry {
  std::string alias;
  std::vector<uint8_t> encrypted_key;  // EncryptedPrivateKeyInfo (DER); empty: no key, but trust
  // Of a key: its chain, leaf first, as far as the store has it. Else the one trusted certificate.
  std::vector<std::vector<uint8_t>> certificates;

  bool has_key() const { return !encrypted_key.empty(); }
};

struct KeyStore {
  std::vector<KeyStoreEntry> entries;  // in the order of the file
  // Certificates that belong to no key and are not marked as trusted either, which in PKCS#12 is an
  // attribute of Java's. For Java they are not there.
  size_t num_unmarked_certificates = 0;

  // The entry of this alias (case ignored), or null.
  const KeyStoreEntry* Find(std::string_view alias) const;
};

// Reads a store and checks its integrity with `password`; a PKCS#12 file without a MAC has nothing
// to check, and is taken as the JDK takes it. Each certificate is a certificate (ParseCertificate).
// The message begins with `source_name`, and never holds a password.
Result<KeyStore> ReadKeyStore(std::span<const uint8_t> bytes, std::string_view password,
                              std::string_view source_name);

// The key of `entry`, which has one, as PKCS#8 DER.
Result<std::vector<uint8_t>> OpenKey(const KeyStoreEntry& entry, std::string_view password,
                                     std::string_view source_name);

}  // namespace pkigate::x509
