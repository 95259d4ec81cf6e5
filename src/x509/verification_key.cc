// SPDX-License-Identifier: Apache-2.0
#include "x509/verification_key.h"

#include <openssl/base.h>
#include <openssl/bn.h>
#include <openssl/bytestring.h>
#include <openssl/digest.h>
#include <openssl/ec_key.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/mem.h>
#include <openssl/nid.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "x509/library.h"

namespace pkigate::x509 {

namespace {

enum class Family : uint8_t { kHmac, kRsaPkcs1, kRsaPss, kEcdsa };

struct Known {
  std::string_view name;
  SignatureAlgorithm algorithm;
  Family family;
  const EVP_MD* (*digest)();
  int curve = NID_undef;  // kEcdsa
};
constexpr Known kKnown[] = {
    {"HS256", SignatureAlgorithm::kHs256, Family::kHmac, EVP_sha256},
    {"HS384", SignatureAlgorithm::kHs384, Family::kHmac, EVP_sha384},
    {"HS512", SignatureAlgorithm::kHs512, Family::kHmac, EVP_sha512},
    {"RS256", SignatureAlgorithm::kRs256, Family::kRsaPkcs1, EVP_sha256},
    {"RS384", SignatureAlgorithm::kRs384, Family::kRsaPkcs1, EVP_sha384},
    {"RS512", SignatureAlgorithm::kRs512, Family::kRsaPkcs1, EVP_sha512},
    {"PS256", SignatureAlgorithm::kPs256, Family::kRsaPss, EVP_sha256},
    {"PS384", SignatureAlgorithm::kPs384, Family::kRsaPss, EVP_sha384},
    {"PS512", SignatureAlgorithm::kPs512, Family::kRsaPss, EVP_sha512},
    {"ES256", SignatureAlgorithm::kEs256, Family::kEcdsa, EVP_sha256, NID_X9_62_prime256v1},
    {"ES384", SignatureAlgorithm::kEs384, Family::kEcdsa, EVP_sha384, NID_secp384r1},
    {"ES512", SignatureAlgorithm::kEs512, Family::kEcdsa, EVP_sha512, NID_secp521r1},
};

constexpr size_t kSecretBytesMin = 32;
constexpr unsigned kRsaBitsMin = 2048;

// The curve of an EC key, NID_undef for another kind or curve.
int CurveOf(const EVP_PKEY* key) {
  const EC_KEY* ec = EVP_PKEY_get0_EC_KEY(key);
  return ec == nullptr ? NID_undef : EC_GROUP_get_curve_name(EC_KEY_get0_group(ec));
}

bool HmacMatches(const Known& known, std::span<const uint8_t> secret, std::string_view text,
                 std::span<const uint8_t> signature) {
  const EVP_MD* digest = known.digest();
  std::array<uint8_t, EVP_MAX_MD_SIZE> expected{};
  unsigned expected_len = 0;
  if (secret.size() < EVP_MD_size(digest) ||
      HMAC(digest, secret.data(), secret.size(), reinterpret_cast<const uint8_t*>(text.data()),
           text.size(), expected.data(), &expected_len) == nullptr) {
    return false;
  }
  return signature.size() == expected_len &&
         CRYPTO_memcmp(signature.data(), expected.data(), expected_len) == 0;
}

// RFC 7518, 3.4: both numbers at full length, one behind the other. As DER, which is what the
// library checks; empty if they are none.
std::vector<uint8_t> EcdsaDer(const EVP_PKEY* key, std::span<const uint8_t> signature) {
  const EC_GROUP* group = EC_KEY_get0_group(EVP_PKEY_get0_EC_KEY(key));
  const size_t num_bytes = (static_cast<size_t>(EC_GROUP_order_bits(group)) + 7) / 8;
  if (signature.size() != 2 * num_bytes) {
    return {};
  }
  bssl::UniquePtr<ECDSA_SIG> parts(ECDSA_SIG_new());
  bssl::UniquePtr<BIGNUM> r(BN_bin2bn(signature.data(), num_bytes, nullptr));
  bssl::UniquePtr<BIGNUM> s(BN_bin2bn(signature.data() + num_bytes, num_bytes, nullptr));
  if (parts == nullptr || r == nullptr || s == nullptr ||
      ECDSA_SIG_set0(parts.get(), r.get(), s.get()) != 1) {
    return {};
  }
  r.release();
  s.release();
  uint8_t* der = nullptr;
  size_t der_len = 0;
  if (ECDSA_SIG_to_bytes(&der, &der_len, parts.get()) != 1) {
    return {};
  }
  const bssl::UniquePtr<uint8_t> owner(der);
  return {der, der + der_len};
}

bool PublicKeyVerifies(const Known& known, EVP_PKEY* key, std::string_view text,
                       std::span<const uint8_t> signature) {
  std::vector<uint8_t> der;
  if (known.family == Family::kEcdsa) {
    if (CurveOf(key) != known.curve) {
      return false;
    }
    der = EcdsaDer(key, signature);
    signature = der;
  } else if (EVP_PKEY_id(key) != EVP_PKEY_RSA) {
    return false;
  }
  if (signature.empty()) {
    return false;
  }
  bssl::ScopedEVP_MD_CTX context;
  EVP_PKEY_CTX* options = nullptr;
  if (EVP_DigestVerifyInit(context.get(), &options, known.digest(), nullptr, key) != 1) {
    return false;
  }
  if (known.family == Family::kRsaPss &&
      (EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING) != 1 ||
       EVP_PKEY_CTX_set_rsa_pss_saltlen(options, -1) != 1)) {  // as long as the digest
    return false;
  }
  return EVP_DigestVerify(context.get(), signature.data(), signature.size(),
                          reinterpret_cast<const uint8_t*>(text.data()), text.size()) == 1;
}

}  // namespace

std::optional<SignatureAlgorithm> SignatureAlgorithmNamed(std::string_view alg) {
  const auto* found = std::ranges::find(kKnown, alg, &Known::name);
  return found == std::end(kKnown) ? std::nullopt : std::optional(found->algorithm);
}

// Exactly one of the two.
struct VerificationKey::Parts {
  std::vector<uint8_t> secret;
  bssl::UniquePtr<EVP_PKEY> public_key;

  Parts() = default;
  Parts(const Parts&) = delete;
  Parts& operator=(const Parts&) = delete;
  ~Parts() { OPENSSL_cleanse(secret.data(), secret.size()); }
};

VerificationKey::VerificationKey(std::unique_ptr<const Parts> parts) : parts_(std::move(parts)) {}
VerificationKey::VerificationKey(VerificationKey&&) noexcept = default;
VerificationKey& VerificationKey::operator=(VerificationKey&&) noexcept = default;
VerificationKey::~VerificationKey() = default;

Result<VerificationKey> VerificationKey::FromSecret(std::span<const uint8_t> secret) {
  if (secret.size() < kSecretBytesMin) {
    return MakeError("weak_key", "a secret of {} bytes, at least {} are needed", secret.size(),
                     kSecretBytesMin);
  }
  auto parts = std::make_unique<Parts>();
  parts->secret.assign(secret.begin(), secret.end());
  return VerificationKey(std::move(parts));
}

Result<VerificationKey> VerificationKey::FromPublicKey(std::span<const uint8_t> der) {
  const ErrorQueueGuard guard;
  CBS in;
  CBS_init(&in, der.data(), der.size());
  auto parts = std::make_unique<Parts>();
  parts->public_key.reset(EVP_parse_public_key(&in));
  if (parts->public_key == nullptr || CBS_len(&in) != 0) {
    return MakeError("malformed_key", "no public key (SubjectPublicKeyInfo)");
  }
  const EVP_PKEY* key = parts->public_key.get();
  if (EVP_PKEY_id(key) == EVP_PKEY_RSA) {
    const unsigned bits = RSA_bits(EVP_PKEY_get0_RSA(key));
    if (bits < kRsaBitsMin) {
      return MakeError("weak_key", "an RSA key of {} bits, at least {} are needed", bits,
                       kRsaBitsMin);
    }
    return VerificationKey(std::move(parts));
  }
  const int curve = CurveOf(key);
  const bool known = std::ranges::any_of(kKnown, [&](const Known& entry) {
    return entry.family == Family::kEcdsa && entry.curve == curve;
  });
  if (!known) {
    return MakeError("unsupported_key", "neither RSA nor on P-256, P-384 or P-521");
  }
  return VerificationKey(std::move(parts));
}

bool VerificationKey::Verifies(SignatureAlgorithm algorithm, std::string_view text,
                               std::span<const uint8_t> signature) const {
  const ErrorQueueGuard guard;
  const Known& known = *std::ranges::find(kKnown, algorithm, &Known::algorithm);
  if ((known.family == Family::kHmac) != (parts_->public_key == nullptr)) {
    return false;
  }
  return known.family == Family::kHmac
             ? HmacMatches(known, parts_->secret, text, signature)
             : PublicKeyVerifies(known, parts_->public_key.get(), text, signature);
}

}  // namespace pkigate::x509
