// SPDX-License-Identifier: Apache-2.0
//
// LoadConnection: one client. It connects, shakes hands, sends, checks the answer, and either sends
// again or, when every request is to have its own handshake, closes and starts over.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "base/chunk_queue.h"
#include "http/body_decoder.h"
#include "http/response_parser.h"
#include "ring/ring.h"
#include "tls/client.h"

namespace pkigate::load {

class LoadThread;

enum class LoadOp : uint8_t { kConnect = 1, kRecv, kSend, kCancel };

class LoadConnection {
 public:
  LoadConnection(LoadThread& thread, uint32_t slot);
  LoadConnection(const LoadConnection&) = delete;
  LoadConnection& operator=(const LoadConnection&) = delete;

  void Start();
  void OnCompletion(const ring::Completion& completion);
  // Ends the connection for good; over() once the kernel has let go.
  void Stop();
  bool over() const { return state_ == State::kOver; }

 private:
  enum class State : uint8_t { kConnecting, kHandshake, kAwaitingAnswer, kClosing, kOver };
  using Clock = std::chrono::steady_clock;

  ring::Tag TagOf(LoadOp op) const;
  void OnReceived(const ring::Completion& completion);
  void Advance();
  bool ReadAnswer();
  void SendRequest();
  void FinishAnswer();
  void Fail(const std::string& kind);
  void Close();
  void MaybeOver();
  void StartSend();
  void StartReceive();
  uint64_t MicrosSince(Clock::time_point start) const;

  LoadThread& thread_;
  uint32_t slot_;
  uint32_t generation_ = 0;
  int fd_ = -1;
  State state_ = State::kOver;
  bool again_ = true;  // reconnect when closed
  uint32_t num_in_flight_ = 0;
  bool send_armed_ = false;
  bool receive_armed_ = false;
  ChunkQueue out_;
  std::optional<tls::ClientConnection> tls_;
  http::ResponseParser parser_;
  http::BodyDecoder body_;
  bool head_done_ = false;
  bool status_right_ = false;
  bool server_keeps_ = true;
  uint64_t body_bytes_ = 0;
  uint64_t body_to_send_ = 0;
  std::string head_;  // of the answer, until it is complete
  Clock::time_point connect_start_;
  Clock::time_point request_start_;
};

}  // namespace pkigate::load
