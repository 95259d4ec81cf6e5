// SPDX-License-Identifier: Apache-2.0
#include "identity/password_hash.h"

#include <crypt.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/md5.h>
#include <openssl/mem.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <span>
#include <vector>

#include "base/ascii.h"
#include "base/assert.h"
#include "base/base64.h"
#include "base/hex.h"
#include "base/limits.h"

namespace pkigate::identity {

namespace {

constexpr const char* kCode = "password_hash";

constexpr std::string_view kPbkdf2 = "{PBKDF2}";
constexpr std::string_view kPbkdf2Stretch = "{PBKDF2_STRETCH}";
constexpr std::string_view kSha = "{SHA}";
constexpr std::string_view kMd5 = "{MD5}";
constexpr std::string_view kSaltedSha256 = "{SSHA256}";

constexpr std::string_view kBcryptDigits =
    "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
constexpr size_t kBcryptLen = 60;
constexpr size_t kBcryptSettingLen = 29;  // `$2a$10$` and the salt
constexpr size_t kBcryptSaltAt = 7;
constexpr size_t kBcryptSaltBytes = 16;
constexpr size_t kBcryptPasswordBytesMax = 72;  // of the algorithm; it does not see what follows

constexpr size_t kPbkdf2KeyBytes = 32;
constexpr size_t kPbkdf2NewSaltBytes = 32;
constexpr size_t kSaltedSha256SaltLen = 12;  // in Base64
constexpr size_t kSaltedSha256SaltBytes = 8;

// --- bcrypt -------------------------------------------------------------------------------------

bool LooksLikeBcrypt(std::string_view stored) {
  return stored.starts_with("$2a$") || stored.starts_with("$2b$") || stored.starts_with("$2y$");
}

// The digit at the end of the salt, or of the hash, has bits that belong to no byte. bcrypt writes
// zeros there; with others nothing compares equal.
bool EndsClean(char digit, unsigned num_unused_bits) {
  return kBcryptDigits.find(digit) % (size_t{1} << num_unused_bits) == 0;
}

Status CheckBcrypt(std::string_view stored) {
  if (stored.size() != kBcryptLen) {
    return MakeError(kCode, "a bcrypt hash has {} characters, this one {}", kBcryptLen,
                     stored.size());
  }
  if (!IsAsciiDigit(stored[4]) || !IsAsciiDigit(stored[5]) || stored[6] != '$') {
    return MakeError(kCode, "a bcrypt hash begins like $2a$10$, with a cost of two digits");
  }
  const uint32_t cost = static_cast<uint32_t>((stored[4] - '0') * 10 + (stored[5] - '0'));
  if (cost < limits::kBcryptCostMin || cost > limits::kBcryptCostMax) {
    return MakeError(kCode, "a bcrypt hash of cost {}; {} to {} are taken", cost,
                     limits::kBcryptCostMin, limits::kBcryptCostMax);
  }
  const std::string_view digits = stored.substr(kBcryptSaltAt);
  if (digits.find_first_not_of(kBcryptDigits) != std::string_view::npos ||
      !EndsClean(stored[kBcryptSettingLen - 1], 4) || !EndsClean(stored[kBcryptLen - 1], 2)) {
    return MakeError(kCode, "the salt or digest of a bcrypt hash is damaged");
  }
  return {};
}

// The hash of `password` with cost and salt of `setting`, with its prefix $2b$; empty when
// libxcrypt refuses the setting. $2b$ is bcrypt without the flaws of old implementations, which is
// what every prefix means upstream; libxcrypt itself has a safeguard in $2a$ that changes some
// hashes.
std::string Bcrypt(std::string_view setting, std::string_view password) {
  const std::string modern = "$2b$" + std::string(setting.substr(4, kBcryptSettingLen - 4));
  const std::string seen(password.substr(0, kBcryptPasswordBytesMax));
  // 32 KiB of work area, which has to begin as zeros and ends with the password in it.
  const auto area = std::make_unique<crypt_data>();
  const char* hash = crypt_rn(seen.c_str(), modern.c_str(), area.get(), sizeof(crypt_data));
  std::string made = hash == nullptr ? "" : hash;
  OPENSSL_cleanse(area.get(), sizeof(crypt_data));
  OPENSSL_cleanse(const_cast<char*>(seen.data()), seen.size());
  return made;
}

std::string BcryptSetting(uint32_t cost) {
  std::array<uint8_t, kBcryptSaltBytes> salt{};
  RAND_bytes(salt.data(), salt.size());
  std::string setting = fmt::format("$2a${:02}$", cost);
  uint32_t bits = 0;
  unsigned num_bits = 0;
  for (const uint8_t byte : salt) {
    bits = (bits << 8) | byte;
    num_bits += 8;
    while (num_bits >= 6) {
      num_bits -= 6;
      setting += kBcryptDigits[(bits >> num_bits) & 63];
    }
  }
  setting += kBcryptDigits[(bits << (6 - num_bits)) & 63];
  PKIGATE_ASSERT(setting.size() == kBcryptSettingLen);
  return setting;
}

// --- PBKDF2 -------------------------------------------------------------------------------------

struct Pbkdf2 {
  uint32_t iterations = 0;
  std::vector<uint8_t> salt;
  std::vector<uint8_t> key;
};

// What stands behind the prefix.
Result<Pbkdf2> ParsePbkdf2(std::string_view text) {
  Pbkdf2 parsed;
  const size_t salt_at = text.find('$');
  const size_t key_at = salt_at == std::string_view::npos ? salt_at : text.find('$', salt_at + 1);
  if (key_at == std::string_view::npos) {
    return MakeError(kCode, "a PBKDF2 hash has the form {{PBKDF2}}iterations$salt$key");
  }
  const char* const end = text.data() + salt_at;
  const auto [read_to, error] = std::from_chars(text.data(), end, parsed.iterations);
  if (error != std::errc() || read_to != end || parsed.iterations < limits::kPbkdf2IterationsMin ||
      parsed.iterations > limits::kPbkdf2IterationsMax) {
    return MakeError(kCode, "the iterations of a PBKDF2 hash are a number from {} to {}",
                     limits::kPbkdf2IterationsMin, limits::kPbkdf2IterationsMax);
  }
  auto salt = FromBase64(text.substr(salt_at + 1, key_at - salt_at - 1));
  if (!salt || salt->size() < limits::kPbkdf2SaltBytesMin ||
      salt->size() > limits::kPbkdf2SaltBytesMax) {
    return MakeError(kCode, "the salt of a PBKDF2 hash is Base64 of {} to {} bytes",
                     limits::kPbkdf2SaltBytesMin, limits::kPbkdf2SaltBytesMax);
  }
  auto key = FromBase64(text.substr(key_at + 1));
  if (!key || key->size() != kPbkdf2KeyBytes) {
    return MakeError(kCode, "the key of a PBKDF2 hash is Base64 of {} bytes", kPbkdf2KeyBytes);
  }
  parsed.salt = *std::move(salt);
  parsed.key = *std::move(key);
  return parsed;
}

std::array<uint8_t, kPbkdf2KeyBytes> DeriveKey(std::string_view password,
                                               std::span<const uint8_t> salt, uint32_t iterations) {
  std::array<uint8_t, kPbkdf2KeyBytes> key{};
  const int derived = PKCS5_PBKDF2_HMAC(password.data(), password.size(), salt.data(), salt.size(),
                                        iterations, EVP_sha512(), key.size(), key.data());
  PKIGATE_ASSERT(derived == 1);
  return key;
}

// What takes the password's place under {PBKDF2_STRETCH}.
std::string Stretched(std::string_view password) {
  std::array<uint8_t, SHA512_DIGEST_LENGTH> digest{};
  SHA512(reinterpret_cast<const uint8_t*>(password.data()), password.size(), digest.data());
  return ToHex(digest);
}

// --- digests ------------------------------------------------------------------------------------

using Digest = std::vector<uint8_t>;

const uint8_t* Bytes(std::string_view text) {
  return reinterpret_cast<const uint8_t*>(text.data());
}

Digest Sha1(std::string_view password) {
  Digest digest(SHA_DIGEST_LENGTH);
  SHA1(Bytes(password), password.size(), digest.data());
  return digest;
}

Digest Md5(std::string_view password) {
  Digest digest(MD5_DIGEST_LENGTH);
  MD5(Bytes(password), password.size(), digest.data());
  return digest;
}

Digest SaltedSha256(std::string_view password, std::span<const uint8_t> salt) {
  SHA256_CTX context;
  SHA256_Init(&context);
  SHA256_Update(&context, password.data(), password.size());
  SHA256_Update(&context, salt.data(), salt.size());
  Digest digest(SHA256_DIGEST_LENGTH);
  SHA256_Final(digest.data(), &context);
  OPENSSL_cleanse(&context, sizeof context);
  return digest;
}

Status CheckDigest(std::string_view name, std::string_view base64, size_t num_bytes) {
  const auto digest = FromBase64(base64);
  if (!digest || digest->size() != num_bytes) {
    return MakeError(kCode, "a hash under {} is Base64 of {} bytes", name, num_bytes);
  }
  return {};
}

bool Equal(std::span<const uint8_t> a, std::span<const uint8_t> b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

bool Equal(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

// The rest of `text` behind `prefix`, if it begins so.
std::optional<std::string_view> Behind(std::string_view prefix, std::string_view text) {
  return text.starts_with(prefix) ? std::optional(text.substr(prefix.size())) : std::nullopt;
}

bool MatchesPbkdf2(std::string_view text, std::string_view password) {
  const Result<Pbkdf2> stored = ParsePbkdf2(text);
  return stored.ok() && Equal(DeriveKey(password, stored->salt, stored->iterations), stored->key);
}

bool MatchesDigest(std::string_view base64, const Digest& digest) {
  const auto stored = FromBase64(base64);
  return stored.has_value() && Equal(*stored, digest);
}

bool MatchesSaltedSha256(std::string_view text, std::string_view password) {
  const auto salt = FromBase64(text.substr(0, kSaltedSha256SaltLen));
  return salt.has_value() && text.size() > kSaltedSha256SaltLen &&
         MatchesDigest(text.substr(kSaltedSha256SaltLen), SaltedSha256(password, *salt));
}

bool CanBePassword(std::string_view password) {
  return password.size() <= limits::kPasswordBytesMax &&
         password.find('\0') == std::string_view::npos;
}

}  // namespace

Status CheckBcryptHash(std::string_view stored) {
  if (!LooksLikeBcrypt(stored)) {
    return MakeError(kCode, "no bcrypt hash: those begin with $2a$, $2b$ or $2y$");
  }
  return CheckBcrypt(stored);
}

Status CheckPasswordHash(std::string_view stored) {
  if (LooksLikeBcrypt(stored)) {
    return CheckBcrypt(stored);
  }
  if (const auto text = Behind(kPbkdf2, stored)) {
    const Result<Pbkdf2> parsed = ParsePbkdf2(*text);
    return parsed.ok() ? Status() : Status(parsed.error());
  }
  if (const auto text = Behind(kPbkdf2Stretch, stored)) {
    const Result<Pbkdf2> parsed = ParsePbkdf2(*text);
    return parsed.ok() ? Status() : Status(parsed.error());
  }
  if (const auto text = Behind(kSha, stored)) {
    return CheckDigest(kSha, *text, SHA_DIGEST_LENGTH);
  }
  if (const auto text = Behind(kMd5, stored)) {
    return CheckDigest(kMd5, *text, MD5_DIGEST_LENGTH);
  }
  if (const auto text = Behind(kSaltedSha256, stored)) {
    PKIGATE_TRY_STATUS(CheckDigest("{SSHA256} (the salt)", text->substr(0, kSaltedSha256SaltLen),
                                   kSaltedSha256SaltBytes));
    return CheckDigest(kSaltedSha256, text->substr(kSaltedSha256SaltLen), SHA256_DIGEST_LENGTH);
  }
  return MakeError(kCode,
                   "no password hash: those begin with $2a$, $2b$, $2y$, {}, {}, {}, {} or {}; "
                   "passwords in plain text are not taken",
                   kPbkdf2, kPbkdf2Stretch, kSha, kMd5, kSaltedSha256);
}

bool PasswordMatches(std::string_view stored, std::string_view password) {
  if (!CanBePassword(password) || !CheckPasswordHash(stored).ok()) {
    return false;
  }
  if (LooksLikeBcrypt(stored)) {
    const std::string made = Bcrypt(stored, password);
    return made.size() == kBcryptLen && Equal(std::string_view(made).substr(4), stored.substr(4));
  }
  if (const auto text = Behind(kPbkdf2, stored)) {
    return MatchesPbkdf2(*text, password);
  }
  if (const auto text = Behind(kPbkdf2Stretch, stored)) {
    return MatchesPbkdf2(*text, Stretched(password));
  }
  if (const auto text = Behind(kSha, stored)) {
    return MatchesDigest(*text, Sha1(password));
  }
  if (const auto text = Behind(kMd5, stored)) {
    return MatchesDigest(*text, Md5(password));
  }
  const auto text = Behind(kSaltedSha256, stored);
  return text.has_value() && MatchesSaltedSha256(*text, password);
}

std::optional<PasswordHashing> PasswordHashingNamed(std::string_view name) {
  using Kind = PasswordHashing::Kind;
  constexpr uint32_t kIterations[] = {1'000, 10'000, 50'000, 100'000, 500'000, 1'000'000};
  const std::string lowered = ToAsciiLower(name);
  if (lowered == "bcrypt") {
    return PasswordHashing{};
  }
  for (uint32_t cost = limits::kBcryptCostMin; cost <= 14; ++cost) {
    if (lowered == fmt::format("bcrypt{}", cost)) {
      return PasswordHashing{Kind::kBcrypt, cost};
    }
  }
  for (const auto& [kind, word] :
       {std::pair(Kind::kPbkdf2, "pbkdf2"), std::pair(Kind::kPbkdf2Stretch, "pbkdf2_stretch")}) {
    if (lowered == word) {
      return PasswordHashing{kind, 10'000};
    }
    for (const uint32_t iterations : kIterations) {
      if (lowered == fmt::format("{}_{}", word, iterations)) {
        return PasswordHashing{kind, iterations};
      }
    }
  }
  return std::nullopt;
}

Result<std::string> HashPassword(const PasswordHashing& hashing, std::string_view password) {
  using Kind = PasswordHashing::Kind;
  if (!CanBePassword(password)) {
    return MakeError("password", "a password has at most {} bytes and no NUL among them",
                     limits::kPasswordBytesMax);
  }
  if (hashing.kind == Kind::kBcrypt) {
    const std::string made = Bcrypt(BcryptSetting(hashing.work), password);
    PKIGATE_ASSERT(made.size() == kBcryptLen);
    return "$2a$" + made.substr(4);
  }
  const bool stretch = hashing.kind == Kind::kPbkdf2Stretch;
  std::array<uint8_t, kPbkdf2NewSaltBytes> salt{};
  RAND_bytes(salt.data(), salt.size());
  const auto key = DeriveKey(stretch ? Stretched(password) : password, salt, hashing.work);
  return fmt::format("{}{}${}${}", stretch ? kPbkdf2Stretch : kPbkdf2, hashing.work, ToBase64(salt),
                     ToBase64(key));
}

}  // namespace pkigate::identity
