// SPDX-License-Identifier: Apache-2.0
//
// The private key half of pem.h.
#include <openssl/base.h>
#include <openssl/bio.h>
#include <openssl/bytestring.h>
#include <openssl/cipher.h>
#include <openssl/ec_key.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/mem.h>
#include <openssl/pem.h>
#include <openssl/pkcs8.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <algorithm>
#include <cstring>

#include "base/limits.h"
#include "x509/library.h"
#include "x509/pem.h"
#include "x509/pem_block.h"

namespace pkigate::x509 {

namespace {

constexpr std::string_view kPrivateKey = "PRIVATE KEY";
constexpr std::string_view kRsaPrivateKey = "RSA PRIVATE KEY";
constexpr std::string_view kEcPrivateKey = "EC PRIVATE KEY";
constexpr std::string_view kEncryptedPrivateKey = "ENCRYPTED PRIVATE KEY";

bool IsPrivateKey(std::string_view label) {
  return label == kPrivateKey || label == kRsaPrivateKey || label == kEcPrivateKey ||
         label == kEncryptedPrivateKey;
}

bssl::UniquePtr<EVP_PKEY> ReadRsa(CBS* in) {
  bssl::UniquePtr<RSA> rsa(RSA_parse_private_key(in));
  bssl::UniquePtr<EVP_PKEY> key(EVP_PKEY_new());
  if (rsa == nullptr || key == nullptr || EVP_PKEY_set1_RSA(key.get(), rsa.get()) != 1) {
    return nullptr;
  }
  return key;
}

bssl::UniquePtr<EVP_PKEY> ReadEc(CBS* in) {
  bssl::UniquePtr<EC_KEY> ec(EC_KEY_parse_private_key(in, nullptr));
  bssl::UniquePtr<EVP_PKEY> key(EVP_PKEY_new());
  if (ec == nullptr || key == nullptr || EVP_PKEY_set1_EC_KEY(key.get(), ec.get()) != 1) {
    return nullptr;
  }
  return key;
}

bssl::UniquePtr<EVP_PKEY> ReadPlain(const PemBlock& block) {
  CBS in;
  CBS_init(&in, block.content.data(), block.content.size());
  bssl::UniquePtr<EVP_PKEY> key;
  if (block.label == kRsaPrivateKey) {
    key = ReadRsa(&in);
  } else if (block.label == kEcPrivateKey) {
    key = ReadEc(&in);
  } else {
    key.reset(EVP_parse_private_key(&in));
  }
  return key != nullptr && CBS_len(&in) == 0 ? std::move(key) : nullptr;
}

bssl::UniquePtr<EVP_PKEY> ReadEncrypted(const PemBlock& block, std::string_view passphrase) {
  CBS in;
  CBS_init(&in, block.content.data(), block.content.size());
  bssl::UniquePtr<EVP_PKEY> key(
      PKCS8_parse_encrypted_private_key(&in, passphrase.data(), passphrase.size()));
  return key != nullptr && CBS_len(&in) == 0 ? std::move(key) : nullptr;
}

int GivePassphrase(char* buffer, int size, int /*writing*/, void* context) {
  const auto& passphrase = *static_cast<const std::string_view*>(context);
  if (passphrase.size() > static_cast<size_t>(size)) {
    return 0;
  }
  std::memcpy(buffer, passphrase.data(), passphrase.size());
  return static_cast<int>(passphrase.size());
}

// The older encrypted form: headers say how, the key is derived with MD5.
bssl::UniquePtr<EVP_PKEY> ReadEncryptedByHeaders(const PemBlock& block,
                                                 std::string_view passphrase) {
  bssl::UniquePtr<BIO> in(BIO_new_mem_buf(block.text.data(), static_cast<int>(block.text.size())));
  return bssl::UniquePtr<EVP_PKEY>(
      in == nullptr ? nullptr
                    : PEM_read_bio_PrivateKey(in.get(), nullptr, GivePassphrase, &passphrase));
}

// Whether the library gave up because of how the key is encrypted, not because of what came out.
bool LacksTheCipher() {
  const uint32_t error = ERR_peek_error();
  const int reason = ERR_GET_REASON(error);
  return (ERR_GET_LIB(error) == ERR_LIB_PKCS8 &&
          (reason == PKCS8_R_UNSUPPORTED_CIPHER || reason == PKCS8_R_UNKNOWN_CIPHER ||
           reason == PKCS8_R_UNKNOWN_ALGORITHM || reason == PKCS8_R_UNSUPPORTED_PRF ||
           reason == PKCS8_R_UNSUPPORTED_KEY_DERIVATION_FUNCTION ||
           reason == PKCS8_R_UNSUPPORTED_KEYLENGTH || reason == PKCS8_R_UNKNOWN_DIGEST)) ||
         (ERR_GET_LIB(error) == ERR_LIB_PEM && reason == PEM_R_UNSUPPORTED_ENCRYPTION);
}

Result<std::vector<uint8_t>> AsPkcs8(const EVP_PKEY& key, std::string_view where) {
  bssl::ScopedCBB out;
  uint8_t* bytes = nullptr;
  size_t bytes_len = 0;
  if (CBB_init(out.get(), 256) != 1 || EVP_marshal_private_key(out.get(), &key) != 1 ||
      CBB_finish(out.get(), &bytes, &bytes_len) != 1) {
    return MakeError("pem_unsupported", "{}: a private key of an unknown type", where);
  }
  std::vector<uint8_t> pkcs8(bytes, bytes + bytes_len);
  OPENSSL_cleanse(bytes, bytes_len);
  OPENSSL_free(bytes);
  return pkcs8;
}

Result<std::vector<uint8_t>> ReadBlock(const PemBlock& block, std::string_view passphrase,
                                       std::string_view where) {
  const bool is_encrypted = block.has_headers || block.label == kEncryptedPrivateKey;
  if (!is_encrypted) {
    const bssl::UniquePtr<EVP_PKEY> key = ReadPlain(block);
    if (key == nullptr) {
      return MakeError("pem_garbled", "{}: the {} cannot be read", where, block.label);
    }
    return AsPkcs8(*key, where);
  }
  if (passphrase.empty()) {
    return MakeError("pem_passphrase", "{}: the {} is encrypted and no passphrase is configured",
                     where, block.label);
  }
  const bssl::UniquePtr<EVP_PKEY> key = block.has_headers
                                            ? ReadEncryptedByHeaders(block, passphrase)
                                            : ReadEncrypted(block, passphrase);
  if (key != nullptr) {
    return AsPkcs8(*key, where);
  }
  if (LacksTheCipher()) {
    return MakeError("pem_unsupported", "{}: the {} is encrypted in a way that is not supported",
                     where, block.label);
  }
  // Which of the two cannot be told: a wrong passphrase turns the key into other bytes.
  return MakeError("pem_passphrase", "{}: the passphrase does not open the {}, or it is garbled",
                   where, block.label);
}

}  // namespace

Result<std::vector<uint8_t>> PrivateKeyFromPem(std::string_view text, std::string_view passphrase,
                                               std::string_view source_name) {
  if (text.size() > limits::kPemFileBytesMax) {
    return MakeError("pem_too_large", "{}: {} bytes, at most {}", source_name, text.size(),
                     limits::kPemFileBytesMax);
  }
  std::vector<PemBlock> blocks = PKIGATE_TRY(ReadPemBlocks(text, source_name));
  const auto block = std::find_if(blocks.begin(), blocks.end(),
                                  [](const PemBlock& one) { return IsPrivateKey(one.label); });
  if (block == blocks.end()) {
    if (!blocks.empty()) {
      return MakeError("pem_wrong_kind", "{}:{}: holds a {}, expected PRIVATE KEY", source_name,
                       blocks.front().line, blocks.front().label);
    }
    const bool empty = text.find_first_not_of(" \t\r\n") == std::string_view::npos;
    return empty ? MakeError("pem_empty", "{}: is empty, expected a PEM block PRIVATE KEY",
                             source_name)
                 : MakeError("pem_wrong_kind", "{}: holds no PEM block, expected PRIVATE KEY",
                             source_name);
  }
  const ErrorQueueGuard cleaner;
  Result<std::vector<uint8_t>> key =
      ReadBlock(*block, passphrase, fmt::format("{}:{}", source_name, block->line));
  OPENSSL_cleanse(block->content.data(), block->content.size());
  return key;
}

Status KeyMatchesCertificate(std::span<const uint8_t> key, std::span<const uint8_t> certificate) {
  const ErrorQueueGuard cleaner;
  CBS in;
  CBS_init(&in, key.data(), key.size());
  const bssl::UniquePtr<EVP_PKEY> private_key(EVP_parse_private_key(&in));
  if (private_key == nullptr || CBS_len(&in) != 0) {
    return MakeError("malformed_key", "the private key cannot be read");
  }
  const bssl::UniquePtr<X509> parsed = ParseX509(certificate);
  if (parsed == nullptr) {
    return MakeError("malformed_certificate", "the certificate cannot be read");
  }
  const bssl::UniquePtr<EVP_PKEY> public_key(X509_get_pubkey(parsed.get()));
  if (public_key == nullptr) {
    return MakeError("malformed_certificate", "the certificate's public key cannot be read");
  }
  if (EVP_PKEY_cmp(public_key.get(), private_key.get()) != 1) {
    return MakeError("key_mismatch", "the private key does not belong to the certificate");
  }
  return {};
}

}  // namespace pkigate::x509
