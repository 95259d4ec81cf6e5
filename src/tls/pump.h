// SPDX-License-Identifier: Apache-2.0
//
// Pump is the side-independent part of a TLS connection: BoringSSL between a lent piece of
// ciphertext and a ChunkQueue. ServerConnection and ClientConnection are thin layers over it.
//
//   Lend --> [lent bytes] --BIO read--> SSL --Read--> plaintext
//   out  <-- [ChunkQueue] <--BIO write- SSL <-Write-- plaintext
//
//   kHandshake --done--> kOpen --peer's close_notify--> kPeerClosed
//        any state ------ error, end of input without close_notify ------> kFailed
//
// The read side hands out what was lent and then says "retry"; the library keeps partial records
// itself. The write side never refuses: what the library emits, alerts included, is in the queue
// when the call returns. Write bounds the queue by not asking for more.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/chunk_queue.h"
#include "tls/failure_reason.h"
#include "tls/handshake_failure.h"
#include "tls/progress.h"

// BoringSSL's own, kept out of the headers other rooms include.
struct ssl_st;
struct ssl_ctx_st;
struct bio_st;

namespace pkigate::tls {

// The certificates of a peer as sent, leaf first. They live in the library, for the call only.
using PresentedChain = std::span<const std::span<const uint8_t>>;

// Decides about the certificates the peer presented, in the middle of the handshake. That the peer
// has the leaf's private key is proved only later, by the handshake's completion.
class ChainJudge {
 public:
  // True: go on. False: `failure` says why not, and the peer is told by an alert made from it.
  virtual bool Judge(PresentedChain chain, HandshakeFailure* failure) = 0;

 protected:
  ~ChainJudge() = default;
};

class Pump {
 public:
  Pump(ssl_ctx_st& context, Side side, ChunkQueue& out, ChainJudge& judge);
  Pump(const Pump&) = delete;
  Pump& operator=(const Pump&) = delete;
  ~Pump();

  // Makes `context` ask the ChainJudge of each connection. `mode` is SSL_VERIFY_PEER, perhaps with
  // SSL_VERIFY_FAIL_IF_NO_PEER_CERT.
  static void JudgeChains(ssl_ctx_st& context, int mode);

  // See ServerConnection (connection.h) for these.
  void Lend(std::span<const uint8_t> ciphertext);
  size_t unread() const { return lent_.size(); }
  std::span<const uint8_t> TakeBack();
  void EndOfInput() { input_ended_ = true; }
  Progress Handshake();
  Progress Read(std::span<uint8_t> out, size_t* num_read);
  Progress Write(std::span<const uint8_t> plaintext, size_t* num_written);
  void SendCloseNotify();
  const HandshakeFailure& TimeOut();

  bool handshake_done() const { return state_ == State::kOpen || state_ == State::kPeerClosed; }
  std::string_view sni() const;
  std::string_view alpn() const;
  std::string_view version() const;
  std::string_view cipher() const;
  const HandshakeFailure& failure() const;
  // The failure, to add what the pump does not know to it; null while there is none.
  HandshakeFailure* mutable_failure() { return failure_.get(); }
  ssl_st* ssl() { return ssl_.get(); }

 private:
  friend struct PumpBio;
  enum class State : uint8_t { kHandshake, kOpen, kPeerClosed, kFailed };
  struct SslDeleter {
    void operator()(ssl_st* ssl) const;
  };

  // A record's plaintext (RFC 8446, 5.1): what one call of the library moves at most.
  static constexpr size_t kPieceBytesMax = 16 * 1024;

  // What a call of the library that did not succeed means.
  Progress Settle(int result);
  Progress Fail(FailureReason reason, std::string detail);
  // False when the peer's handshake exceeds limits::kHandshakeBytesMax.
  bool CountHandshakeBytes(size_t num_bytes);

  std::unique_ptr<ssl_st, SslDeleter> ssl_;
  ChunkQueue& out_;
  ChainJudge& judge_;
  std::span<const uint8_t> lent_;
  std::unique_ptr<HandshakeFailure> failure_;
  uint32_t num_handshake_bytes_ = 0;  // ciphertext read before the handshake was done
  State state_ = State::kHandshake;
  Side side_;
  bool input_ended_ = false;
  bool end_met_ = false;  // the library wanted more after the end
  bool handshake_too_large_ = false;
  // The first bytes the peer sent, to tell what it speaks when it is not TLS.
  std::array<uint8_t, 5> first_bytes_{};
};

}  // namespace pkigate::tls
