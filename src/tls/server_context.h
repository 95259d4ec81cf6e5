// SPDX-License-Identifier: Apache-2.0
//
// ServerContext is what all connections of one listener on one worker share: certificate, private
// key, cipher suites, how client certificates are judged. Nothing in it is shared between threads,
// because the library's buffer pool and RSA blinding take locks: each worker builds its own.
//
// Full handshakes only: no session cache, no tickets, no early data, no renegotiation.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "tls/settings.h"

namespace pkigate::tls {

class VerifiedChains;

// What surrounds a context on its worker. The defaults do for programs with one thread.
struct ServerSurroundings {
  // Verified chains, shared by the listeners of the worker; must outlive the context. Null: the
  // context keeps its own.
  VerifiedChains* verified_chains = nullptr;
  // The wall clock, seconds since 1970. Empty: the system's.
  std::function<int64_t()> now_unix;
};

class ServerContext {
 public:
  // Fails when the material cannot be used: chain or key unreadable, key not matching, no usable
  // cipher suite left, no trust for certificates that are asked for. Error codes: `certificate`,
  // `private_key`, `key_mismatch`, `cipher_suites`, `versions`, `alpn`, `trust`.
  static Result<std::unique_ptr<ServerContext>> Create(const ServerSettings& settings,
                                                       ServerSurroundings surroundings = {});
  ServerContext(const ServerContext&) = delete;
  ServerContext& operator=(const ServerContext&) = delete;
  // Its connections must be gone.
  ~ServerContext();

  // What was asked for and could not be had, such as an unknown cipher suite; sentences for people.
  const std::vector<std::string>& warnings() const;

 private:
  friend class ServerConnection;
  struct Parts;
  explicit ServerContext(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace pkigate::tls
