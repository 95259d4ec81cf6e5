// SPDX-License-Identifier: Apache-2.0
//
// ClientConnection: one accepted socket from handshake to close.
//
//   kHandshake --done--> kServing --answered, close wanted--> kLingering --peer's end--> kClosing
//        any state ---- broken, timed out, drained ------------------------------------> kClosing
//   kClosing --last completion--> freed
//
// It moves bytes: receives, the TLS layer, sends, deadlines. What they mean is the Exchange's
// affair, one request at a time; a pipelined request waits in the input until its turn, so answers
// leave in order.
//
// Completions only record and put the connection on the core's ready list; Run does a bounded
// amount of work and then submits.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/chunk_queue.h"
#include "base/ip_address.h"
#include "gateway/core.h"
#include "gateway/exchange.h"
#include "gateway/lent_input.h"
#include "gateway/slab_pool.h"
#include "gateway/transport.h"
#include "ring/ready_list.h"
#include "ring/timer_wheel.h"

namespace pkigate::gateway {

class ClientConnection : public ring::ReadyLink {
 public:
  enum class State : uint8_t { kHandshake, kServing, kLingering, kClosing };

  ClientConnection(Core& core, uint32_t slot, uint32_t generation, int fd, uint32_t listener,
                   const SocketAddress& peer);
  ClientConnection(const ClientConnection&) = delete;
  ClientConnection& operator=(const ClientConnection&) = delete;
  ~ClientConnection();

  State state() const { return state_; }
  uint32_t slot() const { return slot_; }
  uint32_t generation() const { return generation_; }
  uint32_t listener() const { return listener_; }
  const SocketAddress& peer() const { return peer_; }

  void Start();
  void OnCompletion(const ring::Completion& completion);
  void OnTimer();
  // The answer to a request that went to the control thread.
  void OnLocalAnswer(rest::Answer&& answer);
  // The worker is draining: close if idle, else after the answer under way.
  void OnDrain();

  // Puts the connection on the ready list.
  void Wake();
  // A bounded amount of work: everything that can be done without another event.
  void Run();

  // --- for the exchange -------------------------------------------------------------------------
  enum class Fill : uint8_t { kGot, kNothing, kEnded };

  Core& core() { return core_; }
  InputSlab& input() { return input_; }
  // Reads more plaintext behind the input. kNothing: wait for the peer; kEnded: it will send no
  // more. `capacity`: see InputSlab::Room; 0 when views into the input are held.
  Fill FillInput(size_t capacity);
  // Reads plaintext straight into `room` (a large body on its way upstream). The input is empty.
  Fill ReadInto(std::span<uint8_t> room, size_t* num_read);
  // Plaintext for the client. Never refused; ask OutputFull before producing more.
  ChunkQueue& plain_out() { return plain_out_; }
  // Encrypts `bytes` at once if nothing waits before them; returns how many were taken.
  size_t WriteThrough(std::span<const uint8_t> bytes);
  bool OutputFull() const;
  bool encrypted() const { return transport_.encrypted(); }
  const std::string& peer_text() const { return peer_text_; }  // the address without the port
  bool OutputEmpty() const { return plain_out_.empty() && out_.empty(); }
  const std::shared_ptr<const x509::PeerChain>& peer_chain() const {
    return transport_.peer_chain();
  }
  std::shared_ptr<const Caller>& caller() { return caller_; }
  // The trust the chain was last checked against; see admission.cc.
  uint64_t& trust_id() { return trust_id_; }
  // Until the end of which second that verdict holds; every time when there is none.
  int64_t& trusted_until_unix() { return trusted_until_unix_; }
  // When the client ended its side; kNever: it has not.
  uint64_t input_ended_ms() const { return input_ended_ms_; }
  // Cuts the connection off: nothing more is sent.
  void Abort();

 private:
  bool StepHandshake();
  bool StepServing();
  bool StepLingering();
  void EncryptPlain();
  void StartSend();
  void StartReceive();
  uint64_t Deadline() const;
  void UpdateDeadline();
  bool ReadsTooSlowly(uint64_t now_ms);
  void BeginLinger();
  void Close();
  void MaybeRelease();
  void LogHandshakeFailure(const tls::HandshakeFailure& failure);
  void OnReceived(const ring::Completion& completion);
  void OnSent(int result);

  Core& core_;
  uint32_t slot_;
  uint32_t generation_;
  int fd_;
  uint32_t listener_;
  State state_ = State::kHandshake;
  bool receive_armed_ = false;
  bool send_armed_ = false;
  bool input_ended_ = false;
  bool write_ended_ = false;  // our close_notify and FIN are out
  bool broken_ = false;       // the socket failed: no use sending anything
  uint32_t num_in_flight_ = 0;
  SocketAddress peer_;
  std::string peer_text_;
  // The context of the handshake has to outlive the connection; null without TLS.
  std::shared_ptr<tls::ServerContext> context_;
  ChunkQueue out_;        // as it goes onto the wire
  ChunkQueue plain_out_;  // not yet encrypted
  LentInput lent_;
  InputSlab input_;
  ClientTransport transport_;
  std::unique_ptr<Exchange> exchange_;
  std::shared_ptr<const Caller> caller_;
  uint64_t trust_id_ = 0;
  int64_t trusted_until_unix_ = std::numeric_limits<int64_t>::max();

  uint64_t state_since_ms_;
  uint64_t input_ended_ms_ = ring::TimerWheel::kNever;
  uint64_t last_sent_ms_;
  // The client's reading rate is measured while something is on its way to it.
  uint64_t window_start_ms_ = 0;
  uint64_t window_bytes_ = 0;
  bool close_notify_sent_ = false;
  size_t linger_bytes_ = 0;
  uint64_t last_linger_ms_ = 0;

 public:
  ring::Timer timer;
};

}  // namespace pkigate::gateway
