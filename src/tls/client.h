// SPDX-License-Identifier: Apache-2.0
//
// The client side of TLS, sans-I/O like the server side (connection.h): for the load tool, tests
// and TLS to upstreams. Full handshakes only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/chunk_queue.h"
#include "base/result.h"
#include "tls/handshake_failure.h"
#include "tls/progress.h"
#include "tls/pump.h"
#include "tls/settings.h"

namespace pkigate::tls {

struct ClientSettings {
  // The client's own certificate, DER, leaf first, and its PKCS#8 key; empty: none is presented.
  std::vector<std::vector<uint8_t>> certificate_chain;
  std::vector<uint8_t> private_key;
  // Whom the server's certificate must come from. Null: any server is accepted. The chain alone is
  // judged, not the host name.
  std::shared_ptr<const x509::TrustStore> trust;
  uint16_t version_min = kTls12;
  uint16_t version_max = kTls13;
  // IANA names; empty: the built-in order. Those of TLS 1.3 are not selectable.
  std::vector<std::string> cipher_suites;
  // Key exchange groups, best first: `X25519`, `P-256`, `P-384`, `P-521`. Empty: these
  // four in this order.
  std::vector<std::string> groups;
  std::vector<std::string> alpn;  // offered, best first; empty: none
  // The wall clock, seconds since 1970. Empty: the system's.
  std::function<int64_t()> now_unix;
};

// Shared by connections of one thread.
class ClientContext {
 public:
  // Error codes as ServerContext::Create, and `groups`.
  static Result<std::unique_ptr<ClientContext>> Create(const ClientSettings& settings);
  ClientContext(const ClientContext&) = delete;
  ClientContext& operator=(const ClientContext&) = delete;
  // Its connections must be gone.
  ~ClientContext();

 private:
  friend class ClientConnection;
  struct Parts;
  explicit ClientContext(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

class ClientConnection final : private ChainJudge {
 public:
  // `server_name` is sent as SNI; empty: none is sent. `context` and `out` must outlive the
  // connection. The first Handshake() call emits the ClientHello.
  ClientConnection(ClientContext& context, ChunkQueue& out, std::string_view server_name);
  ClientConnection(const ClientConnection&) = delete;
  ClientConnection& operator=(const ClientConnection&) = delete;

  // As in ServerConnection. With TLS 1.3 a server's refusal of our certificate arrives after
  // Handshake() is done: the first Read fails with the alert.
  void Lend(std::span<const uint8_t> ciphertext) { pump_.Lend(ciphertext); }
  size_t unread() const { return pump_.unread(); }
  std::span<const uint8_t> TakeBack() { return pump_.TakeBack(); }
  void EndOfInput() { pump_.EndOfInput(); }
  Progress Handshake() { return pump_.Handshake(); }
  Progress Read(std::span<uint8_t> out, size_t* num_read) { return pump_.Read(out, num_read); }
  Progress Write(std::span<const uint8_t> plaintext, size_t* num_written) {
    return pump_.Write(plaintext, num_written);
  }
  void SendCloseNotify() { pump_.SendCloseNotify(); }
  const HandshakeFailure& TimeOut() { return pump_.TimeOut(); }

  bool handshake_done() const { return pump_.handshake_done(); }
  std::string_view alpn() const { return pump_.alpn(); }
  std::string_view version() const { return pump_.version(); }
  std::string_view cipher() const { return pump_.cipher(); }
  const HandshakeFailure& failure() const { return pump_.failure(); }
  // The certificate the server presented, DER; empty before it did.
  std::span<const uint8_t> server_certificate() const { return server_certificate_; }

 private:
  bool Judge(PresentedChain chain, HandshakeFailure* failure) override;

  ClientContext& context_;
  std::vector<uint8_t> server_certificate_;
  Pump pump_;
};

}  // namespace pkigate::tls
