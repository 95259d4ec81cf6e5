// SPDX-License-Identifier: Apache-2.0
//
// ServerConnection is the server side of one TLS connection, without a socket: it is lent
// ciphertext, appends ciphertext to a ChunkQueue, and gives and takes plaintext.
//
//   Lend(bytes) -> Handshake() until kDone -> Read / Write -> SendCloseNotify
//
// After every call the output may hold something to send, also after kFailed: the alert that tells
// the peer why.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "base/chunk_queue.h"
#include "tls/handshake_failure.h"
#include "tls/progress.h"
#include "tls/pump.h"
#include "tls/server_context.h"
#include "x509/peer_chain.h"

namespace pkigate::tls {

class ServerConnection final : private ChainJudge {
 public:
  // `context` and `out` must outlive the connection.
  ServerConnection(ServerContext& context, ChunkQueue& out);
  ServerConnection(const ServerConnection&) = delete;
  ServerConnection& operator=(const ServerConnection&) = delete;

  // Lends ciphertext; nothing may be left of an earlier loan. The bytes must stay alive and
  // unchanged until unread() is 0 or they are taken back. Only what a call needs is taken from
  // them; an incomplete record is copied in.
  void Lend(std::span<const uint8_t> ciphertext) { pump_.Lend(ciphertext); }
  size_t unread() const { return pump_.unread(); }
  // Ends the loan and returns the part not read, which is to be lent again.
  std::span<const uint8_t> TakeBack() { return pump_.TakeBack(); }
  // The peer's FIN was seen: once the loan is used up there is no more. Without a close_notify
  // before it, that is a failure (truncated).
  void EndOfInput() { pump_.EndOfInput(); }

  // As far as the lent bytes reach: kDone (also when it was done before), kWantRead or kFailed.
  Progress Handshake();
  // Plaintext into `out`, which is not empty: kDone with *num_read > 0 (there may be more: read on
  // until another answer); else kWantRead, kClosed or kFailed with *num_read 0. Only after the
  // handshake.
  Progress Read(std::span<uint8_t> out, size_t* num_read) { return pump_.Read(out, num_read); }
  // Encrypts from the front of `plaintext` while the output is below its high water
  // (limits::kTlsOutputHighWater, which one record may overshoot): kDone when all of it was taken,
  // kWantWrite when only *num_written bytes were, kFailed. Only after the handshake.
  Progress Write(std::span<const uint8_t> plaintext, size_t* num_written) {
    return pump_.Write(plaintext, num_written);
  }
  // Ends our side; to be called at most once, and nothing written after it. Does nothing when the
  // handshake is not done or the connection failed.
  void SendCloseNotify() { pump_.SendCloseNotify(); }
  // The handshake took too long: records that as the failure and returns it. Not after kDone or
  // kFailed.
  const HandshakeFailure& TimeOut();

  bool handshake_done() const { return pump_.handshake_done(); }
  // The client's verified chain; null: it sent none. Meaningful once the handshake is done, and
  // then the owner of the key has proved to be there.
  const std::shared_ptr<const x509::PeerChain>& peer_chain() const { return peer_chain_; }
  // The trust store that accepted peer_chain(), 0: taken without verification; and the last second
  // of that verdict.
  uint64_t trust_id() const;
  int64_t trusted_until_unix() const { return verdict_expires_unix_; }
  // The chain's verdict came from VerifiedChains.
  bool chain_was_known() const { return chain_was_known_; }
  // Host name the client asked for; empty: none. Valid as long as the connection.
  std::string_view sni() const { return pump_.sni(); }
  std::string_view alpn() const { return pump_.alpn(); }        // empty: none agreed on
  std::string_view version() const { return pump_.version(); }  // `TLSv1.3`
  std::string_view cipher() const { return pump_.cipher(); }    // IANA name
  // Filled once a call returned kFailed (reason kNone before).
  const HandshakeFailure& failure() const { return pump_.failure(); }

 private:
  bool Judge(PresentedChain chain, HandshakeFailure* failure) override;
  void OnHandshakeDone();
  void CompleteFailure();

  ServerContext& context_;
  std::shared_ptr<const x509::PeerChain> peer_chain_;
  // The chain accepted in the middle of the handshake: becomes peer_chain_ when that is complete.
  std::shared_ptr<const x509::PeerChain> judged_chain_;
  // Until when the verdict on the chain holds.
  int64_t verdict_expires_unix_ = 0;
  bool chain_was_known_ = false;
  Pump pump_;
};

}  // namespace pkigate::tls
