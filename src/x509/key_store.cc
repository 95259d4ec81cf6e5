// SPDX-License-Identifier: Apache-2.0
#include "x509/key_store.h"

#include <openssl/bytestring.h>
#include <openssl/evp.h>
#include <openssl/mem.h>

#include <algorithm>

#include "base/limits.h"
#include "x509/der.h"
#include "x509/jks.h"
#include "x509/library.h"
#include "x509/password_decryption.h"
#include "x509/pkcs12.h"
#include "x509/unicode_case.h"

namespace pkigate::x509 {

namespace {

// Puts the name of the file before a message, and after one about the password what X-SET-42 wants
// said.
Error Named(const Error& error, std::string_view password, std::string_view source_name) {
  if (std::string_view(error.code) != store_error::kPassword) {
    return MakeError(error.code, "{}: {}", source_name, error.message);
  }
  return MakeError(error.code,
                   "{}: {}; this is usually caused by an incorrect password ({} was provided)",
                   source_name, error.message, password.empty() ? "no password" : "a password");
}

Result<KeyStore> ReadEither(std::span<const uint8_t> bytes, std::string_view password_text) {
  if (bytes.size() > limits::kKeyStoreBytesMax) {
    return MakeError(store_error::kTooLarge, "{} bytes, at most {}", bytes.size(),
                     limits::kKeyStoreBytesMax);
  }
  const StorePassword password = PKIGATE_TRY(StorePassword::Create(password_text));
  if (IsJks(bytes)) {
    return ReadJks(bytes, password);
  }
  if (!bytes.empty() && bytes[0] == der::kSequence) {
    return ReadPkcs12(bytes, password);
  }
  if (IsJceks(bytes)) {
    return MakeError(store_error::kUnsupported, "is a JCEKS store, expected JKS or PKCS12");
  }
  constexpr std::string_view kPem = "-----BEGIN ";
  if (bytes.size() > kPem.size() && std::equal(kPem.begin(), kPem.end(), bytes.begin())) {
    return MakeError(store_error::kUnsupported, "is a PEM file, expected a JKS or PKCS12 store");
  }
  return MakeError(store_error::kUnsupported, "is neither a JKS nor a PKCS12 store");
}

Result<std::vector<uint8_t>> Decrypt(const DerElement& algorithm,
                                     std::span<const uint8_t> ciphertext,
                                     const StorePassword& password) {
  return IsJksProtector(algorithm) ? RemoveJksProtection(ciphertext, password)
                                   : DecryptByPassword(algorithm, ciphertext, password);
}

}  // namespace

const KeyStoreEntry* KeyStore::Find(std::string_view alias) const {
  const std::string lowered = ToLowerCase(alias);
  const auto found = std::ranges::find(entries, lowered, &KeyStoreEntry::alias);
  return found == entries.end() ? nullptr : &*found;
}

Result<KeyStore> ReadKeyStore(std::span<const uint8_t> bytes, std::string_view password,
                              std::string_view source_name) {
  Result<KeyStore> store = ReadEither(bytes, password);
  return store.ok() ? std::move(store) : Named(store.error(), password, source_name);
}

Result<std::vector<uint8_t>> OpenKey(const KeyStoreEntry& entry, std::string_view password_text,
                                     std::string_view source_name) {
  const auto open = [&]() -> Result<std::vector<uint8_t>> {
    const StorePassword password = PKIGATE_TRY(StorePassword::Create(password_text));
    DerReader whole(entry.encrypted_key, store_error::kGarbled);
    DerReader fields = PKIGATE_TRY(whole.Enter(der::kSequence, "the encrypted key"));
    const DerElement algorithm = PKIGATE_TRY(fields.Next(der::kSequence, "the key's encryption"));
    const DerElement ciphertext = PKIGATE_TRY(fields.Next(der::kOctetString, "the encrypted key"));
    Result<std::vector<uint8_t>> opened = Decrypt(algorithm, ciphertext.content, password);
    if (!opened.ok() && password.empty()) {
      Result<std::vector<uint8_t>> without =
          Decrypt(algorithm, ciphertext.content, StorePassword::None());
      if (without.ok()) {
        opened = std::move(without);
      }
    }
    std::vector<uint8_t> key = PKIGATE_TRY(std::move(opened));
    const ErrorQueueGuard cleaner;
    CBS in;
    CBS_init(&in, key.data(), key.size());
    const bssl::UniquePtr<EVP_PKEY> parsed(EVP_parse_private_key(&in));
    if (parsed == nullptr || CBS_len(&in) != 0) {
      OPENSSL_cleanse(key.data(), key.size());
      return MakeError(store_error::kPassword, "what comes out is no key");
    }
    return key;
  };
  Result<std::vector<uint8_t>> key = open();
  return key.ok() ? std::move(key)
                  : Named({key.error().code, fmt::format("the private key of entry [{}]: {}",
                                                         entry.alias, key.error().message)},
                          password_text, source_name);
}

}  // namespace pkigate::x509
