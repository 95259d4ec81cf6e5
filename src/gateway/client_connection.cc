// SPDX-License-Identifier: Apache-2.0
#include "gateway/client_connection.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "base/hex.h"
#include "base/limits.h"
#include "base/log.h"
#include "gateway/op_kind.h"
#include "gateway/timer_kind.h"

namespace pkigate::gateway {

using tls::Progress;

ClientConnection::ClientConnection(Core& core, uint32_t slot, uint32_t generation, int fd,
                                   uint32_t listener, const SocketAddress& peer)
    : core_(core),
      slot_(slot),
      generation_(generation),
      fd_(fd),
      listener_(listener),
      peer_(peer),
      peer_text_(peer.address.Text()),
      context_(core.current->tls[listener]),
      out_(core.chunks),
      plain_out_(core.chunks),
      lent_(core.ring),
      input_(core.slabs),
      transport_(context_.get(), lent_, out_),
      state_since_ms_(core.now_ms()),
      last_sent_ms_(core.now_ms()),
      timer(kClientTimer, this) {}

ClientConnection::~ClientConnection() { PKIGATE_ASSERT(num_in_flight_ == 0); }

void ClientConnection::Start() {
  if (!transport_.encrypted()) {
    state_ = State::kServing;
    exchange_ = std::make_unique<Exchange>(*this);
  }
  UpdateDeadline();
  StartReceive();
}

void ClientConnection::Wake() {
  if (state_ != State::kClosing) {
    core_.ready.Push(*this);
  }
}

// --- completions --------------------------------------------------------------------------------

void ClientConnection::OnCompletion(const ring::Completion& completion) {
  if (!completion.more) {
    PKIGATE_ASSERT(num_in_flight_ > 0);
    --num_in_flight_;
  }
  switch (static_cast<OpKind>(completion.tag.kind)) {
    case OpKind::kClientRecv:
      receive_armed_ = completion.more;
      OnReceived(completion);
      break;
    case OpKind::kClientSend:
      send_armed_ = false;
      OnSent(completion.result);
      break;
    default:
      break;  // a cancellation's own completion says nothing of interest
  }
  MaybeRelease();
}

void ClientConnection::OnReceived(const ring::Completion& completion) {
  if (state_ == State::kClosing) {
    return;
  }
  if (completion.result < 0) {
    Abort();
    return;
  }
  if (completion.result == 0) {
    input_ended_ = true;
    input_ended_ms_ = core_.now_ms();
    transport_.EndOfInput();
    Wake();
    return;
  }
  core_.counters.bytes_from_clients += static_cast<uint64_t>(completion.result);
  lent_.Lend(completion);
  // Worked on at once while the lent buffer is at hand; what cannot be taken now is parked.
  Run();
  lent_.ParkRest();
}

void ClientConnection::OnSent(int result) {
  if (result > 0) {
    out_.Consume(static_cast<size_t>(result));
    core_.counters.bytes_to_clients += static_cast<uint64_t>(result);
    window_bytes_ += static_cast<uint64_t>(result);
    last_sent_ms_ = core_.now_ms();
  }
  if (out_.empty()) {
    window_start_ms_ = 0;
    if (state_ == State::kServing && exchange_->idle()) {
      state_since_ms_ = last_sent_ms_;  // a client is idle from when it has its answer
    }
  }
  if (state_ == State::kClosing) {
    return;
  }
  if (result < 0) {
    broken_ = true;
    Close();
    return;
  }
  StartSend();
  Wake();
}

void ClientConnection::OnLocalAnswer(rest::Answer&& answer) {
  if (exchange_ != nullptr) {
    exchange_->OnLocalAnswer(std::move(answer));
    Wake();
  }
}

void ClientConnection::OnDrain() {
  const bool idle = state_ == State::kServing && exchange_->idle();
  if (idle && !OutputEmpty()) {
    BeginLinger();  // the last answer is still on its way
  } else if (idle || state_ == State::kHandshake) {
    transport_.CloseNotify();
    StartSend();
    Close();
  }
}

// --- work ---------------------------------------------------------------------------------------

void ClientConnection::Run() {
  // Each step either makes progress or waits for an event; the bound keeps one connection from
  // holding the loop, whatever it sends.
  for (size_t step = 0; step < limits::kStepsPerTurnMax; ++step) {
    bool progress = false;
    switch (state_) {
      case State::kHandshake:
        progress = StepHandshake();
        break;
      case State::kServing:
        progress = StepServing();
        break;
      case State::kLingering:
        progress = StepLingering();
        break;
      case State::kClosing:
        return;
    }
    if (!progress) {
      break;
    }
    if (step + 1 == limits::kStepsPerTurnMax) {
      Wake();
    }
  }
  if (state_ == State::kClosing) {
    return;
  }
  EncryptPlain();
  StartSend();
  StartReceive();
  UpdateDeadline();
}

bool ClientConnection::StepHandshake() {
  switch (transport_.Handshake()) {
    case Progress::kDone:
      ++core_.counters.handshakes_completed;
      core_.counters.handshakes_from_cache += transport_.chain_was_known() ? 1 : 0;
      if (transport_.peer_chain() != nullptr) {
        trust_id_ = transport_.trust_id();
        trusted_until_unix_ = transport_.trusted_until_unix();
      }
      state_ = State::kServing;
      state_since_ms_ = core_.now_ms();
      exchange_ = std::make_unique<Exchange>(*this);
      return true;
    case Progress::kWantRead:
    case Progress::kWantWrite:
      return false;
    case Progress::kClosed:
    case Progress::kFailed:
      LogHandshakeFailure(transport_.failure());
      BeginLinger();  // the alert has to reach the peer
      return false;
  }
  return false;
}

bool ClientConnection::StepServing() {
  switch (exchange_->Step()) {
    case Exchange::Verdict::kBlocked:
      return false;
    case Exchange::Verdict::kProgress:
      return true;
    case Exchange::Verdict::kAnswered:
      state_since_ms_ = core_.now_ms();
      if (core_.draining) {
        BeginLinger();
        return false;
      }
      return true;
    case Exchange::Verdict::kAnsweredClose:
      BeginLinger();
      return false;
    case Exchange::Verdict::kAbort:
      Abort();
      return false;
  }
  return false;
}

// Reads and discards what the peer still sends, so that closing does not reset the connection under
// our last answer.
bool ClientConnection::StepLingering() {
  EncryptPlain();
  if (plain_out_.empty() && !close_notify_sent_) {
    close_notify_sent_ = true;
    transport_.CloseNotify();
  }
  if (!OutputEmpty()) {
    StartSend();
  } else if (!write_ended_ && !send_armed_) {
    write_ended_ = true;
    state_since_ms_ = last_linger_ms_ = core_.now_ms();  // a slow reader lingers as long as others
    core_.ring.ShutdownWrite(fd_);
  }
  if (!lent_.empty()) {
    linger_bytes_ += lent_.bytes().size();
    last_linger_ms_ = core_.now_ms();
    lent_.Drop();
  }
  if (broken_ || (input_ended_ && write_ended_) || linger_bytes_ > limits::kLingerBytesMax) {
    Close();
  }
  return false;
}

void ClientConnection::BeginLinger() {
  PKIGATE_ASSERT(state_ != State::kClosing);
  exchange_.reset();
  input_.Clear();
  state_ = State::kLingering;
  state_since_ms_ = last_linger_ms_ = core_.now_ms();
  Wake();
}

ClientConnection::Fill ClientConnection::FillInput(size_t capacity) {
  const std::span<uint8_t> room = input_.Room(capacity);
  if (room.empty()) {
    return Fill::kNothing;
  }
  size_t num_read = 0;
  const Fill outcome = ReadInto(room, &num_read);
  input_.Commit(num_read);
  return outcome;
}

ClientConnection::Fill ClientConnection::ReadInto(std::span<uint8_t> room, size_t* num_read) {
  *num_read = 0;
  const Progress progress = transport_.Read(room, num_read);
  if (*num_read > 0) {
    return Fill::kGot;
  }
  switch (progress) {
    case Progress::kDone:
    case Progress::kWantRead:
    case Progress::kWantWrite:
      return input_ended_ && lent_.empty() ? Fill::kEnded : Fill::kNothing;
    case Progress::kClosed:
      input_ended_ = true;
      return Fill::kEnded;
    case Progress::kFailed:
      broken_ = true;
      return Fill::kEnded;
  }
  return Fill::kEnded;
}

size_t ClientConnection::WriteThrough(std::span<const uint8_t> bytes) {
  EncryptPlain();
  if (!plain_out_.empty() || broken_) {
    return 0;
  }
  size_t num_written = 0;
  if (transport_.Write(bytes, &num_written) == Progress::kFailed) {
    broken_ = true;
  }
  return num_written;
}

bool ClientConnection::OutputFull() const {
  return out_.size() >= limits::kOutputHighBytes || plain_out_.size() >= limits::kChunkBytes;
}

void ClientConnection::EncryptPlain() {
  while (!plain_out_.empty() && !broken_) {
    size_t num_written = 0;
    const Progress progress = transport_.Write(plain_out_.Front(), &num_written);
    plain_out_.Consume(num_written);
    if (progress == Progress::kFailed || progress == Progress::kClosed) {
      broken_ = true;
    }
    if (num_written == 0) {
      return;
    }
  }
}

void ClientConnection::StartSend() {
  if (send_armed_ || out_.empty() || broken_ || state_ == State::kClosing) {
    return;
  }
  std::array<iovec, limits::kSendPiecesMax> pieces;
  const size_t count = out_.Gather(pieces);
  if (window_start_ms_ == 0) {
    window_start_ms_ = core_.now_ms();
    window_bytes_ = 0;
  }
  send_armed_ = true;
  ++num_in_flight_;
  last_sent_ms_ = core_.now_ms();
  core_.ring.Send({static_cast<uint8_t>(OpKind::kClientSend), slot_, generation_}, fd_,
                  std::span(pieces).first(count));
}

void ClientConnection::StartReceive() {
  if (receive_armed_ || input_ended_ || broken_ || !lent_.empty() || state_ == State::kClosing) {
    return;
  }
  receive_armed_ = true;
  ++num_in_flight_;
  core_.ring.Recv({static_cast<uint8_t>(OpKind::kClientRecv), slot_, generation_}, fd_);
}

// --- deadlines ----------------------------------------------------------------------------------

uint64_t ClientConnection::Deadline() const {
  const config::Timeouts& timeouts = core_.settings().timeouts;
  uint64_t due_ms = ring::TimerWheel::kNever;
  switch (state_) {
    case State::kHandshake:
      return state_since_ms_ + timeouts.handshake_ms;
    case State::kServing:
      if (!exchange_->idle()) {
        due_ms = exchange_->Deadline();
      } else if (OutputEmpty()) {
        due_ms = state_since_ms_ + timeouts.idle_ms;
      }
      break;
    case State::kLingering:
      if (OutputEmpty()) {
        return std::min(last_linger_ms_ + limits::kLingerPauseMs,
                        state_since_ms_ + limits::kLingerMs);
      }
      break;
    case State::kClosing:
      return due_ms;
  }
  if (send_armed_) {
    due_ms = std::min(due_ms, last_sent_ms_ + timeouts.write_ms);
    if (core_.settings().limits.read_bytes_per_second_min > 0) {
      due_ms = std::min(due_ms, window_start_ms_ + timeouts.write_ms);
    }
  }
  return due_ms;
}

// The timer is moved only when it would fire too late; one that fires early looks at the deadline
// of the moment and is armed again. So a request hardly ever costs a timer operation.
void ClientConnection::UpdateDeadline() {
  const uint64_t due_ms = Deadline();
  if (due_ms != ring::TimerWheel::kNever && (!timer.armed() || due_ms < timer.due_ms())) {
    core_.timers.Arm(timer, due_ms);
  }
}

bool ClientConnection::ReadsTooSlowly(uint64_t now_ms) {
  const config::Timeouts& timeouts = core_.settings().timeouts;
  if (last_sent_ms_ + timeouts.write_ms <= now_ms) {
    return true;
  }
  const uint64_t rate_min = core_.settings().limits.read_bytes_per_second_min;
  const uint64_t window_ms = now_ms - window_start_ms_;
  if (rate_min == 0 || window_ms < timeouts.write_ms) {
    return false;
  }
  const bool too_slow = window_bytes_ * 1000 < rate_min * window_ms;
  window_start_ms_ = now_ms;
  window_bytes_ = 0;
  return too_slow;
}

void ClientConnection::OnTimer() {
  const uint64_t now = core_.now_ms();
  if (Deadline() > now) {
    UpdateDeadline();
    return;
  }
  if (state_ == State::kHandshake) {
    ++core_.counters.timeouts_handshake;
    LogHandshakeFailure(transport_.HandshakeTimedOut());
    Close();
  } else if (state_ == State::kLingering) {
    Close();
  } else if (send_armed_ && ReadsTooSlowly(now)) {
    ++core_.counters.timeouts_write;
    log::Event(log::Level::kInfo, "client_too_slow").Text("peer", peer_.Text());
    broken_ = true;
    Close();
  } else if (!exchange_->idle()) {
    if (exchange_->Deadline() <= now) {
      exchange_->OnDeadline();
      Wake();
    }
  } else if (OutputEmpty()) {
    ++core_.counters.timeouts_idle;
    BeginLinger();
  }
  if (state_ != State::kClosing) {
    UpdateDeadline();
  }
}

// --- the end ------------------------------------------------------------------------------------

void ClientConnection::Abort() {
  broken_ = true;
  Close();
}

void ClientConnection::Close() {
  if (state_ == State::kClosing) {
    return;
  }
  exchange_.reset();
  state_ = State::kClosing;
  core_.timers.Disarm(timer);
  core_.ready.Remove(*this);
  lent_.Drop();
  input_.Clear();
  if (num_in_flight_ > 0) {
    ++num_in_flight_;
    core_.ring.CancelAll({static_cast<uint8_t>(OpKind::kClientCancel), slot_, generation_}, fd_);
  }
  MaybeRelease();
}

// The only place where a client connection ends: the kernel holds nothing of it any more.
void ClientConnection::MaybeRelease() {
  if (state_ != State::kClosing || num_in_flight_ > 0 || fd_ < 0) {
    return;
  }
  if (broken_) {
    core_.ring.AbortFd(fd_);
  } else {
    core_.ring.CloseFd(fd_);
  }
  fd_ = -1;
  core_.table.Release(*this);
}

void ClientConnection::LogHandshakeFailure(const tls::HandshakeFailure& failure) {
  ++core_.counters.handshakes_failed[static_cast<size_t>(failure.reason)];
  log::Event(log::Level::kWarn, "handshake_failed")
      .Text("listener", core_.settings().listeners[listener_].name)
      .Text("peer", peer_.Text())
      .Text("sni", transport_.sni())
      .Text("subject", failure.subject)
      .Text("issuer", failure.issuer)
      .Text("serial", failure.serial)
      .Text("fingerprint", failure.fingerprint)
      .Text("reason", tls::FailureReasonName(failure.reason))
      .Text("detail", failure.detail)
      .Text("hint", failure.hint);
}

}  // namespace pkigate::gateway
