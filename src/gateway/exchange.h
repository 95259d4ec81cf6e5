// SPDX-License-Identifier: Apache-2.0
//
// Exchange: the requests of one connection, one after another, each from its first byte to the last
// byte of its answer.
//
//   kHead --parsed, admitted--> kForward --answer complete--> kHead
//     |  \--> kAuthenticate --/    ^
//     |--path of ours--> kCollect -+- body complete --> kControl --answer--> kDiscard
//     `--refused or failed: our own answer-------------------------------> kDiscard --> kHead
//
// kAuthenticate: a password is being checked, or the caller's address named, by other threads
// (password_desk.h, host_name_desk.h). The head stays where it is and nothing behind it is read;
// when the answer is in, the request is decided from the beginning, by the snapshot of then.
//
// Both directions of kForward run at once: the request's body goes up while the answer may already
// come down. What the gateway decides (path, caller, permission) it decides in one go, when the
// head is complete, by the snapshot of that moment; nothing of the request has been sent by then.
//
// A request is tried once more on a fresh connection when the one it was given turned out dead,
// and then only if nothing of it was sent, or it is idempotent, without a body, and nothing of an
// answer came.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "gateway/host_name_desk.h"
#include "gateway/local_answers.h"
#include "gateway/password_desk.h"
#include "gateway/principal_cache.h"
#include "http/body_decoder.h"
#include "http/request_parser.h"
#include "http/response_parser.h"
#include "rest/answer.h"

namespace pkigate::gateway {

class ClientConnection;
struct Core;
class UpstreamConnection;

class Exchange final : private PasswordWaiter, private HostNameWaiter {
 public:
  enum class Stage : uint8_t { kHead, kAuthenticate, kCollect, kControl, kForward, kDiscard };
  enum class Verdict : uint8_t {
    kBlocked,        // an event is needed
    kProgress,       // call again
    kAnswered,       // the answer is on its way; ready for the next request
    kAnsweredClose,  // the same, and the connection ends with it
    kAbort,          // cut the connection off
  };

  // kCalled: our turn, not yet taken. Whoever leaves then has to pass the turn on.
  enum class Line : uint8_t { kNone, kWaiting, kCalled };

  explicit Exchange(ClientConnection& client);
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;
  ~Exchange();

  Verdict Step();
  // Between two requests, and not a byte of the next one has come.
  bool idle() const { return stage_ == Stage::kHead && !head_begun_; }
  // When OnDeadline wants to be called if nothing happens before; only while not idle.
  uint64_t Deadline() const;
  void OnDeadline();

  void OnLocalAnswer(rest::Answer&& answer);
  // From the upstream connection: it has something new to tell.
  void Wake();
  // From the pool: the next connection may be for us.
  void OnPoolTurn();
  void OnUpstreamInput();
  void OnUpstreamSendFailed();

 private:
  // The request.
  Verdict StepHead();
  Verdict Dispatch();
  Verdict Decide(std::string_view path);
  Verdict AwaitAnswer();
  Verdict StepAuthenticate();
  uint64_t AuthenticateDeadline() const;
  Verdict StepDiscard();

  void OnPasswordChecked() override;
  void OnHostName() override;

  // A request of our own.
  Verdict BeginCollect(const Caller* caller, const policy::Authentication& refused);
  Verdict StepCollect();
  Verdict ServeLocal();
  Verdict Serve(const policy::Authentication& caller);
  Verdict StepControl();
  void SayContinue();

  // Forwarding: forward.cc.
  Verdict BeginForward();
  Verdict StepForward();
  Verdict AcquireUpstream(bool fresh);
  void WriteUpstreamHead();
  Verdict PumpRequestBody();
  Verdict PumpResponse();
  Verdict TakeResponseHead();
  Verdict PumpResponseBody();
  void PassOn(std::span<const uint8_t> data);
  Verdict FinishForward();
  Verdict UpstreamFailed();
  Verdict UpstreamError(int status, std::string_view reason);
  Verdict OnForwardDeadline();
  uint64_t ForwardDeadline() const;
  uint64_t StageDeadline() const;

  // Our own answers. `close`: the connection ends with it.
  Verdict Answer(const rest::Answer& answer, bool close);
  Verdict Refuse(int status, std::string_view type, std::string_view reason);
  // Counts what the caller failed at on the way, now that the request is decided.
  void NoteFailures(const policy::Authentication& caller) const;
  void LogDenied(const rest::Answer& answer, std::string_view user, std::string_view why) const;

  void Reset();
  void DropUpstream();
  Core& core() const;
  Dialect dialect() const;
  const http::RequestHead& head() const { return parser_.head(); }

  ClientConnection& client_;
  Stage stage_ = Stage::kHead;
  bool head_begun_ = false;
  size_t num_seen_ = 0;     // bytes of the input that the parser has been shown
  bool head_held_ = false;  // the head's bytes are still at the front of the input
  bool body_done_ = false;  // of the request
  bool keep_alive_ = true;
  bool head_sent_ = false;  // of the answer, to the client
  bool retried_ = false;
  bool deadline_hit_ = false;
  Line line_ = Line::kNone;  // where we stand for a connection to the upstream
  // Whose line that is: the listener's upstream when the request was decided. A reload may point
  // the listener at another one meanwhile.
  size_t pool_ = 0;
  bool send_failed_ = false;
  bool upstream_keep_alive_ = false;
  bool chunked_up_ = false;    // the request's body goes up in chunks
  bool chunked_down_ = false;  // the answer's body comes down in chunks

  uint64_t since_ms_ = 0;          // when the present stage began
  uint64_t last_body_ms_ = 0;      // last progress of the request's body
  uint64_t last_upstream_ms_ = 0;  // last sign of life of the upstream
  uint64_t window_start_ms_ = 0;   // of the least-rate measurement
  uint64_t window_bytes_ = 0;
  uint64_t num_discarded_ = 0;
  uint32_t num_interim_ = 0;  // 1xx answers of the upstream

  http::RequestParser parser_;
  http::BodyDecoder request_body_;
  http::ResponseParser response_parser_;
  http::BodyDecoder response_body_;
  PasswordInquiry passwords_;
  HostNameInquiry host_names_;
  UpstreamConnection* upstream_ = nullptr;
  // A request of ours: its head, kept apart from the input, and its body.
  std::string local_head_;
  std::string local_body_;
  std::optional<rest::Answer> local_answer_;
  std::string target_text_;  // for the log, once the head has left the input
};

}  // namespace pkigate::gateway
