// SPDX-License-Identifier: Apache-2.0
//
// Signed tokens: which are believed, and which of those are for us and for now (opendistro.md,
// 8.3). Keys and signatures are made here, with the library itself.
#include "identity/jwt.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
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

#include "base/base64.h"
#include "base/limits.h"

namespace pkigate::identity {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using x509::VerificationKey;

std::string Base64Url(std::string_view bytes) {
  std::string text = ToBase64({reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()});
  text.erase(text.find_last_not_of('=') + 1);
  for (char& c : text) {
    c = c == '+' ? '-' : c == '/' ? '_' : c;
  }
  return text;
}

std::string Unsigned(std::string_view header, std::string_view claims) {
  return Base64Url(header) + "." + Base64Url(claims);
}

constexpr char kSecret[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
constexpr char kClaims[] = R"({"sub":"joe","roles":["a","b"],"exp":2000,"nbf":1000})";

std::string Hmac(const EVP_MD* digest, std::string_view text, std::string_view secret = kSecret) {
  std::string signature(EVP_MD_size(digest), '\0');
  unsigned len = 0;
  HMAC(digest, secret.data(), secret.size(), reinterpret_cast<const uint8_t*>(text.data()),
       text.size(), reinterpret_cast<uint8_t*>(signature.data()), &len);
  return signature;
}

std::string Hs256(std::string_view claims, std::string_view header = R"({"alg":"HS256"})") {
  const std::string text = Unsigned(header, claims);
  return text + "." + Base64Url(Hmac(EVP_sha256(), text));
}

std::vector<VerificationKey> Secret() {
  std::vector<VerificationKey> keys;
  keys.push_back(
      ReadSigningKey(ToBase64({reinterpret_cast<const uint8_t*>(kSecret), sizeof(kSecret) - 1}))
          .value());
  return keys;
}

bssl::UniquePtr<EVP_PKEY> NewRsa(int bits = 2048) {
  bssl::UniquePtr<RSA> rsa(RSA_new());
  bssl::UniquePtr<BIGNUM> e(BN_new());
  BN_set_word(e.get(), RSA_F4);
  RSA_generate_key_ex(rsa.get(), bits, e.get(), nullptr);
  bssl::UniquePtr<EVP_PKEY> key(EVP_PKEY_new());
  EVP_PKEY_set1_RSA(key.get(), rsa.get());
  return key;
}

bssl::UniquePtr<EVP_PKEY> NewEc(int curve) {
  bssl::UniquePtr<EC_KEY> ec(EC_KEY_new_by_curve_name(curve));
  EC_KEY_generate_key(ec.get());
  bssl::UniquePtr<EVP_PKEY> key(EVP_PKEY_new());
  EVP_PKEY_set1_EC_KEY(key.get(), ec.get());
  return key;
}

std::string PublicBase64(const EVP_PKEY* key) {
  bssl::ScopedCBB cbb;
  uint8_t* der = nullptr;
  size_t der_len = 0;
  CBB_init(cbb.get(), 0);
  EVP_marshal_public_key(cbb.get(), key);
  CBB_finish(cbb.get(), &der, &der_len);
  const bssl::UniquePtr<uint8_t> owner(der);
  return ToBase64({der, der_len});
}

std::vector<VerificationKey> KeysOf(const EVP_PKEY* key) {
  std::vector<VerificationKey> keys;
  keys.push_back(ReadSigningKey(PublicBase64(key)).value());
  return keys;
}

std::string Sign(EVP_PKEY* key, const EVP_MD* digest, bool pss, std::string_view text) {
  bssl::ScopedEVP_MD_CTX context;
  EVP_PKEY_CTX* options = nullptr;
  EVP_DigestSignInit(context.get(), &options, digest, nullptr, key);
  if (pss) {
    EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING);
    EVP_PKEY_CTX_set_rsa_pss_saltlen(options, -1);
  }
  size_t len = 1024;
  std::string signature(len, '\0');
  EVP_DigestSign(context.get(), reinterpret_cast<uint8_t*>(signature.data()), &len,
                 reinterpret_cast<const uint8_t*>(text.data()), text.size());
  signature.resize(len);
  return signature;
}

// RFC 7518, 3.4.
std::string SignEc(EVP_PKEY* key, const EVP_MD* digest, size_t num_bytes, std::string_view text) {
  const std::string der = Sign(key, digest, false, text);
  bssl::UniquePtr<ECDSA_SIG> parts(
      ECDSA_SIG_from_bytes(reinterpret_cast<const uint8_t*>(der.data()), der.size()));
  std::string signature(2 * num_bytes, '\0');
  auto* out = reinterpret_cast<uint8_t*>(signature.data());
  BN_bn2bin_padded(out, num_bytes, ECDSA_SIG_get0_r(parts.get()));
  BN_bn2bin_padded(out + num_bytes, num_bytes, ECDSA_SIG_get0_s(parts.get()));
  return signature;
}

std::string CodeOf(std::string_view token, std::span<const VerificationKey> keys) {
  const Result<JwtClaims> claims = VerifyJwt(token, keys);
  return claims.ok() ? "" : claims.error().code;
}

TEST(Jwt, ClaimsOfASignedToken) {
  const Result<JwtClaims> claims =
      VerifyJwt(Hs256(R"({"sub":"joe","n":7,"f":1.5,"t":true,"z":null,"l":["a","b"],"o":{"x":[1]},)"
                      R"("m":["a",1]})"),
                Secret());
  ASSERT_TRUE(claims.ok()) << claims.error().message;
  EXPECT_EQ(claims->Find("sub")->text, "joe");
  EXPECT_EQ(claims->Find("n")->text, "7");
  EXPECT_EQ(claims->Find("n")->number, 7);
  EXPECT_EQ(claims->Find("f")->number, 1.5);
  EXPECT_EQ(claims->Find("t")->text, "true");
  EXPECT_FALSE(claims->Find("t")->number.has_value());
  EXPECT_EQ(claims->Find("z"), nullptr);
  EXPECT_EQ(claims->Find("none"), nullptr);
  EXPECT_THAT(claims->Find("l")->texts, ElementsAre("a", "b"));
  EXPECT_EQ(claims->Find("l")->text, "[a, b]");
  EXPECT_EQ(claims->Find("o")->text, R"({"x":[1]})");
  EXPECT_EQ(claims->Find("m")->kind, JwtClaim::Kind::kOther);
}

TEST(Jwt, EachAlgorithmWithItsOwnKey) {
  const auto token_of = [](const std::string& alg, auto sign) {
    const std::string text = Unsigned("{\"alg\":\"" + alg + "\",\"typ\":\"JWT\"}", kClaims);
    return text + "." + Base64Url(sign(text));
  };
  const auto rsa = NewRsa();
  const auto p256 = NewEc(NID_X9_62_prime256v1);
  const auto p384 = NewEc(NID_secp384r1);
  const auto p521 = NewEc(NID_secp521r1);
  struct One {
    const char* alg;
    std::string token;
    std::vector<VerificationKey> keys;
  };
  std::vector<One> all;
  const auto add = [&](const char* alg, auto sign, std::vector<VerificationKey> keys) {
    all.push_back({alg, token_of(alg, sign), std::move(keys)});
  };
  add(
      "HS256", [](auto& text) { return Hmac(EVP_sha256(), text); }, Secret());
  add(
      "HS384", [](auto& text) { return Hmac(EVP_sha384(), text); }, Secret());
  add(
      "HS512", [](auto& text) { return Hmac(EVP_sha512(), text); }, Secret());
  add(
      "RS256", [&](auto& text) { return Sign(rsa.get(), EVP_sha256(), false, text); },
      KeysOf(rsa.get()));
  add(
      "RS512", [&](auto& text) { return Sign(rsa.get(), EVP_sha512(), false, text); },
      KeysOf(rsa.get()));
  add(
      "PS384", [&](auto& text) { return Sign(rsa.get(), EVP_sha384(), true, text); },
      KeysOf(rsa.get()));
  add(
      "ES256", [&](auto& text) { return SignEc(p256.get(), EVP_sha256(), 32, text); },
      KeysOf(p256.get()));
  add(
      "ES384", [&](auto& text) { return SignEc(p384.get(), EVP_sha384(), 48, text); },
      KeysOf(p384.get()));
  add(
      "ES512", [&](auto& text) { return SignEc(p521.get(), EVP_sha512(), 66, text); },
      KeysOf(p521.get()));
  for (const One& one : all) {
    EXPECT_EQ(CodeOf(one.token, one.keys), "") << one.alg;
    // Changed claims, a cut signature, and no signature.
    const size_t dot = one.token.find('.');
    std::string changed = one.token;
    changed[dot + 2] = changed[dot + 2] == 'A' ? 'B' : 'A';
    EXPECT_EQ(CodeOf(changed, one.keys), "jwt_signature") << one.alg;
    EXPECT_NE(CodeOf(one.token.substr(0, one.token.size() - 4), one.keys), "");
    EXPECT_EQ(CodeOf(one.token.substr(0, one.token.rfind('.') + 1), one.keys), "jwt_signature");
    for (const One& other : all) {
      const bool same_kind =
          one.alg[0] == other.alg[0] ||
          (one.alg[0] != 'H' && one.alg[0] != 'E' && other.alg[0] != 'H' && other.alg[0] != 'E');
      if (!same_kind || (one.alg[0] == 'E' && one.alg != other.alg)) {
        EXPECT_EQ(CodeOf(one.token, other.keys), "jwt_signature") << one.alg << other.alg;
      }
    }
  }
}

// Who knows the public key knows it as a secret, too.
TEST(Jwt, APublicKeyIsNoSecret) {
  const auto rsa = NewRsa();
  const std::string base64 = PublicBase64(rsa.get());
  const std::vector<uint8_t> der = *FromBase64(base64);
  const std::string pem = "-----BEGIN PUBLIC KEY-----\n" + base64 + "\n-----END PUBLIC KEY-----\n";
  const std::string text = Unsigned(R"({"alg":"HS256"})", kClaims);
  for (const std::string& secret : {std::string(der.begin(), der.end()), base64, pem}) {
    EXPECT_EQ(CodeOf(text + "." + Base64Url(Hmac(EVP_sha256(), text, secret)), KeysOf(rsa.get())),
              "jwt_signature");
  }
}

TEST(Jwt, AlgorithmsThatAreNone) {
  for (const char* header :
       {R"({"alg":"none"})", R"({"alg":"None"})", R"({"alg":"hs256"})", R"({"alg":""})", "{}",
        R"({"alg":"HS1"})", R"({"alg":"ES256K"})", R"({"alg":"EdDSA"})"}) {
    EXPECT_EQ(CodeOf(Hs256(kClaims, header), Secret()), "jwt_algorithm") << header;
    EXPECT_EQ(CodeOf(Unsigned(header, kClaims) + ".", Secret()), "jwt_algorithm") << header;
  }
}

TEST(Jwt, ASecretShorterThanTheDigest) {
  const std::string secret(32, 's');
  std::vector<VerificationKey> keys;
  keys.push_back(
      VerificationKey::FromSecret({reinterpret_cast<const uint8_t*>(secret.data()), secret.size()})
          .value());
  const std::string text = Unsigned(R"({"alg":"HS256"})", kClaims);
  EXPECT_EQ(CodeOf(text + "." + Base64Url(Hmac(EVP_sha256(), text, secret)), keys), "");
  const std::string longer = Unsigned(R"({"alg":"HS512"})", kClaims);
  EXPECT_EQ(CodeOf(longer + "." + Base64Url(Hmac(EVP_sha512(), longer, secret)), keys),
            "jwt_signature");
}

TEST(Jwt, MalformedTokens) {
  const std::string good = Hs256(kClaims);
  std::string deep = "1";
  for (size_t level = 0; level < limits::kJwtDepthMax; ++level) {
    deep = "[" + deep + "]";
  }
  std::string many = "{\"a\":1";
  for (size_t member = 0; member < limits::kJwtMembersMax; ++member) {
    many += ",\"a" + std::to_string(member) + "\":1";
  }
  for (const std::string& token : {
           std::string(),
           std::string("."),
           std::string(".."),
           std::string("a.b"),
           good + ".x",
           "." + good,
           good + "=",
           good + " ",
           good.substr(0, good.find('.')) + "=" + good.substr(good.find('.')),
           Hs256(kClaims, R"({"alg":"HS256","crit":["exp"]})"),
           Hs256(kClaims, R"({"alg":"HS256","zip":"DEF"})"),
           Hs256(kClaims, R"({"alg":"HS256","b64":false})"),
           Hs256(kClaims, R"({"alg":"HS256","alg":"HS256"})"),
           Hs256(kClaims, R"({"alg":["HS256"]})"),
           Hs256(kClaims, R"(["HS256"])"),
           Hs256(R"({"sub":"joe","sub":"admin"})"),
           Hs256(R"({"sub":"joe","s\u0075b":"admin"})"),
           Hs256(R"(["joe"])"),
           Hs256(R"({"sub":"joe")"),
           Hs256(R"({"sub":"joe"}x)"),
           Hs256("{\"sub\":\"\xff\"}"),
           Hs256("{\"deep\":" + deep + "}"),
           Hs256(many + "}"),
           Hs256(""),
           Hs256("{\"x\":\"" + std::string(limits::kJwtBytesMax, 'x') + "\"}"),
       }) {
    EXPECT_EQ(CodeOf(token, Secret()), "jwt_malformed") << token.substr(0, 200);
  }
}

// Base64url has one spelling only.
TEST(Jwt, BitsThatAreLeftOver) {
  const std::string good = Hs256(kClaims);
  ASSERT_EQ((good.size() - good.rfind('.') - 1) % 4, 3U);  // two bits are left over
  std::string other = good;
  const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  other.back() = alphabet[alphabet.find(good.back()) + 1];
  EXPECT_EQ(CodeOf(other, Secret()), "jwt_malformed");
}

std::string Checked(const std::string& claims, const JwtExpectations& expected) {
  const Result<JwtClaims> read = VerifyJwt(Hs256(claims), Secret());
  EXPECT_TRUE(read.ok());
  const Status status = CheckJwtClaims(*read, expected);
  return status.ok() ? "" : status.error().code;
}

TEST(Jwt, Times) {
  EXPECT_EQ(Checked("{}", {.now_unix = 1}), "");
  EXPECT_EQ(Checked(R"({"exp":100})", {.now_unix = 99}), "");
  EXPECT_EQ(Checked(R"({"exp":100})", {.now_unix = 100}), "jwt_expired");
  EXPECT_EQ(Checked(R"({"exp":100})", {.now_unix = 129, .clock_skew_seconds = 30}), "");
  EXPECT_EQ(Checked(R"({"exp":100})", {.now_unix = 130, .clock_skew_seconds = 30}), "jwt_expired");
  EXPECT_EQ(Checked(R"({"nbf":100})", {.now_unix = 100}), "");
  EXPECT_EQ(Checked(R"({"nbf":100})", {.now_unix = 99}), "jwt_not_yet");
  EXPECT_EQ(Checked(R"({"nbf":100})", {.now_unix = 70, .clock_skew_seconds = 30}), "");
  EXPECT_EQ(Checked(R"({"nbf":100})", {.now_unix = 69, .clock_skew_seconds = 30}), "jwt_not_yet");
  EXPECT_EQ(Checked(R"({"exp":"100"})", {.now_unix = 1}), "jwt_malformed");
  EXPECT_EQ(Checked(R"({"exp":1e300})", {.now_unix = 1}), "");
  EXPECT_EQ(Checked(R"({"exp":-1})", {.now_unix = 1}), "jwt_expired");
}

TEST(Jwt, AudienceAndIssuer) {
  const JwtExpectations us{.audiences = {"us", "we"}};
  EXPECT_EQ(Checked(R"({"aud":"we"})", us), "");
  EXPECT_EQ(Checked(R"({"aud":["x","us"]})", us), "");
  EXPECT_EQ(Checked(R"({"aud":["x"]})", us), "jwt_audience");
  EXPECT_EQ(Checked(R"({"aud":"Us"})", us), "jwt_audience");
  EXPECT_EQ(Checked("{}", us), "jwt_audience");
  EXPECT_EQ(Checked(R"({"iss":"them"})", {.issuer = "them"}), "");
  EXPECT_EQ(Checked(R"({"iss":"others"})", {.issuer = "them"}), "jwt_issuer");
  EXPECT_EQ(Checked("{}", {.issuer = "them"}), "jwt_issuer");
}

TEST(Jwt, SigningKeys) {
  const auto reason = [](const std::string& text) {
    const auto key = ReadSigningKey(text);
    return key.ok() ? std::string("good") : key.error().message;
  };
  const auto p256 = NewEc(NID_X9_62_prime256v1);
  const std::string base64 = PublicBase64(p256.get());
  EXPECT_EQ(reason(base64), "good");
  EXPECT_EQ(reason("-----BEGIN PUBLIC KEY-----\r\n" + base64.substr(0, 64) + "\r\n" +
                   base64.substr(64) + "\r\n-----END PUBLIC KEY-----\r\n"),
            "good");
  EXPECT_EQ(reason("-----BEGIN PUBLIC KEY-----" + base64 + "-----END PUBLIC KEY-----"), "good");
  EXPECT_EQ(reason(ToBase64(std::vector<uint8_t>(32, 7))), "good");
  EXPECT_EQ(reason(ToBase64(std::vector<uint8_t>(31, 7))),
            "cannot be used: a secret of 31 bytes, at least 32 are needed");
  EXPECT_EQ(reason(PublicBase64(NewRsa(1024).get())),
            "cannot be used: an RSA key of 1024 bits, at least 2048 are needed");
  EXPECT_EQ(reason(PublicBase64(NewEc(NID_secp224r1).get())),
            "cannot be used: neither RSA nor on P-256, P-384 or P-521");
  EXPECT_EQ(reason("-----BEGIN PUBLIC KEY-----" + ToBase64(std::vector<uint8_t>(64, 7)) +
                   "-----END PUBLIC KEY-----"),
            "cannot be used: no public key (SubjectPublicKeyInfo)")
      << "what says it is a key is no secret";
  EXPECT_EQ(reason("base64 encoded HMAC key or public RSA/ECDSA pem key"),
            "is neither a public key as PEM nor Base64")
      << "the stock file's, which everybody knows";
  EXPECT_EQ(reason(" " + ToBase64(std::vector<uint8_t>(32, 7)) + "\n"), "good");
  EXPECT_THAT(reason(std::string(limits::kJwtKeyBytesMax + 1, 'A')), HasSubstr("at most 16384"));
}

}  // namespace
}  // namespace pkigate::identity
