// SPDX-License-Identifier: Apache-2.0
#include "tls/server_context.h"

#include <openssl/sha.h>
#include <openssl/ssl.h>

#include <ctime>
#include <utility>

#include "base/assert.h"
#include "base/limits.h"
#include "tls/pump.h"
#include "tls/server_context_parts.h"
#include "tls/verified_chains.h"
#include "x509/trust_store.h"

namespace pkigate::tls {

namespace {

int SelectProtocol(SSL* /*ssl*/, const uint8_t** out, uint8_t* out_len, const uint8_t* offered,
                   unsigned offered_len, void* argument) {
  const std::string& spoken = *static_cast<const std::string*>(argument);
  uint8_t* selected = nullptr;
  const int outcome =
      SSL_select_next_proto(&selected, out_len, reinterpret_cast<const uint8_t*>(spoken.data()),
                            static_cast<unsigned>(spoken.size()), offered, offered_len);
  *out = selected;
  // RFC 7301, 3.2: no overlap is fatal (no_application_protocol), not a protocol nobody asked for.
  return outcome == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

// Whom to ask a certificate of: the names of the trusted CAs, or none when they are too many.
void UseCaNames(SSL_CTX* context, CRYPTO_BUFFER_POOL* pool, const x509::TrustStore& trust) {
  bssl::UniquePtr<STACK_OF(CRYPTO_BUFFER)> names(sk_CRYPTO_BUFFER_new_null());
  PKIGATE_ASSERT(names != nullptr);
  size_t num_bytes = 0;
  for (const std::vector<uint8_t>& name : trust.subjects()) {
    num_bytes += 2 + name.size();
    if (num_bytes > limits::kCaNamesBytesMax) {
      return;
    }
    bssl::UniquePtr<CRYPTO_BUFFER> buffer(CRYPTO_BUFFER_new(name.data(), name.size(), pool));
    PKIGATE_ASSERT(buffer != nullptr);
    const bool pushed = bssl::PushToStack(names.get(), std::move(buffer));
    PKIGATE_ASSERT(pushed);
  }
  SSL_CTX_set0_client_CAs(context, names.release());
}

// Sessions are not resumed. Should one ever be offered, it is one of this context's kind only:
// never one earned where fewer certificates are asked for (docs/design/io_uring.md, 13).
void UseSessionIdContext(SSL_CTX* context, const ServerSettings& settings) {
  const std::string identity =
      fmt::format("pkigate {} {} {}", static_cast<int>(settings.client_authentication),
                  settings.verify, settings.trust == nullptr ? 0 : settings.trust->id());
  std::array<uint8_t, SHA256_DIGEST_LENGTH> digest;
  SHA256(reinterpret_cast<const uint8_t*>(identity.data()), identity.size(), digest.data());
  const int set = SSL_CTX_set_session_id_context(context, digest.data(), digest.size());
  PKIGATE_ASSERT(set == 1);
}

int64_t SystemNowUnix() { return std::time(nullptr); }

}  // namespace

ServerContext::ServerContext(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
ServerContext::~ServerContext() = default;

const std::vector<std::string>& ServerContext::warnings() const {
  return parts_->material.warnings;
}

Result<std::unique_ptr<ServerContext>> ServerContext::Create(const ServerSettings& settings,
                                                             ServerSurroundings surroundings) {
  const bool asks = settings.client_authentication != ClientAuthentication::kNone;
  if (asks && settings.verify && settings.trust == nullptr) {
    return MakeError("trust", "client certificates are asked for and there is no trust store");
  }
  auto parts = std::make_unique<Parts>();
  parts->material = ContextMaterial::Make();
  PKIGATE_TRY_STATUS(
      parts->material.UseCertificate(settings.certificate_chain, settings.private_key));
  PKIGATE_TRY_STATUS(parts->material.UseVersionsAndSuites(
      settings.version_min, settings.version_max, settings.cipher_suites));
  parts->alpn_wire = PKIGATE_TRY(AlpnWireForm(settings.alpn));
  parts->client_authentication = settings.client_authentication;
  parts->verify = settings.verify;
  parts->trust = settings.trust;
  parts->now_unix =
      surroundings.now_unix ? std::move(surroundings.now_unix) : std::function(SystemNowUnix);
  parts->verified_chains = surroundings.verified_chains;
  if (parts->verified_chains == nullptr) {
    parts->own_verified_chains = std::make_unique<VerifiedChains>();
    parts->verified_chains = parts->own_verified_chains.get();
  }

  SSL_CTX* context = parts->material.context.get();
  SSL_CTX_set_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE);
  UseSessionIdContext(context, settings);
  if (!parts->alpn_wire.empty()) {
    SSL_CTX_set_alpn_select_cb(context, SelectProtocol, &parts->alpn_wire);
  }
  if (asks) {
    // What is needed of the chain is taken when it is judged; afterwards a hash does.
    SSL_CTX_set_retain_only_sha256_of_client_certs(context, 1);
    Pump::JudgeChains(*context, settings.client_authentication == ClientAuthentication::kRequired
                                    ? SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT
                                    : SSL_VERIFY_PEER);
    if (settings.verify) {
      UseCaNames(context, parts->material.pool.get(), *settings.trust);
    }
  }
  return std::unique_ptr<ServerContext>(new ServerContext(std::move(parts)));
}

}  // namespace pkigate::tls
