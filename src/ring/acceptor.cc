// SPDX-License-Identifier: Apache-2.0
#include "ring/acceptor.h"

#include <algorithm>
#include <cerrno>
#include <string_view>

#include "base/limits.h"

namespace pkigate::ring {

namespace {

enum class Cause : uint8_t {
  kNone,       // cancelled, or nothing was there after all
  kGone,       // this client is lost, the next may be fine
  kExhausted,  // no descriptors or no memory
  kOther,
};

// accept(2) names the network errors that say nothing about the listener.
Cause CauseOf(int error) {
  switch (error) {
    case ECANCELED:
    case EAGAIN:
    case EINTR:
      return Cause::kNone;
    case ECONNABORTED:
    case EPROTO:
    case ENOPROTOOPT:
    case ENETDOWN:
    case ENETUNREACH:
    case EHOSTDOWN:
    case EHOSTUNREACH:
    case ENONET:
      return Cause::kGone;
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
      return Cause::kExhausted;
    default:
      return Cause::kOther;
  }
}

}  // namespace

Acceptor::Acceptor(Ring& ring, TimerWheel& timers, const Options& options)
    : ring_(ring),
      timers_(timers),
      options_(options),
      mode_(options.mode),
      timer_(options.timer_kind, this) {
  PKIGATE_ASSERT(options.listener >= 0);
  PKIGATE_ASSERT(options.accept != options.cancel);
  Arm();
}

Acceptor::~Acceptor() { PKIGATE_ASSERT(state_ == State::kStopped); }

void Acceptor::Arm() {
  PKIGATE_ASSERT(!accept_armed_);
  ring_.Accept(options_.accept, options_.listener, mode_);
  accept_armed_ = true;
  ++in_flight_;
}

std::optional<Accepted> Acceptor::OnCompletion(const Completion& completion) {
  if (completion.tag == options_.cancel) {
    --in_flight_;
    FinishStopping();
    return std::nullopt;
  }
  PKIGATE_ASSERT(completion.tag == options_.accept);
  PKIGATE_ASSERT(accept_armed_);
  if (!completion.more) {
    accept_armed_ = false;
    --in_flight_;
  }
  std::optional<Accepted> accepted;
  if (completion.result >= 0) {
    pause_ms_ = 0;
    accepted = TakeConnection(completion.result);
  } else {
    NoteError(-completion.result);
  }
  if (state_ == State::kAccepting && !accept_armed_) {
    counters_.rearmed += mode_ == AcceptMode::kMultishot ? 1 : 0;
    Arm();
  }
  FinishStopping();
  return accepted;
}

std::optional<Accepted> Acceptor::TakeConnection(int fd) {
  Result<SocketAddress> peer = ring_.PeerOf(fd);
  if (peer.ok()) {
    ++counters_.accepted;
    return Accepted{.fd = fd, .peer = *peer};
  }
  if (std::string_view(peer.error().code) != "not_a_socket") {
    ++counters_.gone;
    ring_.CloseFd(fd);
    return std::nullopt;
  }
  // Whatever `fd` is, it is not what we accepted, so it is not ours to close.
  ++counters_.wrong_descriptors;
  mode_ = AcceptMode::kOneShot;
  if (accept_armed_ && state_ == State::kAccepting) {
    ring_.CancelAll(options_.cancel, options_.listener);
    ++in_flight_;
  }
  return std::nullopt;
}

void Acceptor::NoteError(int error) {
  switch (CauseOf(error)) {
    case Cause::kNone:
      return;
    case Cause::kGone:
      ++counters_.gone;
      return;
    case Cause::kExhausted:
      Pause();
      return;
    case Cause::kOther:
      ++counters_.errors;
      Pause();  // we do not know it, so it may come again at once
      return;
  }
}

void Acceptor::Pause() {
  if (state_ != State::kAccepting || accept_armed_) {
    return;
  }
  if (pause_ms_ == limits::kAcceptPauseMsMax) {
    counters_.shed += ring_.Shed(options_.listener, limits::kAcceptShedMax);
  }
  pause_ms_ = pause_ms_ == 0 ? limits::kAcceptPauseMsMin
                             : std::min(pause_ms_ * 2, limits::kAcceptPauseMsMax);
  ++counters_.pauses;
  state_ = State::kPaused;
  timers_.Arm(timer_, ring_.NowMs() + pause_ms_);
}

void Acceptor::OnTimer() {
  if (state_ == State::kPaused) {
    state_ = State::kAccepting;
    Arm();
  }
}

void Acceptor::Stop() {
  if (state_ == State::kStopping || state_ == State::kStopped) {
    return;
  }
  timers_.Disarm(timer_);
  state_ = State::kStopping;
  if (accept_armed_) {
    ring_.CancelAll(options_.cancel, options_.listener);
    ++in_flight_;
  }
  FinishStopping();
}

void Acceptor::FinishStopping() {
  if (state_ == State::kStopping && in_flight_ == 0) {
    state_ = State::kStopped;
  }
}

}  // namespace pkigate::ring
