// SPDX-License-Identifier: Apache-2.0
//
// What is inside a ServerContext; for the two files that implement the server side.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "tls/context_material.h"
#include "tls/server_context.h"
#include "tls/verified_chains.h"

namespace pkigate::tls {

struct ServerContext::Parts {
  ContextMaterial material;
  std::string alpn_wire;
  ClientAuthentication client_authentication = ClientAuthentication::kNone;
  bool verify = true;
  std::shared_ptr<const x509::TrustStore> trust;
  std::unique_ptr<VerifiedChains> own_verified_chains;  // when nobody lent one
  VerifiedChains* verified_chains = nullptr;
  std::function<int64_t()> now_unix;
};

}  // namespace pkigate::tls
