// SPDX-License-Identifier: Apache-2.0
//
// A small world for TLS tests: a CA, a server certificate, clients good and bad, and contexts made
// of them. The clock stands at kNow.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "test_pki.h"
#include "tls/client.h"
#include "tls/server_context.h"
#include "tls/settings.h"
#include "tls/verified_chains.h"
#include "x509/trust_store.h"

namespace pkigate::tls::test {

std::shared_ptr<const x509::TrustStore> Trusting(
    const std::vector<const Identity*>& roots, const std::vector<std::vector<uint8_t>>& crls = {});

struct Site {
  Site();

  // The same for every test of the program: making keys takes time.
  static const Site& Get();

  ServerSettings Server(ClientAuthentication mode) const;
  // Trusts the site's CA and speaks the version given.
  ClientSettings Client(const Identity* identity = nullptr, uint16_t version = kTls13) const;

  Identity root;
  Identity foreign_root;
  Identity intermediate;
  Identity server;
  Identity client;  // by the root
  Identity client_of_intermediate;
  Identity foreign_client;
  Identity expired_client;
  Identity future_client;
  Identity server_only_client;  // extended key usage serverAuth
  std::shared_ptr<const x509::TrustStore> trust;
};

// Creates or stops the test program with the reason.
std::unique_ptr<ServerContext> MakeServer(const ServerSettings& settings,
                                          VerifiedChains* chains = nullptr);
std::unique_ptr<ClientContext> MakeClient(const ClientSettings& settings);

}  // namespace pkigate::tls::test
