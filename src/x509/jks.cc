// SPDX-License-Identifier: Apache-2.0
#include "x509/jks.h"

#include <openssl/crypto.h>
#include <openssl/mem.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "base/limits.h"
#include "x509/certificate.h"
#include "x509/oid.h"
#include "x509/string_value.h"
#include "x509/unicode_case.h"

namespace pkigate::x509 {

namespace {

constexpr uint8_t kMagic[] = {0xfe, 0xed, 0xfe, 0xed};
constexpr uint8_t kJceksMagic[] = {0xce, 0xce, 0xce, 0xce};
constexpr std::string_view kWhitener = "Mighty Aphrodite";
constexpr std::string_view kProtector = "1.3.6.1.4.1.42.2.17.1.1";
constexpr uint32_t kKeyTag = 1;
constexpr uint32_t kTrustedTag = 2;

using Digest = std::array<uint8_t, SHA_DIGEST_LENGTH>;

Digest Sha1(std::initializer_list<std::span<const uint8_t>> parts) {
  SHA_CTX context;
  SHA1_Init(&context);
  for (const std::span<const uint8_t> part : parts) {
    SHA1_Update(&context, part.data(), part.size());
  }
  Digest digest;
  SHA1_Final(digest.data(), &context);
  OPENSSL_cleanse(&context, sizeof context);
  return digest;
}

bool StartsWith(std::span<const uint8_t> bytes, std::span<const uint8_t> start) {
  return bytes.size() >= start.size() && std::ranges::equal(bytes.first(start.size()), start);
}

// A cursor over the store that cannot run past its end.
class JksReader {
 public:
  explicit JksReader(std::span<const uint8_t> bytes) : all_(bytes), rest_(bytes) {}

  size_t position() const { return all_.size() - rest_.size(); }
  std::span<const uint8_t> before() const { return all_.first(position()); }
  bool empty() const { return rest_.empty(); }

  Result<std::span<const uint8_t>> Bytes(size_t len, std::string_view what) {
    if (len > rest_.size()) {
      return Fail(fmt::format("the store is cut off: {} has {} bytes, only {} are there", what, len,
                              rest_.size()));
    }
    const std::span<const uint8_t> bytes = rest_.first(len);
    rest_ = rest_.subspan(len);
    return bytes;
  }
  Result<uint32_t> Number(size_t len, std::string_view what) {
    uint32_t number = 0;
    for (const uint8_t octet : PKIGATE_TRY(Bytes(len, what))) {
      number = number << 8 | octet;
    }
    return number;
  }
  Error Fail(std::string_view problem) const {
    return MakeError(store_error::kGarbled, "byte {}: {}", position(), problem);
  }

 private:
  std::span<const uint8_t> all_;
  std::span<const uint8_t> rest_;
};

Result<std::span<const uint8_t>> ReadText(JksReader& reader, std::string_view what) {
  return reader.Bytes(PKIGATE_TRY(reader.Number(2, what)), what);
}

Result<std::vector<uint8_t>> ReadCertificate(JksReader& reader, uint32_t version) {
  if (version == 2) {
    const std::span<const uint8_t> type =
        PKIGATE_TRY(ReadText(reader, "the type of a certificate"));
    if (!std::ranges::equal(type, std::string_view("X.509"))) {
      return reader.Fail("a certificate is of another type than X.509");
    }
  }
  const uint32_t len = PKIGATE_TRY(reader.Number(4, "the length of a certificate"));
  const std::span<const uint8_t> der = PKIGATE_TRY(reader.Bytes(len, "a certificate"));
  return std::vector<uint8_t>(der.begin(), der.end());
}

Result<KeyStoreEntry> ReadEntry(JksReader& reader, uint32_t version) {
  const uint32_t tag = PKIGATE_TRY(reader.Number(4, "the kind of an entry"));
  if (tag != kKeyTag && tag != kTrustedTag) {
    return reader.Fail(fmt::format("an entry is of the unknown kind {}", tag));
  }
  const std::span<const uint8_t> alias = PKIGATE_TRY(ReadText(reader, "an alias"));
  KeyStoreEntry entry;
  // Modified UTF-8 is UTF-8 but for NUL and characters beyond the BMP, which nobody names keys by.
  entry.alias = ToLowerCase(
      ReplaceIllFormedUtf8({reinterpret_cast<const char*>(alias.data()), alias.size()}));
  PKIGATE_TRY(reader.Bytes(8, "the date of an entry"));
  uint32_t num_certificates = 1;
  if (tag == kKeyTag) {
    const uint32_t len = PKIGATE_TRY(reader.Number(4, "the length of a key"));
    const std::span<const uint8_t> key = PKIGATE_TRY(reader.Bytes(len, "a key"));
    if (key.empty()) {
      return reader.Fail("a key of no bytes");
    }
    entry.encrypted_key.assign(key.begin(), key.end());
    num_certificates = PKIGATE_TRY(reader.Number(4, "the number of certificates"));
  }
  // Nothing is set aside for a number: each certificate has to be there first.
  for (uint32_t index = 0; index < num_certificates; ++index) {
    entry.certificates.push_back(PKIGATE_TRY(ReadCertificate(reader, version)));
  }
  return entry;
}

Status CheckCertificates(const KeyStore& store) {
  for (const KeyStoreEntry& entry : store.entries) {
    for (const std::vector<uint8_t>& certificate : entry.certificates) {
      if (const auto facts = ParseCertificate(certificate); !facts.ok()) {
        return MakeError(store_error::kGarbled, "entry [{}]: no certificate: {}", entry.alias,
                         facts.error().message);
      }
    }
  }
  return {};
}

}  // namespace

bool IsJks(std::span<const uint8_t> bytes) { return StartsWith(bytes, kMagic); }
bool IsJceks(std::span<const uint8_t> bytes) { return StartsWith(bytes, kJceksMagic); }

Result<KeyStore> ReadJks(std::span<const uint8_t> bytes, const StorePassword& password) {
  JksReader reader(bytes);
  PKIGATE_TRY(reader.Bytes(sizeof kMagic, "the magic number"));
  const uint32_t version = PKIGATE_TRY(reader.Number(4, "the version"));
  if (version != 1 && version != 2) {
    return MakeError(store_error::kUnsupported, "is a JKS store of version {}, expected 1 or 2",
                     version);
  }
  const uint32_t num_entries = PKIGATE_TRY(reader.Number(4, "the number of entries"));
  if (num_entries > limits::kKeyStoreEntriesMax) {
    return MakeError(store_error::kTooLarge, "{} entries, at most {}", num_entries,
                     limits::kKeyStoreEntriesMax);
  }
  KeyStore store;
  for (uint32_t index = 0; index < num_entries; ++index) {
    store.entries.push_back(PKIGATE_TRY(ReadEntry(reader, version)));
  }
  const Digest digest =
      Sha1({password.utf16(),
            {reinterpret_cast<const uint8_t*>(kWhitener.data()), kWhitener.size()},
            reader.before()});
  const std::span<const uint8_t> wanted =
      PKIGATE_TRY(reader.Bytes(SHA_DIGEST_LENGTH, "the digest at the end"));
  if (!reader.empty()) {
    return reader.Fail("bytes after the end of the store");
  }
  if (CRYPTO_memcmp(digest.data(), wanted.data(), digest.size()) != 0) {
    return MakeError(store_error::kPassword, "the integrity check of the JKS store fails");
  }
  PKIGATE_TRY_STATUS(CheckCertificates(store));
  return store;
}

bool IsJksProtector(const DerElement& algorithm) {
  DerReader fields = DerReader(algorithm.tlv, store_error::kGarbled).Inside(algorithm);
  const Result<DerElement> oid = fields.Next(der::kOid, "the key's encryption");
  return oid.ok() && DottedOid(oid.value().content) == kProtector;
}

Result<std::vector<uint8_t>> RemoveJksProtection(std::span<const uint8_t> protected_key,
                                                 const StorePassword& password) {
  if (protected_key.size() < 2 * SHA_DIGEST_LENGTH) {
    return MakeError(store_error::kGarbled, "the encrypted key is too short");
  }
  const std::span<const uint8_t> salt = protected_key.first(SHA_DIGEST_LENGTH);
  const std::span<const uint8_t> check = protected_key.last(SHA_DIGEST_LENGTH);
  const std::span<const uint8_t> hidden =
      protected_key.subspan(SHA_DIGEST_LENGTH, protected_key.size() - 2 * SHA_DIGEST_LENGTH);
  std::vector<uint8_t> key(hidden.begin(), hidden.end());
  Digest link{};
  std::ranges::copy(salt, link.begin());
  for (size_t index = 0; index < key.size(); ++index) {
    if (index % link.size() == 0) {
      link = Sha1({password.utf16(), link});
    }
    key[index] ^= link[index % link.size()];
  }
  const Digest digest = Sha1({password.utf16(), key});
  if (CRYPTO_memcmp(digest.data(), check.data(), digest.size()) != 0) {
    OPENSSL_cleanse(key.data(), key.size());
    return MakeError(store_error::kPassword, "its integrity check fails");
  }
  return key;
}

}  // namespace pkigate::x509
