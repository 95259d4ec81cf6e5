// SPDX-License-Identifier: Apache-2.0
//
// A client made of BoringSSL and nothing of ours, for peers that ClientConnection is too well
// behaved to play: one that offers sessions, speaks old versions, floods, or has no private key.
#pragma once

#include <openssl/ssl.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/chunk_queue.h"
#include "test_pki.h"
#include "tls/connection.h"
#include "tls/server_context.h"

namespace pkigate::tls::test {

class RawClient {
 public:
  RawClient();

  // To be set up before the first Connect.
  SSL_CTX* context() { return context_.get(); }
  SSL* ssl() { return ssl_.get(); }
  // Presents `identity`; without its key, every signature is made of zeros.
  void Present(const Identity& identity, bool with_key);

  // Starts over with a new connection; `session` is offered if not null.
  void Reset(SSL_SESSION* session = nullptr);
  // Handshake steps of both sides until nothing moves. True: both are done.
  bool Connect(ServerConnection& server, ChunkQueue& to_client);
  // One step of this side: what the server sent goes in, what is to be sent comes out.
  std::vector<uint8_t> Step(const std::vector<uint8_t>& from_server);
  // What is to be sent by now.
  std::vector<uint8_t> TakeOutput();
  // Decrypts what the server sent.
  std::string Read(const std::vector<uint8_t>& from_server);

  bool done() const { return done_; }
  // The last alert the server sent, 0 if none.
  int alert() const { return alert_; }
  // Sessions (tickets) the server gave, over all connections.
  const std::vector<bssl::UniquePtr<SSL_SESSION>>& sessions() const { return sessions_; }
  // Names of CAs the server asked for.
  size_t num_ca_names() const { return num_ca_names_; }

 private:
  static int Keep(SSL* ssl, SSL_SESSION* session);
  static int CountCaNames(SSL* ssl, void* self);
  static void Note(const SSL* ssl, int type, int value);

  bssl::UniquePtr<SSL_CTX> context_;
  std::vector<bssl::UniquePtr<SSL_SESSION>> sessions_;
  size_t num_ca_names_ = 0;
  bool done_ = false;
  int alert_ = 0;
  bssl::UniquePtr<SSL> ssl_;
};

}  // namespace pkigate::tls::test
