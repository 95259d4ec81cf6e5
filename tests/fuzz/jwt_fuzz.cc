// SPDX-License-Identifier: Apache-2.0
//
// Tokens: any bytes as a token, and any bytes as the claims of a token that is well signed, so that
// what lies behind the signature is reached as well.
#include <openssl/digest.h>
#include <openssl/hmac.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/assert.h"
#include "base/base64.h"
#include "identity/jwt.h"

namespace {

constexpr std::string_view kSecret = "0123456789abcdef0123456789abcdef";

std::string Base64Url(std::string_view bytes) {
  std::string text =
      pkigate::ToBase64({reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()});
  text.erase(text.find_last_not_of('=') + 1);
  for (char& c : text) {
    c = c == '+' ? '-' : c == '/' ? '_' : c;
  }
  return text;
}

std::vector<pkigate::x509::VerificationKey> Keys() {
  std::vector<pkigate::x509::VerificationKey> keys;
  keys.push_back(pkigate::x509::VerificationKey::FromSecret(
                     {reinterpret_cast<const uint8_t*>(kSecret.data()), kSecret.size()})
                     .value());
  return keys;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const std::vector<pkigate::x509::VerificationKey> keys = Keys();
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto unknown = pkigate::identity::VerifyJwt(input, keys);
  // Nobody signs by chance: what is believed was signed by this very secret below.
  (void)unknown;
  std::string token = Base64Url(R"({"alg":"HS256"})") + "." + Base64Url(input);
  std::array<uint8_t, 32> signature{};
  unsigned signature_len = 0;
  HMAC(EVP_sha256(), kSecret.data(), kSecret.size(), reinterpret_cast<const uint8_t*>(token.data()),
       token.size(), signature.data(), &signature_len);
  token += "." + Base64Url({reinterpret_cast<const char*>(signature.data()), signature.size()});
  const auto claims = pkigate::identity::VerifyJwt(token, keys);
  if (claims.ok()) {
    for (const pkigate::identity::JwtClaim& claim : claims->list) {
      const auto* found = claims->Find(claim.name);
      PKIGATE_ASSERT(claim.kind == pkigate::identity::JwtClaim::Kind::kNull ? found == nullptr
                                                                            : found == &claim);
    }
    (void)pkigate::identity::CheckJwtClaims(
        *claims, {.now_unix = 1'700'000'000, .audiences = {"a"}, .issuer = "b"});
  }
  (void)pkigate::identity::ReadSigningKey(input);
  return 0;
}
