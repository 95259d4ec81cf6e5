// SPDX-License-Identifier: Apache-2.0
#include "load/load_connection.h"

#include <algorithm>
#include <array>
#include <vector>

#include "base/limits.h"
#include "load/load_thread.h"

namespace pkigate::load {

namespace {

constexpr size_t kParserPadding = 64;

std::string AlertOf(const tls::HandshakeFailure& failure) {
  return std::string(tls::FailureReasonName(failure.reason));
}

}  // namespace

LoadConnection::LoadConnection(LoadThread& thread, uint32_t slot)
    : thread_(thread), slot_(slot), out_(thread.chunks()) {}

ring::Tag LoadConnection::TagOf(LoadOp op) const {
  return {static_cast<uint8_t>(op), slot_, generation_};
}

uint64_t LoadConnection::MicrosSince(Clock::time_point start) const {
  return static_cast<uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - start).count());
}

void LoadConnection::Start() {
  const Result<int> fd =
      thread_.ring().OpenStream(thread_.plan().target.address.is_v4() ? AF_INET : AF_INET6);
  if (!fd.ok()) {
    thread_.CountError("no_socket");
    state_ = State::kOver;
    again_ = false;
    return;
  }
  fd_ = *fd;
  ++generation_;
  state_ = State::kConnecting;
  connect_start_ = Clock::now();
  ++num_in_flight_;
  thread_.ring().Connect(TagOf(LoadOp::kConnect), fd_, thread_.plan().target);
}

void LoadConnection::Stop() {
  again_ = false;
  if (state_ != State::kOver) {
    Close();
  }
}

void LoadConnection::OnCompletion(const ring::Completion& completion) {
  if (completion.tag.generation != generation_) {
    return;
  }
  --num_in_flight_;
  switch (static_cast<LoadOp>(completion.tag.kind)) {
    case LoadOp::kConnect:
      if (state_ != State::kConnecting) {
        break;
      }
      if (completion.result < 0) {
        Fail("connect_refused");
        break;
      }
      state_ = State::kHandshake;
      tls_.emplace(thread_.NextContext(), out_, thread_.plan().server_name);
      Advance();
      break;
    case LoadOp::kRecv:
      receive_armed_ = false;
      OnReceived(completion);
      break;
    case LoadOp::kSend:
      send_armed_ = false;
      if (completion.result > 0) {
        out_.Consume(static_cast<size_t>(completion.result));
      } else if (state_ != State::kClosing) {
        Fail("send_failed");
      }
      if (state_ != State::kClosing) {
        Advance();
      }
      break;
    case LoadOp::kCancel:
      break;
  }
  MaybeOver();
}

void LoadConnection::OnReceived(const ring::Completion& completion) {
  if (state_ == State::kClosing) {
    return;
  }
  if (completion.result <= 0) {
    if (completion.result < 0) {
      Fail("connection_reset");
      return;
    }
    tls_->EndOfInput();
    Advance();
    if (state_ != State::kClosing) {
      Fail("connection_closed");
    }
    return;
  }
  tls_->Lend(completion.data);
  Advance();
}

void LoadConnection::Advance() {
  if (state_ == State::kHandshake) {
    switch (tls_->Handshake()) {
      case tls::Progress::kDone:
        thread_.CountHandshake(MicrosSince(connect_start_));
        SendRequest();
        break;
      case tls::Progress::kFailed:
      case tls::Progress::kClosed:
        Fail("handshake:" + AlertOf(tls_->failure()));
        return;
      default:
        break;
    }
  }
  if (state_ == State::kAwaitingAnswer) {
    static const std::vector<uint8_t> kFiller(16 * 1024, 'x');
    while (body_to_send_ > 0) {
      size_t written = 0;
      const size_t piece = std::min<uint64_t>(body_to_send_, kFiller.size());
      (void)tls_->Write(std::span(kFiller).first(piece), &written);
      body_to_send_ -= written;
      if (written == 0) {
        break;
      }
    }
    while (state_ == State::kAwaitingAnswer && ReadAnswer()) {
    }
  }
  if (state_ != State::kClosing && state_ != State::kOver) {
    StartSend();
    StartReceive();
  }
}

// One piece of plaintext. False when there is none.
bool LoadConnection::ReadAnswer() {
  std::array<uint8_t, 16 * 1024> plain;
  size_t num_read = 0;
  const tls::Progress progress = tls_->Read(plain, &num_read);
  if (num_read == 0) {
    if (progress == tls::Progress::kFailed) {
      Fail("tls:" + AlertOf(tls_->failure()));
    } else if (progress == tls::Progress::kClosed) {
      Fail("connection_closed");
    }
    return false;
  }
  std::span<const uint8_t> input(plain.data(), num_read);
  if (!head_done_) {
    const size_t before = head_.size();
    head_.append(reinterpret_cast<const char*>(input.data()), input.size());
    const size_t text_bytes = head_.size();
    head_.append(kParserPadding, '\0');
    const http::ParseState state = parser_.Parse(std::string_view(head_).substr(0, text_bytes));
    head_.resize(text_bytes);
    if (state == http::ParseState::kError) {
      Fail("malformed_answer");
      return false;
    }
    if (state == http::ParseState::kNeedMore) {
      return true;
    }
    const http::ResponseHead& head = parser_.head();
    status_right_ = head.status == thread_.plan().status_wanted;
    if (!status_right_) {
      thread_.CountError("status_" + std::to_string(head.status));
    }
    server_keeps_ = head.keep_alive;
    body_.Begin(head.framing, head.content_length, http::BodyDecoder::kNoLimit);
    head_done_ = true;
    input = input.subspan(parser_.head_bytes() - before);
  }
  while (!body_.done()) {
    if (input.empty()) {
      return true;
    }
    const http::BodyDecoder::Piece piece = body_.Decode(input);
    if (piece.state == http::BodyDecoder::State::kError) {
      Fail("malformed_answer");
      return false;
    }
    body_bytes_ += piece.data.size();
    input = input.subspan(piece.num_consumed);
  }
  FinishAnswer();
  return state_ == State::kAwaitingAnswer;
}

void LoadConnection::SendRequest() {
  state_ = State::kAwaitingAnswer;
  head_.clear();
  parser_.Reset(thread_.plan().method == "HEAD");
  head_done_ = false;
  body_bytes_ = 0;
  body_to_send_ = thread_.plan().body_bytes;
  request_start_ = Clock::now();
  size_t written = 0;
  const std::string& request = thread_.request();
  (void)tls_->Write({reinterpret_cast<const uint8_t*>(request.data()), request.size()}, &written);
}

void LoadConnection::FinishAnswer() {
  const int64_t wanted = thread_.plan().body_bytes_wanted;
  if (wanted >= 0 && body_bytes_ != static_cast<uint64_t>(wanted)) {
    thread_.CountError("wrong_length");
  } else if (status_right_) {
    thread_.CountAnswer(MicrosSince(request_start_), body_bytes_);
  }
  if (thread_.stopping()) {
    Stop();
  } else if (thread_.plan().handshake_per_request || !server_keeps_) {
    if (!thread_.plan().handshake_per_request) {
      thread_.CountError("server_closed_kept_connection");
    }
    tls_->SendCloseNotify();
    Close();
  } else {
    SendRequest();
  }
}

void LoadConnection::Fail(const std::string& kind) {
  if (!thread_.stopping()) {
    thread_.CountError(kind);
  }
  Close();
}

void LoadConnection::Close() {
  if (state_ == State::kClosing || state_ == State::kOver) {
    return;
  }
  state_ = State::kClosing;
  if (num_in_flight_ > 0) {
    ++num_in_flight_;
    thread_.ring().CancelAll(TagOf(LoadOp::kCancel), fd_);
  }
}

void LoadConnection::MaybeOver() {
  if (state_ != State::kClosing || num_in_flight_ > 0) {
    return;
  }
  // Sooner or later every port would wait in TIME_WAIT: a reset leaves none behind.
  thread_.ring().AbortFd(fd_);
  tls_.reset();
  out_.Clear();
  state_ = State::kOver;
  if (again_ && !thread_.stopping()) {
    Start();
  }
}

void LoadConnection::StartSend() {
  if (send_armed_ || out_.empty()) {
    return;
  }
  std::array<iovec, limits::kSendPiecesMax> pieces;
  const size_t count = out_.Gather(pieces);
  send_armed_ = true;
  ++num_in_flight_;
  thread_.ring().Send(TagOf(LoadOp::kSend), fd_, std::span(pieces).first(count));
}

void LoadConnection::StartReceive() {
  if (!receive_armed_) {
    receive_armed_ = true;
    ++num_in_flight_;
    thread_.ring().Recv(TagOf(LoadOp::kRecv), fd_);
  }
}

}  // namespace pkigate::load
