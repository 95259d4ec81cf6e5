// SPDX-License-Identifier: Apache-2.0
#include "tls/cipher_suites.h"

#include <openssl/ssl.h>

#include <algorithm>
#include <string_view>

#include "base/assert.h"

namespace pkigate::tls {

namespace {

// Within brackets the client's preference decides: a phone without AES instructions asks for
// ChaCha20 first.
constexpr const char* kBuiltInRule =
    "[TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256|TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256]:"
    "[TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256|TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256]:"
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384:TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384";

constexpr std::string_view kTls13Suites[] = {"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384",
                                             "TLS_CHACHA20_POLY1305_SHA256"};

// Every suite of TLS 1.2 the library can negotiate with a certificate.
std::vector<std::string_view> KnownTls12Suites() {
  bssl::UniquePtr<SSL_CTX> context(SSL_CTX_new(TLS_with_buffers_method()));
  PKIGATE_ASSERT(context != nullptr);
  const int set = SSL_CTX_set_strict_cipher_list(context.get(), "ALL:!aPSK");
  PKIGATE_ASSERT(set == 1);
  std::vector<std::string_view> known;
  const STACK_OF(SSL_CIPHER)* ciphers = SSL_CTX_get_ciphers(context.get());
  for (size_t index = 0; index < sk_SSL_CIPHER_num(ciphers); ++index) {
    const SSL_CIPHER* cipher = sk_SSL_CIPHER_value(ciphers, index);
    if (SSL_CIPHER_get_min_version(cipher) < TLS1_3_VERSION) {
      known.emplace_back(SSL_CIPHER_standard_name(cipher));
    }
  }
  return known;
}

bool Contains(std::span<const std::string_view> list, std::string_view name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

}  // namespace

Result<CipherSuites> ChooseCipherSuites(std::span<const std::string> names) {
  CipherSuites chosen;
  if (names.empty()) {
    chosen.rule = kBuiltInRule;
    return chosen;
  }
  const std::vector<std::string_view> known = KnownTls12Suites();
  std::vector<std::string_view> taken;
  size_t num_tls13 = 0;
  for (const std::string& name : names) {
    if (Contains(taken, name)) {
      chosen.warnings.push_back(fmt::format("cipher suite {} is listed twice", name));
      continue;
    }
    const bool is_tls13 = Contains(kTls13Suites, name);
    if (!is_tls13 && !Contains(known, name)) {
      chosen.warnings.push_back(
          fmt::format("cipher suite {} is not available and was left out", name));
      continue;
    }
    taken.push_back(name);
    if (is_tls13) {
      ++num_tls13;
      continue;
    }
    chosen.rule += (chosen.rule.empty() ? "" : ":") + name;
  }
  chosen.allows_tls12 = !chosen.rule.empty();
  chosen.allows_tls13 = num_tls13 > 0;
  if (!chosen.allows_tls12 && !chosen.allows_tls13) {
    return MakeError("cipher_suites",
                     "none of the {} cipher suites listed is available (the first is {})",
                     names.size(), names.front());
  }
  if (num_tls13 > 0 && num_tls13 < std::size(kTls13Suites)) {
    chosen.warnings.push_back(
        "the cipher suites of TLS 1.3 cannot be chosen one by one: all three are offered");
  }
  return chosen;
}

}  // namespace pkigate::tls
