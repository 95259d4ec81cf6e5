// SPDX-License-Identifier: Apache-2.0
//
// What PKCS#12 files do with a password: keys and certificates encrypted by it, a MAC over all.
//
// The schemes are those of RFC 7292, appendix C (RC2 with 40 bits and triple DES, keys derived as
// in appendix B: keytool until 2020, openssl -legacy) and PBES2 of RFC 8018 (PBKDF2 with HMAC of
// SHA-1 or SHA-2; AES or triple DES in CBC mode: keytool and openssl since). The TLS library has
// the ciphers and PBKDF2; its own reader of these files takes one key per file, wants a MAC, and
// does not say which certificate belongs to what.
//
// Errors have the codes of key_store.h; `store_password` as far as a wrong one can be told.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "base/result.h"
#include "x509/der.h"

namespace pkigate::x509 {

// A password in the forms that algorithms want it in. Wiped at the end.
class StorePassword {
 public:
  // Fails (`store_password`) if `utf8` is no UTF-8 or longer than limits::kStorePasswordBytesMax.
  static Result<StorePassword> Create(std::string_view utf8);
  // No password at all: in PKCS#12 not the same as an empty one.
  static StorePassword None();
  ~StorePassword();
  StorePassword(StorePassword&&) = default;
  StorePassword& operator=(StorePassword&&) = default;

  bool empty() const { return utf8_.empty(); }
  std::string_view utf8() const { return {utf8_.data(), utf8_.size()}; }
  // UTF-16, high octet first: what JKS hashes.
  std::span<const uint8_t> utf16() const { return std::span(utf16_).first(utf16_.size() - 2); }
  // The same with two zero octets after it (RFC 7292, B.1); of None() nothing.
  std::span<const uint8_t> bmp() const { return absent_ ? std::span<const uint8_t>() : utf16_; }

 private:
  StorePassword() = default;

  std::vector<char> utf8_;
  std::vector<uint8_t> utf16_ = {0, 0};
  bool absent_ = false;
};

// Decrypts by what `algorithm` (an AlgorithmIdentifier, the element) says.
Result<std::vector<uint8_t>> DecryptByPassword(
    const DerElement& algorithm, std::span<const uint8_t> ciphertext, const StorePassword& password,
    uint32_t iterations_max = limits::kKeyDerivationIterationsMax);

// Checks a PKCS#12 file's MAC: `mac_data` is the element MacData, `content` what it is over.
Status CheckStoreMac(const DerElement& mac_data, std::span<const uint8_t> content,
                     const StorePassword& password,
                     uint32_t iterations_max = limits::kKeyDerivationIterationsMax);

}  // namespace pkigate::x509
