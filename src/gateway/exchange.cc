// SPDX-License-Identifier: Apache-2.0
#include "gateway/exchange.h"

#include <algorithm>
#include <utility>

#include "base/hex.h"
#include "base/limits.h"
#include "base/log.h"
#include "gateway/admission.h"
#include "gateway/client_connection.h"
#include "gateway/core.h"
#include "gateway/upstream_connection.h"
#include "http/head_writer.h"
#include "rest/path.h"

namespace pkigate::gateway {

namespace {

http::Limits LimitsOf(const config::HttpLimits& limits) {
  http::Limits made;
  made.head_bytes = limits.head_bytes;
  made.num_headers = limits.num_headers;
  made.target_bytes = limits.target_bytes;
  made.body_bytes = limits.body_bytes;
  made.drop_unusual_header_names = limits.drop_unusual_header_names;
  return made;
}

}  // namespace

Exchange::Exchange(ClientConnection& client)
    : client_(client),
      passwords_(client.core().passwords, client.peer().address, *this),
      host_names_(client.core().host_names, *this) {
  Reset();
}

Exchange::~Exchange() { DropUpstream(); }

Core& Exchange::core() const { return client_.core(); }

Dialect Exchange::dialect() const {
  return core().settings().listeners[client_.listener()].dialect;
}

void Exchange::Reset() {
  DropUpstream();
  parser_.Reset(LimitsOf(core().settings().limits));
  stage_ = Stage::kHead;
  head_begun_ = false;
  num_seen_ = 0;
  head_held_ = false;
  body_done_ = false;
  keep_alive_ = true;
  head_sent_ = false;
  retried_ = false;
  deadline_hit_ = false;
  send_failed_ = false;
  upstream_keep_alive_ = false;
  chunked_up_ = false;
  chunked_down_ = false;
  num_interim_ = 0;
  passwords_.Reset();
  host_names_.Reset();
  response_parser_.Reset(/*head_request=*/false);
  local_answer_.reset();
  // Up to a megabyte that nobody needs while the connection idles.
  local_head_ = {};
  local_body_ = {};
}

void Exchange::DropUpstream() {
  switch (std::exchange(line_, Line::kNone)) {
    case Line::kNone:
      break;
    case Line::kWaiting:
      core().pools[pool_]->Forget(*this);
      break;
    case Line::kCalled:
      core().pools[pool_]->PassTurn();
      break;
  }
  if (upstream_ != nullptr) {
    std::exchange(upstream_, nullptr)->Close();
  }
}

Exchange::Verdict Exchange::Step() {
  switch (stage_) {
    case Stage::kHead:
      return StepHead();
    case Stage::kAuthenticate:
      return StepAuthenticate();
    case Stage::kCollect:
      return StepCollect();
    case Stage::kControl:
      return StepControl();
    case Stage::kForward:
      return StepForward();
    case Stage::kDiscard:
      return StepDiscard();
  }
  return Verdict::kAbort;
}

void Exchange::Wake() { client_.Wake(); }

void Exchange::OnPoolTurn() {
  PKIGATE_ASSERT(line_ == Line::kWaiting);
  line_ = Line::kCalled;
  client_.Wake();
}

void Exchange::OnUpstreamInput() {
  last_upstream_ms_ = core().now_ms();
  client_.Run();
}

void Exchange::OnUpstreamSendFailed() {
  send_failed_ = true;
  client_.Wake();
}

// --- head ---------------------------------------------------------------------------------------

Exchange::Verdict Exchange::StepHead() {
  if (deadline_hit_) {
    ++core().counters.timeouts_head;
    return Refuse(408, "timeout_exception", "the request head took too long");
  }
  if (!head_begun_ && client_.OutputFull()) {
    return Verdict::kBlocked;  // who does not read answers gets no more; a completed send wakes us
  }
  InputSlab& input = client_.input();
  if (input.size() == num_seen_) {
    // The parser does not mind that the slab moves; a whole head has to fit in.
    switch (client_.FillInput(parser_.limits().head_bytes + 1)) {
      case ClientConnection::Fill::kGot:
        break;
      case ClientConnection::Fill::kNothing:
        if (!head_begun_) {
          input.ReleaseIfEmpty();
        }
        return Verdict::kBlocked;
      case ClientConnection::Fill::kEnded:
        // Between requests that is how connections end; inside a head there is nobody to answer.
        return head_begun_ ? Verdict::kAbort : Verdict::kAnsweredClose;
    }
  }
  if (!head_begun_) {
    head_begun_ = true;
    since_ms_ = core().now_ms();
    // One head, one set of limits: those in force when it begins, which a reload may have changed
    // since the parser was made ready.
    if (const http::Limits limits = LimitsOf(core().settings().limits);
        limits != parser_.limits()) {
      parser_.Reset(limits);
    }
  }
  num_seen_ = input.size();
  switch (parser_.Parse(input.text())) {
    case http::ParseState::kNeedMore:
      return Verdict::kProgress;
    case http::ParseState::kComplete:
      return Dispatch();
    case http::ParseState::kError: {
      ++core().counters.requests_malformed;
      const http::HttpError& error = parser_.error();
      log::Event(log::Level::kInfo, "request_refused")
          .Text("peer", client_.peer().Text())
          .Number("status", error.status)
          .Text("reason", error.reason_code)
          .Text("detail", error.text);
      return Refuse(error.status, "illegal_argument_exception", error.text);
    }
  }
  return Verdict::kAbort;
}

Exchange::Verdict Exchange::Dispatch() {
  Counters& counters = core().counters;
  ++counters.requests;
  target_text_.assign(head().target.substr(0, limits::kLoggedTargetBytesMax));
  keep_alive_ = head().keep_alive && !core().draining;
  body_done_ = head().framing == http::RequestHead::Framing::kNone;
  const Result<rest::Target> target = rest::CheckTarget(head().target);
  if (!target.ok()) {
    ++counters.requests_malformed;
    log::Event(log::Level::kInfo, "request_refused")
        .Text("peer", client_.peer().Text())
        .Number("status", 400)
        .Text("reason", target.error().code)
        .Text("detail", target.error().message);
    return Refuse(400, "illegal_argument_exception", target.error().message);
  }
  return Decide(target->path);
}

// Everything about a request is decided here, at once.
Exchange::Verdict Exchange::Decide(std::string_view path) {
  Counters& counters = core().counters;
  policy::Authentication refused;
  const Caller* caller = Identify(client_, head(), passwords_, host_names_, &refused);
  if (caller == nullptr && refused.outcome == policy::Authentication::Outcome::kPending) {
    head_held_ = true;
    return AwaitAnswer();
  }
  if (core().local.Claims(dialect(), head().method, path)) {
    ++counters.requests_answered_locally;
    return BeginCollect(caller, refused);
  }
  const policy::Policy& policy = *core().current->snapshot->listeners[client_.listener()].policy;
  const policy::Authentication& authentication =
      caller != nullptr ? caller->authentication : refused;
  policy::Decision decision =
      policy.Authorize(authentication, {.method = head().method, .target = head().target});
  NoteFailures(authentication);
  if (!decision.allowed) {
    LogDenied(decision.refusal, authentication.user.username,
              decision.why.empty() ? authentication.why : decision.why);
    return Answer(decision.refusal, /*close=*/false);
  }
  return BeginForward();
}

// --- passwords and names of hosts ---------------------------------------------------------------

Exchange::Verdict Exchange::AwaitAnswer() {
  if (passwords_.state() == PasswordInquiry::State::kRefused) {
    log::Event(log::Level::kInfo, "request_refused")
        .Text("peer", client_.peer().Text())
        .Number("status", 429)
        .Text("reason", "too_many_password_checks");
    return Answer(rest::Overloaded(dialect(), "too many passwords are waiting to be checked"),
                  /*close=*/false);
  }
  if (stage_ != Stage::kAuthenticate) {  // a second question has what time the first one left
    stage_ = Stage::kAuthenticate;
    since_ms_ = core().now_ms();
  }
  if (host_names_.waiting()) {  // passwords are behind us, however long they took
    since_ms_ = core().now_ms();
  }
  return Verdict::kBlocked;
}

Exchange::Verdict Exchange::StepAuthenticate() {
  if (host_names_.waiting()) {
    if (!deadline_hit_) {
      return Verdict::kBlocked;
    }
    if (since_ms_ + limits::kHostNameAnswerMs > core().now_ms()) {
      ++core().counters.clients_gone;
      return Verdict::kAbort;  // it ended its side a while ago
    }
    ++core().counters.timeouts_host_name;
    host_names_.GiveUp();
  }
  const PasswordInquiry::State state = passwords_.state();
  if (state == PasswordInquiry::State::kWaiting && !deadline_hit_) {
    return Verdict::kBlocked;
  }
  if (state != PasswordInquiry::State::kIdle) {
    if (since_ms_ + limits::kPasswordAnswerMs > core().now_ms() &&
        state == PasswordInquiry::State::kWaiting) {
      ++core().counters.clients_gone;
      return Verdict::kAbort;  // it ended its side a while ago
    }
    ++core().counters.timeouts_password;
    return Answer(rest::ProtocolError(dialect(), 503, "timeout_exception",
                                      "the password check is taking too long"),
                  /*close=*/true);
  }
  deadline_hit_ = false;
  // What a reload has changed meanwhile counts: who is known, and even the stored password.
  return local_head_.empty() ? Decide(rest::CheckTarget(head().target)->path) : ServeLocal();
}

void Exchange::OnPasswordChecked() { client_.Wake(); }

void Exchange::OnHostName() { client_.Wake(); }

uint64_t Exchange::AuthenticateDeadline() const {
  const uint64_t due_ms =
      since_ms_ + (host_names_.waiting() ? limits::kHostNameAnswerMs : limits::kPasswordAnswerMs);
  const uint64_t ended_ms = client_.input_ended_ms();
  return ended_ms == ring::TimerWheel::kNever ? due_ms
                                              : std::min(due_ms, ended_ms + limits::kHalfClosedMs);
}

// --- requests of our own ------------------------------------------------------------------------

// The head moves out of the input, because the answer may take a while and the body comes behind
// it; management requests are rare enough for the copy.
Exchange::Verdict Exchange::BeginCollect(const Caller* caller,
                                         const policy::Authentication& refused) {
  const size_t head_bytes = parser_.head_bytes();
  local_head_.assign(client_.input().text().substr(0, head_bytes));
  local_head_.append(SlabPool::kPaddingBytes, '\0');
  parser_.Reset(http::Limits(parser_.limits()));
  const http::ParseState again = parser_.Parse(std::string_view(local_head_).substr(0, head_bytes));
  PKIGATE_ASSERT(again == http::ParseState::kComplete);
  client_.input().Consume(head_bytes);
  head_held_ = false;
  local_body_.clear();
  last_body_ms_ = core().now_ms();
  stage_ = Stage::kCollect;
  if (!body_done_) {
    request_body_.Begin(head().framing, head().content_length, limits::kLocalBodyBytesMax);
    if (caller == nullptr) {
      return Serve(refused);  // a refusal whatever the body is: no memory for a stranger's
    }
    SayContinue();
  }
  return Verdict::kProgress;
}

void Exchange::SayContinue() {
  if (head().expect_continue && client_.input().empty()) {
    http::WriteContinue(client_.plain_out());
    ++core().counters.answers_by_class[1];
  }
}

Exchange::Verdict Exchange::StepCollect() {
  if (deadline_hit_) {
    ++core().counters.timeouts_body;
    return Refuse(408, "timeout_exception", "the request body took too long");
  }
  InputSlab& input = client_.input();
  while (!body_done_) {
    if (input.empty()) {
      const ClientConnection::Fill fill = client_.FillInput(0);
      if (fill == ClientConnection::Fill::kNothing) {
        return Verdict::kBlocked;
      }
      if (fill == ClientConnection::Fill::kEnded) {
        return Verdict::kAbort;
      }
    }
    const http::BodyDecoder::Piece piece = request_body_.Decode(input.bytes());
    local_body_.append(reinterpret_cast<const char*>(piece.data.data()), piece.data.size());
    input.Consume(piece.num_consumed);
    last_body_ms_ = core().now_ms();
    if (piece.state == http::BodyDecoder::State::kError) {
      ++core().counters.requests_malformed;
      return Refuse(request_body_.error().status, "illegal_argument_exception",
                    request_body_.error().text);
    }
    body_done_ = piece.state == http::BodyDecoder::State::kDone;
  }
  input.ReleaseIfEmpty();
  return ServeLocal();
}

Exchange::Verdict Exchange::ServeLocal() {
  policy::Authentication refused;
  const Caller* caller = Identify(client_, head(), passwords_, host_names_, &refused);
  if (caller == nullptr && refused.outcome == policy::Authentication::Outcome::kPending) {
    return AwaitAnswer();
  }
  return Serve(caller != nullptr ? caller->authentication : refused);
}

Exchange::Verdict Exchange::Serve(const policy::Authentication& caller) {
  std::vector<identity::HeaderField>& fields = core().header_fields;
  fields.clear();
  for (const http::HeaderView& header : head().headers()) {
    fields.push_back({header.name, header.value});
  }
  const LocalRequest request{
      .policy = core().current->snapshot->listeners[client_.listener()].policy.get(),
      .caller = &caller,
      .chain = client_.peer_chain().get(),
      .peer = client_.peer(),
      .listener = client_.listener(),
      .method = head().method,
      .target = head().target,
      .headers = fields,
      .body = local_body_,
      .files = core().settings().listeners[client_.listener()].model.get(),
  };
  const ReplyTo reply_to{core().worker, client_.slot(), client_.generation()};
  NoteFailures(caller);
  rest::Answer answer;
  if (core().local.Serve(request, reply_to, &answer)) {
    if (answer.status == 401 || answer.status == 403) {
      LogDenied(answer, caller.user.username, caller.why);
    }
    return Answer(answer, /*close=*/false);
  }
  stage_ = Stage::kControl;
  since_ms_ = core().now_ms();
  return Verdict::kBlocked;
}

void Exchange::OnLocalAnswer(rest::Answer&& answer) {
  // One that arrives after its deadline finds another stage and is dropped.
  if (stage_ == Stage::kControl) {
    local_answer_ = std::move(answer);
  }
}

Exchange::Verdict Exchange::StepControl() {
  if (local_answer_.has_value()) {
    return Answer(*std::exchange(local_answer_, std::nullopt), /*close=*/false);
  }
  if (deadline_hit_) {
    return Answer(rest::ProtocolError(dialect(), 503, "timeout_exception",
                                      "the change is taking too long; it may still be made"),
                  /*close=*/true);
  }
  return Verdict::kBlocked;
}

// --- our own answers ----------------------------------------------------------------------------

Exchange::Verdict Exchange::Refuse(int status, std::string_view type, std::string_view reason) {
  return Answer(rest::ProtocolError(dialect(), status, type, reason), /*close=*/true);
}

// After a refusal the rest of the request's body is read and dropped if it is short, so that the
// connection lives on; a client that waits for 100 Continue might never send it.
Exchange::Verdict Exchange::Answer(const rest::Answer& answer, bool close) {
  DropUpstream();
  const bool body_pending = !body_done_;
  const bool head_known = stage_ != Stage::kHead || parser_.complete();
  if (body_pending &&
      (head().expect_continue || !head_known || head().content_length > limits::kDiscardBytesMax)) {
    close = true;
  }
  close = close || !keep_alive_ || core().draining;
  http::WriteLocalAnswer(client_.plain_out(),
                         {.status = answer.status,
                          .content_type = answer.content_type,
                          .body = answer.body,
                          .head_only = head_known && head().id == http::Method::kHead,
                          .close = close,
                          .minor_version = head_known ? head().minor_version : uint8_t{1}},
                         answer.headers);
  ++core().counters.answers_by_class[static_cast<size_t>(answer.status / 100)];
  if (close) {
    return Verdict::kAnsweredClose;
  }
  const bool head_never_left = head_held_;
  if (stage_ == Stage::kHead || head_held_) {
    client_.input().Consume(parser_.head_bytes());
    head_held_ = false;
  }
  if (!body_pending) {
    Reset();
    return Verdict::kAnswered;
  }
  if (stage_ == Stage::kHead || head_never_left) {
    request_body_.Begin(head().framing, head().content_length, limits::kDiscardBytesMax);
  }
  num_discarded_ = 0;
  last_body_ms_ = core().now_ms();
  stage_ = Stage::kDiscard;
  return Verdict::kProgress;
}

Exchange::Verdict Exchange::StepDiscard() {
  InputSlab& input = client_.input();
  while (!body_done_) {
    if (deadline_hit_ || num_discarded_ > limits::kDiscardBytesMax) {
      return Verdict::kAnsweredClose;
    }
    if (input.empty()) {
      const ClientConnection::Fill fill = client_.FillInput(0);
      if (fill == ClientConnection::Fill::kNothing) {
        return Verdict::kBlocked;
      }
      if (fill == ClientConnection::Fill::kEnded) {
        return Verdict::kAnsweredClose;
      }
    }
    const http::BodyDecoder::Piece piece = request_body_.Decode(input.bytes());
    input.Consume(piece.num_consumed);
    num_discarded_ += piece.num_consumed;
    if (piece.state == http::BodyDecoder::State::kError) {
      return Verdict::kAnsweredClose;
    }
    body_done_ = piece.state == http::BodyDecoder::State::kDone;
  }
  Reset();
  return Verdict::kAnswered;
}

void Exchange::NoteFailures(const policy::Authentication& caller) const {
  core().logins.Note(client_.listener(), client_.peer().address, caller.failures,
                     core().now_unix());
}

void Exchange::LogDenied(const rest::Answer& answer, std::string_view user,
                         std::string_view why) const {
  ++(answer.status == 401 ? core().counters.denied_unauthenticated
                          : core().counters.denied_unauthorized);
  const x509::PeerChain* chain = client_.peer_chain().get();
  log::Event(log::Level::kInfo, "denied")
      .Number("status", answer.status)
      .Text("listener", core().settings().listeners[client_.listener()].name)
      .Text("peer", client_.peer().Text())
      .Text("method", http::MethodName(head().id))
      .Text("target", target_text_)
      .Text("user", user)
      .Text("fingerprint", chain == nullptr ? std::string() : ToHex(chain->fingerprint))
      .Text("why", why);
}

}  // namespace pkigate::gateway
