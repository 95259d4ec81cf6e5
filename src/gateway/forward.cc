// SPDX-License-Identifier: Apache-2.0
//
// Exchange's forwarding half: the request on its way up, the answer on its way down, what is done
// when the upstream does not play along. See exchange.h for the picture.
#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "base/log.h"
#include "gateway/client_connection.h"
#include "gateway/core.h"
#include "gateway/exchange.h"
#include "gateway/upstream_connection.h"
#include "http/chunk_writer.h"
#include "http/head_writer.h"

namespace pkigate::gateway {

Exchange::Verdict Exchange::BeginForward() {
  ++core().counters.requests_forwarded;
  stage_ = Stage::kForward;
  since_ms_ = last_body_ms_ = last_upstream_ms_ = window_start_ms_ = core().now_ms();
  window_bytes_ = 0;
  pool_ = core().settings().listeners[client_.listener()].upstream;
  // Without a body the head stays in the input until an answer begins: a retry is built from it.
  head_held_ = true;
  response_parser_.Reset(head().id == http::Method::kHead);
  return AcquireUpstream(/*fresh=*/false);
}

Exchange::Verdict Exchange::AcquireUpstream(bool fresh) {
  const bool called = std::exchange(line_, Line::kNone) == Line::kCalled;
  switch (core().pools[pool_]->Acquire(*this, fresh, called, &upstream_)) {
    case UpstreamPool::Outcome::kReady:
    case UpstreamPool::Outcome::kConnecting:
      if (head_held_) {
        WriteUpstreamHead();
      }
      return Verdict::kProgress;
    case UpstreamPool::Outcome::kWaiting:
      line_ = Line::kWaiting;
      return Verdict::kBlocked;
    case UpstreamPool::Outcome::kFailed:
      return UpstreamError(503, "no connection to the upstream can be opened");
  }
  return Verdict::kAbort;
}

void Exchange::WriteUpstreamHead() {
  const config::IdentityHeaders& identity = core().settings().identity;
  // Null: the policy lets this request pass without a user.
  const Caller* caller = client_.caller().get();
  core().NextRequestId();
  http::UpstreamHeadOptions options;
  options.forward_authorization = caller != nullptr && caller->authentication.pass_authorization;
  options.stripped[0] = identity.user;
  options.stripped[1] = identity.roles;
  options.added[0] = {"x-forwarded-for", client_.peer_text()};
  options.added[1] = {"x-forwarded-proto", client_.encrypted() ? "https" : "http"};
  options.added[2] = {"x-request-id", core().request_id};
  options.num_added = 3;
  if (identity.hand_over && caller != nullptr) {
    options.added[options.num_added++] = {identity.user, caller->user_value};
    options.added[options.num_added++] = {identity.roles, caller->roles_value};
  }
  http::WriteUpstreamRequest(upstream_->out(), head(), options);
  if (!body_done_) {
    // The body follows from the input, so its head has to leave it now; no retry after this.
    request_body_.Begin(head().framing, head().content_length, core().settings().limits.body_bytes);
    chunked_up_ = head().framing == http::Framing::kChunked;
    client_.input().Consume(parser_.head_bytes());
    head_held_ = false;
    SayContinue();
  }
}

Exchange::Verdict Exchange::StepForward() {
  if (deadline_hit_) {
    return OnForwardDeadline();
  }
  if (upstream_ == nullptr) {
    return line_ == Line::kCalled ? AcquireUpstream(/*fresh=*/false) : Verdict::kBlocked;
  }
  Verdict verdict = Verdict::kBlocked;
  if (!body_done_ && !send_failed_) {
    verdict = PumpRequestBody();
    if (verdict != Verdict::kBlocked && verdict != Verdict::kProgress) {
      return verdict;
    }
  }
  if (!upstream_->slab().empty() || !upstream_->lent().empty()) {
    const Verdict answered = PumpResponse();
    if (answered != Verdict::kBlocked) {
      return answered;
    }
  }
  if (upstream_->ended() && upstream_->lent().empty() &&
      (upstream_->slab().empty() || !head_sent_)) {
    // A body that lasts until the close is whole only if the close was in good order.
    if (head_sent_ && upstream_->ended_in_order() && response_body_.EndOfInput()) {
      return FinishForward();
    }
    return UpstreamFailed();
  }
  upstream_->StartSend();
  if (!client_.OutputFull()) {
    upstream_->StartReceive();
  }
  return verdict;
}

// --- up -----------------------------------------------------------------------------------------

Exchange::Verdict Exchange::PumpRequestBody() {
  InputSlab& input = client_.input();
  ChunkQueue& out = upstream_->out();
  bool progress = false;
  while (!body_done_ && out.size() < limits::kOutputHighBytes) {
    if (input.empty()) {
      const ClientConnection::Fill fill = client_.FillInput(0);
      if (fill == ClientConnection::Fill::kNothing) {
        break;
      }
      if (fill == ClientConnection::Fill::kEnded) {
        return Verdict::kAbort;  // the rest will never come: the upstream must not see an end
      }
    }
    const http::BodyDecoder::Piece piece = request_body_.Decode(input.bytes());
    if (!piece.data.empty()) {
      if (chunked_up_) {
        http::AppendChunk(out, piece.data);
      } else {
        out.Append(piece.data);
      }
    }
    input.Consume(piece.num_consumed);
    window_bytes_ += piece.num_consumed;
    last_body_ms_ = core().now_ms();
    progress = true;
    if (piece.state == http::BodyDecoder::State::kError) {
      ++core().counters.requests_malformed;
      if (head_sent_) {
        return Verdict::kAbort;  // ours would stand within the upstream's answer
      }
      return Refuse(request_body_.error().status, "illegal_argument_exception",
                    request_body_.error().text);
    }
    if (piece.state == http::BodyDecoder::State::kDone) {
      body_done_ = true;
      last_upstream_ms_ = core().now_ms();
      if (chunked_up_) {
        http::AppendLastChunk(out, request_body_.trailers());
      }
    }
  }
  input.ReleaseIfEmpty();
  return progress ? Verdict::kProgress : Verdict::kBlocked;
}

// --- down ---------------------------------------------------------------------------------------

// Takes what the upstream has sent as far as the client can be given it. kBlocked: more is needed,
// from either side.
Exchange::Verdict Exchange::PumpResponse() {
  if (!head_sent_) {
    const Verdict verdict = TakeResponseHead();
    if (verdict != Verdict::kProgress) {
      return verdict;
    }
  }
  return PumpResponseBody();
}

Exchange::Verdict Exchange::TakeResponseHead() {
  InputSlab& slab = upstream_->slab();
  LentInput& lent = upstream_->lent();
  for (;;) {
    // A head is parsed in one piece; what comes behind it in the slab is body.
    const std::span<uint8_t> room = slab.Room(core().slabs.slab_bytes());
    const size_t piece = std::min(room.size(), lent.bytes().size());
    std::copy_n(lent.bytes().data(), piece, room.data());
    slab.Commit(piece);
    lent.Consume(piece);
    switch (response_parser_.Parse(slab.text())) {
      case http::ParseState::kNeedMore:
        return Verdict::kBlocked;
      case http::ParseState::kError:
        return UpstreamError(502, std::string("the upstream's answer is malformed: ") +
                                      response_parser_.error().text);
      case http::ParseState::kComplete:
        break;
    }
    const http::ResponseHead& answer = response_parser_.head();
    if (answer.status >= 200) {
      break;
    }
    // 100 was answered by us already, 103 is for browsers; 101 was never asked for.
    if (answer.status == 101 || ++num_interim_ > limits::kInterimAnswersMax) {
      return UpstreamError(502, "the upstream switched protocols or sent too many interim answers");
    }
    slab.Consume(response_parser_.head_bytes());
    response_parser_.Reset(head().id == http::Method::kHead);
  }
  const http::ResponseHead& answer = response_parser_.head();
  upstream_keep_alive_ = answer.keep_alive;
  // An answer before the end of the request: the rest of it will not be read.
  keep_alive_ = keep_alive_ && body_done_ && !core().draining;
  const bool unknown_length =
      answer.framing == http::Framing::kChunked || answer.framing == http::Framing::kUntilClose;
  chunked_down_ = unknown_length && head().minor_version >= 1;
  if (unknown_length && !chunked_down_) {
    keep_alive_ = false;  // an HTTP/1.0 client learns the end from the close
  }
  http::WriteClientResponse(
      client_.plain_out(), answer,
      {.close = !keep_alive_, .chunked = chunked_down_, .minor_version = head().minor_version});
  ++core().counters.answers_by_class[static_cast<size_t>(answer.status / 100)];
  response_body_.Begin(answer.framing, answer.content_length, http::BodyDecoder::kNoLimit);
  slab.Consume(response_parser_.head_bytes());
  head_sent_ = true;
  if (head_held_) {
    client_.input().Consume(parser_.head_bytes());
    head_held_ = false;
  }
  return Verdict::kProgress;
}

Exchange::Verdict Exchange::PumpResponseBody() {
  InputSlab& slab = upstream_->slab();
  LentInput& lent = upstream_->lent();
  while (!response_body_.done()) {
    if (client_.OutputFull()) {
      return Verdict::kBlocked;  // a completed send wakes us
    }
    const bool from_slab = !slab.empty();
    const std::span<const uint8_t> input = from_slab ? slab.bytes() : lent.bytes();
    if (input.empty()) {
      slab.ReleaseIfEmpty();
      return Verdict::kBlocked;
    }
    const http::BodyDecoder::Piece piece = response_body_.Decode(input);
    PassOn(piece.data);
    if (from_slab) {
      slab.Consume(piece.num_consumed);
    } else {
      lent.Consume(piece.num_consumed);
    }
    if (piece.state == http::BodyDecoder::State::kError) {
      return UpstreamError(502, "the upstream's answer is malformed");
    }
  }
  return FinishForward();
}

void Exchange::PassOn(std::span<const uint8_t> data) {
  if (data.empty()) {
    return;
  }
  if (chunked_down_) {
    http::AppendChunk(client_.plain_out(), data);
    return;
  }
  // Large pieces are encrypted where they lie; small ones are gathered with the head, so that a
  // short answer leaves in one record.
  if (data.size() >= limits::kWriteThroughBytesMin) {
    data = data.subspan(client_.WriteThrough(data));
  }
  client_.plain_out().Append(data);
}

Exchange::Verdict Exchange::FinishForward() {
  if (chunked_down_) {
    http::AppendLastChunk(client_.plain_out(), response_body_.trailers());
  }
  const bool unsent = !body_done_ || send_failed_;
  std::exchange(upstream_, nullptr)->GiveBack(upstream_keep_alive_ && !unsent);
  if (!keep_alive_) {
    return Verdict::kAnsweredClose;
  }
  Reset();
  return Verdict::kAnswered;
}

// --- when it does not work ----------------------------------------------------------------------

// The upstream closed, or could not be reached. One retry, and only where it cannot do a thing
// twice.
Exchange::Verdict Exchange::UpstreamFailed() {
  // A failed send has dropped what was to go out.
  const bool nothing_sent = upstream_->nothing_sent() && !send_failed_;
  const bool nothing_heard = upstream_->bytes_received() == 0;
  const bool head_held = head_held_;
  const bool repeatable = head_held && http::IsIdempotent(head().id);
  if (!retried_ && nothing_heard && (nothing_sent || repeatable)) {
    retried_ = true;
    send_failed_ = false;
    ++core().counters.upstream_retries;
    UpstreamConnection* failed = std::exchange(upstream_, nullptr);
    since_ms_ = last_upstream_ms_ = core().now_ms();
    const Verdict verdict = AcquireUpstream(/*fresh=*/true);
    if (upstream_ != nullptr && !head_held) {
      // A body is under way and none of it has left: it moves over as it is.
      for (ChunkQueue& unsent = failed->out(); !unsent.empty();) {
        const std::span<const uint8_t> front = unsent.Front();
        upstream_->out().Append(front);
        unsent.Consume(front.size());
      }
    }
    failed->Close();
    if (verdict == Verdict::kBlocked && !head_held) {
      // In line, and what was to go out is lost with the failed connection.
      return UpstreamError(502, "the upstream closed the connection and no other was free");
    }
    return verdict;
  }
  if (upstream_->connect_failed()) {
    return UpstreamError(502, "the upstream refuses connections");
  }
  return UpstreamError(502, upstream_->bytes_received() == 0
                                ? "the upstream closed the connection without an answer"
                                : "the upstream closed the connection within its answer");
}

Exchange::Verdict Exchange::UpstreamError(int status, std::string_view reason) {
  ++core().counters.upstream_failures;
  log::Event(log::Level::kWarn, "upstream_failed")
      .Number("status", status)
      .Text("upstream", core().settings().upstreams[pool_].name)
      .Text("address", upstream_ == nullptr ? "" : upstream_->where().Text())
      .Number("errno", upstream_ == nullptr ? 0 : upstream_->error())
      .Text("method", http::MethodName(head().id))
      .Text("target", target_text_)
      .Text("reason", reason);
  if (head_sent_) {
    return Verdict::kAbort;  // half an answer is out: only a broken connection says so
  }
  return Answer(
      rest::ProtocolError(dialect(), status,
                          status == 504 ? "timeout_exception" : "connect_exception", reason),
      /*close=*/!body_done_);
}

uint64_t Exchange::ForwardDeadline() const {
  const bool half_closed = client_.input_ended_ms() != ring::TimerWheel::kNever;
  if (!half_closed || client_.OutputFull()) {
    return StageDeadline();
  }
  const uint64_t since_ms = std::max(client_.input_ended_ms(), last_upstream_ms_);
  return std::min(since_ms + limits::kHalfClosedMs, StageDeadline());
}

uint64_t Exchange::StageDeadline() const {
  const config::Timeouts& timeouts = core().settings().timeouts;
  if (upstream_ == nullptr || upstream_->state() == UpstreamConnection::State::kConnecting) {
    return since_ms_ + timeouts.upstream_connect_ms;
  }
  if (client_.OutputFull()) {
    return ring::TimerWheel::kNever;  // the client's write time-out counts
  }
  if (!body_done_ && upstream_->out().size() < limits::kOutputHighBytes) {
    uint64_t due_ms = last_body_ms_ + timeouts.body_ms;
    if (core().settings().limits.body_bytes_per_second_min > 0) {
      due_ms = std::min(due_ms, window_start_ms_ + timeouts.body_ms);
    }
    return due_ms;
  }
  return std::max(last_upstream_ms_, upstream_->last_sent_ms()) + timeouts.upstream_response_ms;
}

Exchange::Verdict Exchange::OnForwardDeadline() {
  deadline_hit_ = false;
  const uint64_t now_ms = core().now_ms();
  const config::Timeouts& timeouts = core().settings().timeouts;
  if (ForwardDeadline() > now_ms) {
    return Verdict::kProgress;
  }
  if (StageDeadline() > now_ms) {
    ++core().counters.clients_gone;
    return Verdict::kAbort;  // it ended its side a while ago and most likely is not there any more
  }
  if (upstream_ == nullptr) {
    return UpstreamError(503, "all connections to the upstream are busy");
  }
  if (upstream_->state() == UpstreamConnection::State::kConnecting) {
    ++core().counters.timeouts_upstream;
    core().pools[pool_]->MarkDown(upstream_->address());
    return UpstreamError(504, "the upstream does not answer connection attempts");
  }
  if (!body_done_ && upstream_->out().size() < limits::kOutputHighBytes) {
    const uint64_t rate_min = core().settings().limits.body_bytes_per_second_min;
    const uint64_t window_ms = now_ms - window_start_ms_;
    const bool stalled = last_body_ms_ + timeouts.body_ms <= now_ms;
    if (!stalled && window_bytes_ * 1000 >= rate_min * window_ms) {
      window_start_ms_ = now_ms;
      window_bytes_ = 0;
      return Verdict::kProgress;
    }
    ++core().counters.timeouts_body;
    return head_sent_ ? Verdict::kAbort
                      : Refuse(408, "timeout_exception", "the request body took too long");
  }
  ++core().counters.timeouts_upstream;
  return UpstreamError(504, "the upstream took too long to answer");
}

// --- deadlines of all stages --------------------------------------------------------------------

uint64_t Exchange::Deadline() const {
  const config::Timeouts& timeouts = core().settings().timeouts;
  switch (stage_) {
    case Stage::kHead:
      return since_ms_ + timeouts.head_ms;
    case Stage::kAuthenticate:
      return AuthenticateDeadline();
    case Stage::kCollect:
      return last_body_ms_ + timeouts.body_ms;
    case Stage::kDiscard:
      return last_body_ms_ + std::min<uint64_t>(timeouts.body_ms, limits::kDiscardMs);
    case Stage::kControl:
      return since_ms_ + limits::kControlAnswerMs;
    case Stage::kForward:
      return ForwardDeadline();
  }
  return ring::TimerWheel::kNever;
}

void Exchange::OnDeadline() { deadline_hit_ = true; }

}  // namespace pkigate::gateway
