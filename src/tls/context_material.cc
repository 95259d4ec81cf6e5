// SPDX-License-Identifier: Apache-2.0
#include "tls/context_material.h"

#include <openssl/bytestring.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include <algorithm>

#include "base/assert.h"
#include "base/limits.h"
#include "tls/cipher_suites.h"
#include "tls/memory_hooks.h"
#include "tls/settings.h"

namespace pkigate::tls {

namespace {

// Takes the library's errors; the text of the first.
std::string TakeErrorText() {
  const uint32_t error = ERR_get_error();
  ERR_clear_error();
  const char* text = error == 0 ? nullptr : ERR_reason_error_string(error);
  return text == nullptr ? "no reason given" : text;
}

// One DER SEQUENCE and nothing behind it. Whether it is a certificate is for the leaf checked by
// the library and for the others by the peer, to whom they are only passed on.
bool IsOneSequence(std::span<const uint8_t> der) {
  CBS input;
  CBS_init(&input, der.data(), der.size());
  return CBS_skip(&input, 0) == 1 && CBS_get_asn1(&input, nullptr, CBS_ASN1_SEQUENCE) == 1 &&
         CBS_len(&input) == 0;
}

}  // namespace

ContextMaterial ContextMaterial::Make() {
  LinkMemoryHooks();
  ContextMaterial material;
  material.pool.reset(CRYPTO_BUFFER_POOL_new());
  material.context.reset(SSL_CTX_new(TLS_with_buffers_method()));
  PKIGATE_ASSERT(material.pool != nullptr && material.context != nullptr);
  SSL_CTX* context = material.context.get();
  SSL_CTX_set0_buffer_pool(context, material.pool.get());
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
  SSL_CTX_set_early_data_enabled(context, 0);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_max_cert_list(context, limits::kHandshakeMessageBytesMax);
  // The library's list without SHA-1, and with the keys that Java clients may also have.
  static constexpr uint16_t kVerifyAlgorithms[] = {
      SSL_SIGN_ECDSA_SECP256R1_SHA256, SSL_SIGN_RSA_PSS_RSAE_SHA256,
      SSL_SIGN_RSA_PKCS1_SHA256,       SSL_SIGN_ED25519,
      SSL_SIGN_ECDSA_SECP384R1_SHA384, SSL_SIGN_RSA_PSS_RSAE_SHA384,
      SSL_SIGN_RSA_PKCS1_SHA384,       SSL_SIGN_ECDSA_SECP521R1_SHA512,
      SSL_SIGN_RSA_PSS_RSAE_SHA512,    SSL_SIGN_RSA_PKCS1_SHA512};
  const int set =
      SSL_CTX_set_verify_algorithm_prefs(context, kVerifyAlgorithms, std::size(kVerifyAlgorithms));
  PKIGATE_ASSERT(set == 1);
  return material;
}

Status ContextMaterial::UseCertificate(std::span<const std::vector<uint8_t>> chain,
                                       std::span<const uint8_t> private_key) {
  if (chain.empty()) {
    return MakeError("certificate", "there is no certificate");
  }
  ERR_clear_error();
  CBS input;
  CBS_init(&input, private_key.data(), private_key.size());
  bssl::UniquePtr<EVP_PKEY> key(EVP_parse_private_key(&input));
  if (key == nullptr || CBS_len(&input) != 0) {
    return MakeError("private_key", "the private key is no unencrypted PKCS#8 key ({})",
                     TakeErrorText());
  }
  std::vector<bssl::UniquePtr<CRYPTO_BUFFER>> buffers;
  std::vector<CRYPTO_BUFFER*> borrowed;
  for (const std::vector<uint8_t>& der : chain) {
    if (!IsOneSequence(der)) {
      return MakeError("certificate", "entry {} of the certificate chain is no DER certificate",
                       buffers.size() + 1);
    }
    buffers.emplace_back(CRYPTO_BUFFER_new(der.data(), der.size(), pool.get()));
    PKIGATE_ASSERT(buffers.back() != nullptr);
    borrowed.push_back(buffers.back().get());
  }
  if (SSL_CTX_set_chain_and_key(context.get(), borrowed.data(), borrowed.size(), key.get(),
                                nullptr) == 1) {
    return {};
  }
  const uint32_t error = ERR_peek_last_error();
  const bool mismatch = ERR_GET_LIB(error) == ERR_LIB_SSL &&
                        ERR_GET_REASON(error) == SSL_R_CERTIFICATE_AND_PRIVATE_KEY_MISMATCH;
  const std::string text = TakeErrorText();
  if (mismatch) {
    return MakeError("key_mismatch", "the private key does not belong to the certificate ({})",
                     text);
  }
  return MakeError("certificate", "the certificate cannot be used for TLS ({})", text);
}

Status ContextMaterial::UseVersionsAndSuites(uint16_t version_min, uint16_t version_max,
                                             std::span<const std::string> suites) {
  CipherSuites chosen = PKIGATE_TRY(ChooseCipherSuites(suites));
  uint16_t low = std::max(version_min, kTls12);
  uint16_t high = std::min(version_max, kTls13);
  if (low > high) {
    return MakeError("versions",
                     "no TLS version is left: TLS 1.2 and 1.3 are spoken, and the "
                     "range asked for is {:#06x} to {:#06x}",
                     version_min, version_max);
  }
  if (!chosen.allows_tls13 && high == kTls13) {
    if (low == kTls13) {
      return MakeError("cipher_suites",
                       "TLS 1.3 alone is enabled and none of its cipher suites is listed");
    }
    chosen.warnings.push_back("no cipher suite of TLS 1.3 is listed: TLS 1.2 alone is spoken");
    high = kTls12;
  }
  if (!chosen.allows_tls12 && low == kTls12) {
    if (high == kTls12) {
      return MakeError("cipher_suites",
                       "TLS 1.2 alone is enabled and none of its cipher suites is listed");
    }
    chosen.warnings.push_back("no cipher suite of TLS 1.2 is listed: TLS 1.3 alone is spoken");
    low = kTls13;
  }
  const bool versions_set = SSL_CTX_set_min_proto_version(context.get(), low) == 1 &&
                            SSL_CTX_set_max_proto_version(context.get(), high) == 1;
  PKIGATE_ASSERT(versions_set);
  if (!chosen.rule.empty()) {
    const int set = SSL_CTX_set_strict_cipher_list(context.get(), chosen.rule.c_str());
    PKIGATE_ASSERT(set == 1);
  }
  warnings.insert(warnings.end(), chosen.warnings.begin(), chosen.warnings.end());
  return {};
}

Result<std::string> AlpnWireForm(std::span<const std::string> protocols) {
  std::string wire;
  for (const std::string& name : protocols) {
    if (name.empty() || name.size() > 255) {
      return MakeError("alpn", "an ALPN protocol name has 1 to 255 bytes, not {}", name.size());
    }
    wire += static_cast<char>(name.size());
    wire += name;
  }
  return wire;
}

}  // namespace pkigate::tls
