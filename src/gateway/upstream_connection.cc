// SPDX-License-Identifier: Apache-2.0
#include "gateway/upstream_connection.h"

#include <array>
#include <cerrno>
#include <utility>

#include "base/limits.h"
#include "gateway/core.h"
#include "gateway/exchange.h"
#include "gateway/op_kind.h"
#include "gateway/timer_kind.h"

namespace pkigate::gateway {

namespace {

ring::Tag TagOf(OpKind kind, uint32_t slot, uint32_t generation) {
  return {static_cast<uint8_t>(kind), slot, generation};
}

}  // namespace

UpstreamConnection::UpstreamConnection(Core& core, uint32_t slot, uint32_t generation, int fd,
                                       size_t upstream, size_t address)
    : core_(core),
      slot_(slot),
      generation_(generation),
      fd_(fd),
      upstream_(upstream),
      address_(address),
      out_(core.chunks),
      slab_(core.slabs),
      lent_(core.ring),
      idle_timer(kUpstreamIdleTimer, this) {}

void UpstreamConnection::Connect(Exchange& exchange, const SocketAddress& to) {
  PKIGATE_ASSERT(state_ == State::kConnecting && exchange_ == nullptr);
  exchange_ = &exchange;
  where_ = to;
  ++core_.counters.upstream_connects;
  ++num_in_flight_;
  core_.ring.Connect(TagOf(OpKind::kUpstreamConnect, slot_, generation_), fd_, to);
}

void UpstreamConnection::Take(Exchange& exchange) {
  PKIGATE_ASSERT(state_ == State::kIdle && exchange_ == nullptr && out_.empty());
  core_.timers.Disarm(idle_timer);
  exchange_ = &exchange;
  state_ = State::kBusy;
  bytes_sent_ = 0;
  bytes_received_ = 0;
  ++core_.counters.upstream_reused;
}

void UpstreamConnection::GiveBack(bool reusable) {
  PKIGATE_ASSERT(state_ == State::kBusy && exchange_ != nullptr);
  UpstreamPool& pool = *core_.pools[upstream_];
  // Bytes that nobody asked for, or a request not sent whole, would poison the next request.
  if (!reusable || ended_ || send_armed_ || !out_.empty() || !slab_.empty() || !lent_.empty() ||
      core_.draining || !pool.Uses(address_)) {
    Close();
    return;
  }
  exchange_ = nullptr;
  state_ = State::kIdle;
  slab_.ReleaseIfEmpty();
  core_.timers.Arm(idle_timer, core_.now_ms() + core_.settings().timeouts.upstream_idle_ms);
  StartReceive();  // an idle connection must notice the upstream closing it
  pool.OnIdle(*this);
}

void UpstreamConnection::Close() {
  if (state_ == State::kClosing) {
    return;
  }
  if (state_ == State::kIdle) {
    core_.timers.Disarm(idle_timer);
    core_.pools[upstream_]->OnNotIdle(*this);
  }
  exchange_ = nullptr;
  state_ = State::kClosing;
  lent_.Drop();
  slab_.Clear();
  if (num_in_flight_ > 0) {
    ++num_in_flight_;
    core_.ring.CancelAll(TagOf(OpKind::kUpstreamCancel, slot_, generation_), fd_);
  }
  MaybeRelease();
}

// The only place where an upstream connection ends: the kernel holds nothing of it any more.
void UpstreamConnection::MaybeRelease() {
  if (state_ != State::kClosing || num_in_flight_ > 0 || fd_ < 0) {
    return;
  }
  out_.Clear();
  core_.ring.CloseFd(std::exchange(fd_, -1));
  UpstreamPool& pool = *core_.pools[upstream_];
  core_.table.Release(*this);
  pool.OnReleased();
}

void UpstreamConnection::StartSend() {
  if (send_armed_ || out_.empty() || state_ != State::kBusy || ended_) {
    return;
  }
  std::array<iovec, limits::kSendPiecesMax> pieces;
  const size_t count = out_.Gather(pieces);
  send_armed_ = true;
  ++num_in_flight_;
  core_.ring.Send(TagOf(OpKind::kUpstreamSend, slot_, generation_), fd_,
                  std::span(pieces).first(count));
}

void UpstreamConnection::StartReceive() {
  if (receive_armed_ || ended_ || !lent_.empty() ||
      (state_ != State::kBusy && state_ != State::kIdle)) {
    return;
  }
  receive_armed_ = true;
  ++num_in_flight_;
  core_.ring.Recv(TagOf(OpKind::kUpstreamRecv, slot_, generation_), fd_);
}

void UpstreamConnection::OnCompletion(const ring::Completion& completion) {
  if (!completion.more) {
    PKIGATE_ASSERT(num_in_flight_ > 0);
    --num_in_flight_;
  }
  switch (static_cast<OpKind>(completion.tag.kind)) {
    case OpKind::kUpstreamConnect:
      OnConnected(completion.result);
      break;
    case OpKind::kUpstreamRecv:
      receive_armed_ = completion.more;
      OnReceived(completion);
      break;
    case OpKind::kUpstreamSend:
      send_armed_ = false;
      OnSent(completion.result);
      break;
    default:
      break;  // a cancellation's own completion says nothing of interest
  }
  MaybeRelease();
}

void UpstreamConnection::OnConnected(int result) {
  if (state_ == State::kClosing) {
    return;
  }
  if (result < 0) {
    connect_failed_ = true;
    ++core_.counters.upstream_connect_failures;
    core_.pools[upstream_]->MarkDown(address_);
    Fail(-result);
    return;
  }
  state_ = State::kBusy;
  exchange_->Wake();
}

void UpstreamConnection::OnReceived(const ring::Completion& completion) {
  if (state_ == State::kClosing) {
    return;
  }
  if (completion.result <= 0) {
    ended_in_order_ = completion.result == 0;
    Fail(completion.result == 0 ? 0 : -completion.result);
    return;
  }
  if (state_ == State::kIdle) {
    Close();  // an answer to no question
    return;
  }
  bytes_received_ += static_cast<uint64_t>(completion.result);
  lent_.Lend(completion);
  // Worked on at once while the lent buffer is at hand; what the client cannot take is parked.
  exchange_->OnUpstreamInput();
  lent_.ParkRest();
}

void UpstreamConnection::OnSent(int result) {
  if (result > 0) {
    out_.Consume(static_cast<size_t>(result));
    bytes_sent_ += static_cast<uint64_t>(result);
    last_sent_ms_ = core_.now_ms();
  }
  if (state_ == State::kClosing) {
    return;
  }
  if (result < 0) {
    // The answer may already be under way (413 before the body was taken): let the receive tell.
    out_.Clear();
    error_ = -result;
    exchange_->OnUpstreamSendFailed();
    return;
  }
  StartSend();
  exchange_->Wake();
}

void UpstreamConnection::Fail(int error) {
  ended_ = true;
  if (error != 0) {
    error_ = error;
  }
  if (exchange_ != nullptr) {
    exchange_->Wake();
  } else {
    Close();
  }
}

void UpstreamConnection::OnIdleTimeout() {
  PKIGATE_ASSERT(state_ == State::kIdle);
  Close();
}

}  // namespace pkigate::gateway
