// SPDX-License-Identifier: Apache-2.0
#include "x509/password_decryption.h"

#include <openssl/cipher.h>
#include <openssl/crypto.h>
#include <openssl/digest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/mem.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "base/utf8.h"
#include "x509/key_store.h"
#include "x509/library.h"
#include "x509/oid.h"

namespace pkigate::x509 {

namespace {

using store_error::kPassword;
using store_error::kUnsupported;

// What a derived value is for: the ID of RFC 7292, B.3.
enum class KeyUse : uint8_t { kKey = 1, kIv = 2, kMac = 3 };

struct NamedDigest {
  std::string_view oid;
  const EVP_MD* (*digest)();
};
constexpr NamedDigest kDigests[] = {
    {"1.3.14.3.2.26", EVP_sha1},
    {"2.16.840.1.101.3.4.2.4", EVP_sha224},
    {"2.16.840.1.101.3.4.2.1", EVP_sha256},
    {"2.16.840.1.101.3.4.2.2", EVP_sha384},
    {"2.16.840.1.101.3.4.2.3", EVP_sha512},
};
constexpr NamedDigest kPseudoRandomFunctions[] = {
    {"1.2.840.113549.2.7", EVP_sha1},    {"1.2.840.113549.2.8", EVP_sha224},
    {"1.2.840.113549.2.9", EVP_sha256},  {"1.2.840.113549.2.10", EVP_sha384},
    {"1.2.840.113549.2.11", EVP_sha512},
};

struct NamedCipher {
  std::string_view oid;
  const EVP_CIPHER* (*cipher)();
};
constexpr NamedCipher kCiphers[] = {
    {"2.16.840.1.101.3.4.1.2", EVP_aes_128_cbc},
    {"2.16.840.1.101.3.4.1.22", EVP_aes_192_cbc},
    {"2.16.840.1.101.3.4.1.42", EVP_aes_256_cbc},
    {"1.2.840.113549.3.7", EVP_des_ede3_cbc},
};
// Those of PKCS#12 itself: key and IV both come from the password, by way of SHA-1.
constexpr NamedCipher kOlderSchemes[] = {
    {"1.2.840.113549.1.12.1.3", EVP_des_ede3_cbc},
    {"1.2.840.113549.1.12.1.6", EVP_rc2_40_cbc},
};
constexpr std::string_view kPbes2 = "1.2.840.113549.1.5.13";
constexpr std::string_view kPbkdf2 = "1.2.840.113549.1.5.12";

template <typename Named, size_t kCount>
const Named* FindByOid(const Named (&all)[kCount], std::string_view oid) {
  const auto* const found = std::find_if(std::begin(all), std::end(all),
                                         [&](const Named& one) { return one.oid == oid; });
  return found == std::end(all) ? nullptr : found;
}

Error Unsupported(std::string_view what, std::string_view oid) {
  return MakeError(kUnsupported, "{} {} is not supported", what, oid);
}

Result<std::string> ReadOid(DerReader& reader, std::string_view what) {
  const DerElement element = PKIGATE_TRY(reader.Next(der::kOid, what));
  const std::optional<std::string> oid = DottedOid(element.content);
  return oid ? Result<std::string>(*oid) : reader.FailAt(element.position, "no object identifier");
}

// How often to hash: at least once.
Result<uint32_t> ReadIterations(DerReader& reader, uint32_t iterations_max) {
  const DerElement element = PKIGATE_TRY(reader.Next(der::kInteger, "the number of iterations"));
  uint64_t number = 0;
  if (element.content.empty() || element.content.size() > 5 || (element.content[0] & 0x80) != 0) {
    return reader.FailAt(element.position, "the number of iterations is out of range");
  }
  for (const uint8_t octet : element.content) {
    number = number << 8 | octet;
  }
  if (number == 0 || number > iterations_max) {
    return reader.FailAt(element.position,
                         fmt::format("{} iterations, at most {}", number, iterations_max));
  }
  return static_cast<uint32_t>(number);
}

// RFC 7292, B.2, with its names: D, S and P are filled to whole blocks, A is the digest chain.
std::vector<uint8_t> Derive(const EVP_MD& digest, KeyUse use, size_t bytes_len,
                            std::span<const uint8_t> password, std::span<const uint8_t> salt,
                            uint32_t iterations) {
  const size_t block_len = EVP_MD_block_size(&digest);
  const auto append_filled = [&](std::vector<uint8_t>& out, std::span<const uint8_t> text) {
    const size_t len = (text.size() + block_len - 1) / block_len * block_len;
    for (size_t index = 0; index < len; ++index) {
      out.push_back(text[index % text.size()]);
    }
  };
  const std::vector<uint8_t> d(block_len, static_cast<uint8_t>(use));
  std::vector<uint8_t> i;
  append_filled(i, salt);
  append_filled(i, password);
  std::vector<uint8_t> made;
  while (made.size() < bytes_len) {
    uint8_t a[EVP_MAX_MD_SIZE];
    unsigned a_len = 0;
    bssl::ScopedEVP_MD_CTX context;
    EVP_DigestInit_ex(context.get(), &digest, nullptr);
    EVP_DigestUpdate(context.get(), d.data(), d.size());
    EVP_DigestUpdate(context.get(), i.data(), i.size());
    EVP_DigestFinal_ex(context.get(), a, &a_len);
    for (uint32_t round = 1; round < iterations; ++round) {
      EVP_Digest(a, a_len, a, &a_len, &digest, nullptr);
    }
    made.insert(made.end(), a, a + std::min<size_t>(a_len, bytes_len - made.size()));
    // Each block of I becomes itself + B + 1, B being A repeated.
    for (size_t block = 0; block < i.size(); block += block_len) {
      unsigned carry = 1;
      for (size_t index = block_len; index-- > 0;) {
        carry += i[block + index] + unsigned{a[index % a_len]};
        i[block + index] = static_cast<uint8_t>(carry);
        carry >>= 8;
      }
    }
    OPENSSL_cleanse(a, sizeof a);
  }
  OPENSSL_cleanse(i.data(), i.size());
  return made;
}

Result<std::vector<uint8_t>> Decrypt(const EVP_CIPHER& cipher, std::span<const uint8_t> key,
                                     std::span<const uint8_t> iv,
                                     std::span<const uint8_t> ciphertext) {
  const ErrorQueueGuard cleaner;
  bssl::ScopedEVP_CIPHER_CTX context;
  std::vector<uint8_t> plain(ciphertext.size() + EVP_CIPHER_block_size(&cipher));
  int len = 0;
  int rest_len = 0;
  if (EVP_DecryptInit_ex(context.get(), &cipher, nullptr, key.data(), iv.data()) != 1 ||
      EVP_DecryptUpdate(context.get(), plain.data(), &len, ciphertext.data(),
                        static_cast<int>(ciphertext.size())) != 1 ||
      EVP_DecryptFinal_ex(context.get(), plain.data() + len, &rest_len) != 1) {
    OPENSSL_cleanse(plain.data(), plain.size());
    return MakeError(kPassword, "what it encrypts cannot be decrypted with this password");
  }
  plain.resize(static_cast<size_t>(len + rest_len));
  return plain;
}

Result<std::vector<uint8_t>> DecryptOlder(const EVP_CIPHER& cipher, DerReader& parameters,
                                          std::span<const uint8_t> ciphertext,
                                          const StorePassword& password, uint32_t iterations_max) {
  DerReader fields = PKIGATE_TRY(parameters.Enter(der::kSequence, "the parameters"));
  const DerElement salt = PKIGATE_TRY(fields.Next(der::kOctetString, "the salt"));
  const uint32_t iterations = PKIGATE_TRY(ReadIterations(fields, iterations_max));
  PKIGATE_TRY_STATUS(fields.End("the parameters"));
  std::vector<uint8_t> key = Derive(*EVP_sha1(), KeyUse::kKey, EVP_CIPHER_key_length(&cipher),
                                    password.bmp(), salt.content, iterations);
  const std::vector<uint8_t> iv = Derive(*EVP_sha1(), KeyUse::kIv, EVP_CIPHER_iv_length(&cipher),
                                         password.bmp(), salt.content, iterations);
  Result<std::vector<uint8_t>> plain = Decrypt(cipher, key, iv, ciphertext);
  OPENSSL_cleanse(key.data(), key.size());
  return plain;
}

// The key of PBES2 (RFC 8018, A.2), of the length that `cipher` takes.
Result<std::vector<uint8_t>> DeriveByPbkdf2(DerReader function, const EVP_CIPHER& cipher,
                                            const StorePassword& password,
                                            uint32_t iterations_max) {
  const std::string oid = PKIGATE_TRY(ReadOid(function, "the key derivation function"));
  if (oid != kPbkdf2) {
    return Unsupported("the key derivation function", oid);
  }
  DerReader fields = PKIGATE_TRY(function.Enter(der::kSequence, "the parameters of PBKDF2"));
  const DerElement salt = PKIGATE_TRY(fields.Next(der::kOctetString, "the salt"));
  const uint32_t iterations = PKIGATE_TRY(ReadIterations(fields, iterations_max));
  if (fields.StartsWith(der::kInteger)) {
    const DerElement len = PKIGATE_TRY(fields.Next("the length of the key"));
    if (len.content.size() != 1 || len.content[0] != EVP_CIPHER_key_length(&cipher)) {
      return fields.FailAt(len.position, "the length of the key is not that of the cipher");
    }
  }
  const NamedDigest* prf = &kPseudoRandomFunctions[0];
  if (!fields.empty()) {
    DerReader identifier = PKIGATE_TRY(fields.Enter(der::kSequence, "the pseudo-random function"));
    const std::string prf_oid = PKIGATE_TRY(ReadOid(identifier, "the pseudo-random function"));
    prf = FindByOid(kPseudoRandomFunctions, prf_oid);
    if (prf == nullptr) {
      return Unsupported("the pseudo-random function", prf_oid);
    }
  }
  std::vector<uint8_t> key(EVP_CIPHER_key_length(&cipher));
  if (PKCS5_PBKDF2_HMAC(password.utf8().data(), password.utf8().size(), salt.content.data(),
                        salt.content.size(), iterations, prf->digest(), key.size(),
                        key.data()) != 1) {
    return MakeError(kPassword, "no key can be made of this password");
  }
  return key;
}

Result<std::vector<uint8_t>> DecryptByPbes2(DerReader& parameters,
                                            std::span<const uint8_t> ciphertext,
                                            const StorePassword& password,
                                            uint32_t iterations_max) {
  DerReader fields = PKIGATE_TRY(parameters.Enter(der::kSequence, "the parameters of PBES2"));
  const DerReader function =
      PKIGATE_TRY(fields.Enter(der::kSequence, "the key derivation function"));
  DerReader scheme = PKIGATE_TRY(fields.Enter(der::kSequence, "the cipher"));
  const std::string oid = PKIGATE_TRY(ReadOid(scheme, "the cipher"));
  const NamedCipher* const cipher = FindByOid(kCiphers, oid);
  if (cipher == nullptr) {
    return Unsupported("the cipher", oid);
  }
  const DerElement iv = PKIGATE_TRY(scheme.Next(der::kOctetString, "the initial vector"));
  if (iv.content.size() != EVP_CIPHER_iv_length(cipher->cipher())) {
    return scheme.FailAt(iv.position, "the initial vector has not the length of a block");
  }
  std::vector<uint8_t> key =
      PKIGATE_TRY(DeriveByPbkdf2(function, *cipher->cipher(), password, iterations_max));
  Result<std::vector<uint8_t>> plain = Decrypt(*cipher->cipher(), key, iv.content, ciphertext);
  OPENSSL_cleanse(key.data(), key.size());
  return plain;
}

// UTF-16 of well-formed UTF-8, high octet first.
std::vector<uint8_t> Utf16Of(std::string_view utf8) {
  std::vector<uint8_t> out;
  out.reserve(2 * utf8.size() + 2);
  const auto append = [&](uint32_t unit) {
    out.push_back(static_cast<uint8_t>(unit >> 8));
    out.push_back(static_cast<uint8_t>(unit));
  };
  while (!utf8.empty()) {
    const size_t len = Utf8CharacterLength(utf8);
    uint32_t code_point = static_cast<uint8_t>(utf8[0]);
    code_point = len == 1 ? code_point : code_point & (0x7fU >> len);
    for (size_t index = 1; index < len; ++index) {
      code_point = code_point << 6 | (static_cast<uint8_t>(utf8[index]) & 0x3fU);
    }
    if (code_point < 0x10000) {
      append(code_point);
    } else {
      append(0xd800 + ((code_point - 0x10000) >> 10));
      append(0xdc00 + ((code_point - 0x10000) & 0x3ff));
    }
    utf8.remove_prefix(len);
  }
  return out;
}

}  // namespace

Result<StorePassword> StorePassword::Create(std::string_view utf8) {
  if (utf8.size() > limits::kStorePasswordBytesMax || !IsUtf8(utf8)) {
    return MakeError(kPassword, "the password is no UTF-8 or longer than {} bytes",
                     limits::kStorePasswordBytesMax);
  }
  StorePassword password;
  password.utf8_.assign(utf8.begin(), utf8.end());
  password.utf16_ = Utf16Of(utf8);
  password.utf16_.insert(password.utf16_.end(), 2, 0);
  return password;
}

StorePassword StorePassword::None() {
  StorePassword none;
  none.absent_ = true;
  return none;
}

StorePassword::~StorePassword() {
  OPENSSL_cleanse(utf8_.data(), utf8_.size());
  OPENSSL_cleanse(utf16_.data(), utf16_.size());
}

Result<std::vector<uint8_t>> DecryptByPassword(const DerElement& algorithm,
                                               std::span<const uint8_t> ciphertext,
                                               const StorePassword& password,
                                               uint32_t iterations_max) {
  DerReader fields = DerReader(algorithm.tlv, store_error::kGarbled).Inside(algorithm);
  const std::string oid = PKIGATE_TRY(ReadOid(fields, "the encryption algorithm"));
  if (oid == kPbes2) {
    return DecryptByPbes2(fields, ciphertext, password, iterations_max);
  }
  const NamedCipher* const scheme = FindByOid(kOlderSchemes, oid);
  if (scheme == nullptr) {
    return Unsupported("the encryption algorithm", oid);
  }
  return DecryptOlder(*scheme->cipher(), fields, ciphertext, password, iterations_max);
}

Status CheckStoreMac(const DerElement& mac_data, std::span<const uint8_t> content,
                     const StorePassword& password, uint32_t iterations_max) {
  DerReader fields = DerReader(mac_data.tlv, store_error::kGarbled).Inside(mac_data);
  DerReader info = PKIGATE_TRY(fields.Enter(der::kSequence, "the MAC's digest"));
  DerReader algorithm = PKIGATE_TRY(info.Enter(der::kSequence, "the MAC's algorithm"));
  const std::string oid = PKIGATE_TRY(ReadOid(algorithm, "the MAC's algorithm"));
  const DerElement wanted = PKIGATE_TRY(info.Next(der::kOctetString, "the MAC"));
  const DerElement salt = PKIGATE_TRY(fields.Next(der::kOctetString, "the MAC's salt"));
  const uint32_t iterations =
      fields.empty() ? 1 : PKIGATE_TRY(ReadIterations(fields, iterations_max));
  PKIGATE_TRY_STATUS(fields.End("the MAC"));
  const NamedDigest* const digest = FindByOid(kDigests, oid);
  if (digest == nullptr) {
    return Unsupported("the MAC algorithm", oid);
  }
  std::vector<uint8_t> key = Derive(*digest->digest(), KeyUse::kMac, EVP_MD_size(digest->digest()),
                                    password.bmp(), salt.content, iterations);
  uint8_t mac[EVP_MAX_MD_SIZE];
  unsigned mac_len = 0;
  HMAC(digest->digest(), key.data(), key.size(), content.data(), content.size(), mac, &mac_len);
  OPENSSL_cleanse(key.data(), key.size());
  if (wanted.content.size() != mac_len || CRYPTO_memcmp(wanted.content.data(), mac, mac_len) != 0) {
    return MakeError(kPassword, "the integrity check fails");
  }
  return {};
}

}  // namespace pkigate::x509
