// SPDX-License-Identifier: Apache-2.0
//
// UpstreamConnection is one TCP connection to one upstream address. It carries one request at a
// time for one client connection, and waits in its pool between them.
//
//   kConnecting --connected--> kBusy <--taken/given back--> kIdle
//        any state --Close--> kClosing --last completion--> freed
//
// Completions are recorded and the client put on the ready list; the client does the work. The
// request's bytes wait in `out` and belong to this object, because a send in flight must find them
// whatever becomes of the client.
#pragma once

#include <cstdint>
#include <optional>

#include "base/chunk_queue.h"
#include "base/ip_address.h"
#include "gateway/lent_input.h"
#include "gateway/slab_pool.h"
#include "ring/ring.h"
#include "ring/timer_wheel.h"

namespace pkigate::gateway {

struct Core;
class Exchange;

class UpstreamConnection {
 public:
  enum class State : uint8_t { kConnecting, kBusy, kIdle, kClosing };

  UpstreamConnection(Core& core, uint32_t slot, uint32_t generation, int fd, size_t upstream,
                     size_t address);
  UpstreamConnection(const UpstreamConnection&) = delete;
  UpstreamConnection& operator=(const UpstreamConnection&) = delete;

  State state() const { return state_; }
  uint32_t slot() const { return slot_; }
  size_t upstream() const { return upstream_; }
  size_t address() const { return address_; }

  // Starts the connect; the exchange hears of the outcome by being run.
  void Connect(Exchange& exchange, const SocketAddress& to);
  // An idle connection gets a new request to carry.
  void Take(Exchange& exchange);
  // The request is answered completely: back to the pool, or closed when it cannot be used again.
  void GiveBack(bool reusable);
  // Lets go of the exchange and ends the connection. The object lives until the kernel has let go.
  void Close();

  void OnCompletion(const ring::Completion& completion);
  void OnIdleTimeout();

  // What the exchange reads and writes.
  ChunkQueue& out() { return out_; }
  InputSlab& slab() { return slab_; }
  LentInput& lent() { return lent_; }
  void StartSend();                      // if there is something to send and no send is under way
  void StartReceive();                   // if nothing is lent and no receive is armed
  bool ended() const { return ended_; }  // the peer closed, or the connection broke
  bool ended_in_order() const { return ended_in_order_; }
  bool connect_failed() const { return connect_failed_; }
  int error() const { return error_; }  // errno of the failure, 0 after an orderly close
  // Not a byte of the current request can have reached the upstream.
  bool nothing_sent() const { return bytes_sent_ == 0 && !send_armed_; }
  uint64_t last_sent_ms() const { return last_sent_ms_; }
  const SocketAddress& where() const { return where_; }
  uint64_t bytes_received() const { return bytes_received_; }  // of the current answer

 private:
  void OnConnected(int result);
  void OnReceived(const ring::Completion& completion);
  void OnSent(int result);
  void Fail(int error);
  void MaybeRelease();

  Core& core_;
  uint32_t slot_;
  uint32_t generation_;
  int fd_;
  size_t upstream_;
  size_t address_;
  State state_ = State::kConnecting;
  Exchange* exchange_ = nullptr;
  uint32_t num_in_flight_ = 0;
  bool receive_armed_ = false;
  bool send_armed_ = false;
  bool ended_ = false;
  bool ended_in_order_ = false;  // by the peer's close, not by an error
  bool connect_failed_ = false;
  int error_ = 0;
  uint64_t bytes_sent_ = 0;
  uint64_t bytes_received_ = 0;
  uint64_t last_sent_ms_ = 0;
  SocketAddress where_;
  ChunkQueue out_;
  InputSlab slab_;
  LentInput lent_;

 public:
  ring::Timer idle_timer;
};

}  // namespace pkigate::gateway
