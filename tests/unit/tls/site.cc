// SPDX-License-Identifier: Apache-2.0
#include "site.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

namespace pkigate::tls::test {

namespace {

template <typename T>
T Must(Result<T> result) {
  if (!result.ok()) {
    std::fprintf(stderr, "%s: %s\n", result.error().code, result.error().message.c_str());
    std::abort();
  }
  return std::move(result).value();
}

}  // namespace

std::shared_ptr<const x509::TrustStore> Trusting(const std::vector<const Identity*>& roots,
                                                 const std::vector<std::vector<uint8_t>>& crls) {
  std::vector<std::vector<uint8_t>> anchors;
  for (const Identity* root : roots) {
    anchors.push_back(root->der());
  }
  return Must(x509::TrustStore::Create(anchors, crls, {}));
}

Site::Site()
    : root(Identity::Root({.common_name = "Site CA", .is_ca = true})),
      foreign_root(Identity::Root({.common_name = "Foreign CA", .is_ca = true})),
      intermediate(
          Identity::IssuedBy(root, {.common_name = "Site Intermediate CA", .is_ca = true})),
      server(Identity::IssuedBy(root, {.common_name = "gateway.example",
                                       .extended_key_usage = "serverAuth",
                                       .subject_alt_name = "DNS:gateway.example"})),
      client(Identity::IssuedBy(
          root, {.common_name = "client", .extended_key_usage = "clientAuth", .serial = 0xabcd})),
      client_of_intermediate(
          Identity::IssuedBy(intermediate, {.common_name = "client of intermediate"})),
      foreign_client(Identity::IssuedBy(foreign_root, {.common_name = "foreign client"})),
      expired_client(Identity::IssuedBy(
          root, {.common_name = "expired client", .not_after = kNow - 1, .serial = 0x77})),
      future_client(
          Identity::IssuedBy(root, {.common_name = "future client", .not_before = kNow + kDay})),
      server_only_client(Identity::IssuedBy(
          root, {.common_name = "server only", .extended_key_usage = "serverAuth"})),
      trust(Trusting({&root})) {}

const Site& Site::Get() {
  static const Site* const site = new Site;
  return *site;
}

ServerSettings Site::Server(ClientAuthentication mode) const {
  ServerSettings settings;
  settings.certificate_chain = server.chain();
  settings.private_key = server.Pkcs8();
  settings.client_authentication = mode;
  settings.alpn = {"http/1.1"};
  settings.trust = mode == ClientAuthentication::kNone ? nullptr : trust;
  return settings;
}

ClientSettings Site::Client(const Identity* identity, uint16_t version) const {
  ClientSettings settings;
  if (identity != nullptr) {
    settings.certificate_chain = identity->chain();
    settings.private_key = identity->Pkcs8();
  }
  settings.trust = trust;
  settings.version_min = version;
  settings.version_max = version;
  settings.now_unix = [] { return kNow; };
  return settings;
}

std::unique_ptr<ServerContext> MakeServer(const ServerSettings& settings, VerifiedChains* chains) {
  return Must(ServerContext::Create(settings,
                                    {.verified_chains = chains, .now_unix = [] { return kNow; }}));
}

std::unique_ptr<ClientContext> MakeClient(const ClientSettings& settings) {
  return Must(ClientContext::Create(settings));
}

}  // namespace pkigate::tls::test
