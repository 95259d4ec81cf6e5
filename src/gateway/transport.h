// SPDX-License-Identifier: Apache-2.0
//
// ClientTransport is a client connection's byte layer: TLS, or nothing at all for a listener whose
// dialect has TLS switched off. Ciphertext (or plain bytes) come in through a LentInput and leave
// through a ChunkQueue; the connection above sees plaintext only.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "base/chunk_queue.h"
#include "gateway/lent_input.h"
#include "tls/connection.h"
#include "tls/server_context.h"
#include "x509/peer_chain.h"

namespace pkigate::gateway {

class ClientTransport {
 public:
  using Progress = tls::Progress;

  // `context` null: plain. All three must outlive the transport.
  ClientTransport(tls::ServerContext* context, LentInput& input, ChunkQueue& out);
  ClientTransport(const ClientTransport&) = delete;
  ClientTransport& operator=(const ClientTransport&) = delete;

  bool encrypted() const { return tls_.has_value(); }
  Progress Handshake();
  Progress Read(std::span<uint8_t> room, size_t* num_read);
  // Takes as much as fits below the output's high water.
  Progress Write(std::span<const uint8_t> plaintext, size_t* num_written);
  void CloseNotify();
  // The peer will send nothing more.
  void EndOfInput();

  // Null: no certificate (or no TLS).
  const std::shared_ptr<const x509::PeerChain>& peer_chain() const;
  // The verdict of the handshake on it: by which trust store, until when.
  uint64_t trust_id() const { return tls_->trust_id(); }
  int64_t trusted_until_unix() const { return tls_->trusted_until_unix(); }
  const tls::HandshakeFailure& failure() const { return tls_->failure(); }
  const tls::HandshakeFailure& HandshakeTimedOut() { return tls_->TimeOut(); }
  std::string_view sni() const { return tls_.has_value() ? tls_->sni() : std::string_view(); }
  bool chain_was_known() const { return tls_.has_value() && tls_->chain_was_known(); }

 private:
  // Runs `step` with the input lent to the TLS layer and takes back what it did not read.
  template <typename Step>
  Progress WithInput(Step&& step);

  LentInput* input_;
  ChunkQueue* out_;
  bool input_ended_ = false;
  std::optional<tls::ServerConnection> tls_;
};

}  // namespace pkigate::gateway
