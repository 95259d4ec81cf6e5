// SPDX-License-Identifier: Apache-2.0
#include "tls/client.h"

#include <fmt/ranges.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <ctime>
#include <utility>

#include "base/assert.h"
#include "tls/chain_verdict.h"
#include "tls/context_material.h"
#include "x509/trust_store.h"

namespace pkigate::tls {

struct ClientContext::Parts {
  ContextMaterial material;
  std::shared_ptr<const x509::TrustStore> trust;
  std::function<int64_t()> now_unix;
};

ClientContext::ClientContext(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
ClientContext::~ClientContext() = default;

Result<std::unique_ptr<ClientContext>> ClientContext::Create(const ClientSettings& settings) {
  auto parts = std::make_unique<Parts>();
  parts->material = ContextMaterial::Make();
  SSL_CTX* context = parts->material.context.get();
  if (!settings.certificate_chain.empty()) {
    PKIGATE_TRY_STATUS(
        parts->material.UseCertificate(settings.certificate_chain, settings.private_key));
  }
  PKIGATE_TRY_STATUS(parts->material.UseVersionsAndSuites(
      settings.version_min, settings.version_max, settings.cipher_suites));
  const std::string alpn = PKIGATE_TRY(AlpnWireForm(settings.alpn));
  const int alpn_refused = SSL_CTX_set_alpn_protos(
      context, reinterpret_cast<const uint8_t*>(alpn.data()), static_cast<unsigned>(alpn.size()));
  PKIGATE_ASSERT(alpn_refused == 0);
  // The library's own list lacks P-521, and with it servers whose key is on that curve (TLS 1.2).
  const std::string groups = settings.groups.empty()
                                 ? "X25519:P-256:P-384:P-521"
                                 : fmt::format("{}", fmt::join(settings.groups, ":"));
  if (SSL_CTX_set1_curves_list(context, groups.c_str()) != 1) {
    ERR_clear_error();
    return MakeError("groups",
                     "unknown key exchange group among {} (known: X25519, P-256, P-384, P-521)",
                     groups);
  }
  parts->trust = settings.trust;
  parts->now_unix = settings.now_unix ? settings.now_unix
                                      : std::function<int64_t()>([] { return std::time(nullptr); });
  Pump::JudgeChains(*context, SSL_VERIFY_PEER);
  return std::unique_ptr<ClientContext>(new ClientContext(std::move(parts)));
}

ClientConnection::ClientConnection(ClientContext& context, ChunkQueue& out,
                                   std::string_view server_name)
    : context_(context), pump_(*context.parts_->material.context, Side::kClient, out, *this) {
  if (!server_name.empty()) {
    const int set = SSL_set_tlsext_host_name(pump_.ssl(), std::string(server_name).c_str());
    PKIGATE_ASSERT(set == 1);
  }
}

bool ClientConnection::Judge(PresentedChain chain, HandshakeFailure* failure) {
  const ClientContext::Parts& parts = *context_.parts_;
  server_certificate_.assign(chain.front().begin(), chain.front().end());
  if (parts.trust == nullptr) {
    return true;
  }
  const x509::VerifyResult verdict = parts.trust->Verify(
      CopyOf(chain), {.purpose = x509::Purpose::kServer, .time_unix = parts.now_unix()});
  if (!verdict.accepted) {
    if (const auto leaf = x509::ParseCertificate(chain.front()); leaf.ok()) {
      DescribeLeaf(*leaf, x509::Sha256(chain.front()), failure);
    }
    DescribeRefusal(verdict, *parts.trust, Side::kClient, failure);
    return false;
  }
  return true;
}

}  // namespace pkigate::tls
