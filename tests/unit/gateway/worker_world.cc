// SPDX-License-Identifier: Apache-2.0
#include "worker_world.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <limits>

#include "base/ascii.h"
#include "base/log.h"
#include "policy/policy.h"

namespace pkigate::gateway {

namespace {

// A conversation takes far fewer; ends a test that makes no headway although time stands still.
constexpr int kTurnsMax = 400'000;

const SocketAddress kGateway{.address = IpAddress::V4({10, 0, 0, 1}), .port = 9200};

class WorldScratch final : public policy::Scratch {};

class WorldPolicy final : public policy::Policy {
 public:
  explicit WorldPolicy(Rules rules)
      : rules_(std::move(rules)),
        failure_listeners_(identity::FailureListeners::Compile(rules_.failure_listeners).value()) {}

  Dialect dialect() const override { return Dialect::kXpack; }
  uint64_t generation() const override { return rules_.generation; }
  std::unique_ptr<policy::Scratch> NewScratch() const override {
    return std::make_unique<WorldScratch>();
  }
  bool HeadersDecide(std::span<const identity::HeaderField> headers) const override {
    return Authorization(headers) != nullptr;
  }
  // `Authorization: as NAME` is somebody else for one request, `pw NAME PASSWORD` who has that
  // password, any other value nobody.
  policy::Authentication Authenticate(const identity::Credentials& credentials,
                                      policy::Scratch& /*scratch*/) const override {
    policy::Authentication made;
    if (credentials.blocks != nullptr &&
        credentials.blocks->AddressIsBlocked(credentials.peer.address)) {
      made.why = "too many failed logins";
      return made;
    }
    const identity::HeaderField* authorization = Authorization(credentials.headers);
    if (authorization != nullptr && authorization->value.starts_with("pw ")) {
      return AuthenticatePassword(authorization->value.substr(3), credentials);
    }
    const bool as_other = authorization != nullptr && authorization->value.starts_with("as ");
    if (!rules_.known || (authorization != nullptr && !as_other)) {
      made.why = "the world does not know you";
      return made;
    }
    made.outcome = policy::Authentication::Outcome::kAuthenticated;
    made.user.username = as_other ? std::string(authorization->value.substr(3)) : rules_.user;
    if (rules_.names_hosts &&
        credentials.host_names->Find(credentials.peer.address, &made.user.username) ==
            identity::HostNames::Verdict::kPending) {
      made.outcome = policy::Authentication::Outcome::kPending;
      return made;
    }
    if (made.user.username.empty()) {
      made.user.username = "unnamed";
    }
    made.roles = rules_.roles;
    made.pass_authorization = rules_.pass_authorization;
    made.expires_unix = std::numeric_limits<int64_t>::max();
    return made;
  }
  policy::Decision Authorize(const policy::Authentication& caller,
                             const policy::RequestFacts& request) const override {
    policy::Decision decision;
    if (request.method == "OPTIONS") {
      decision.allowed = true;  // needs no user
    } else if (caller.outcome != policy::Authentication::Outcome::kAuthenticated) {
      decision.refusal = rest::ProtocolError(dialect(), 401, "security_exception",
                                             "missing authentication credentials");
    } else if (request.target.starts_with(rules_.denied)) {
      decision.refusal =
          rest::ProtocolError(dialect(), 403, "security_exception", "action is unauthorized");
    } else {
      decision.allowed = true;
    }
    return decision;
  }
  std::shared_ptr<const identity::FailureListeners> failure_listeners() const override {
    return failure_listeners_;
  }
  bool MayManage(const policy::Authentication& /*caller*/) const override { return true; }

 private:
  policy::Authentication AuthenticatePassword(std::string_view text,
                                              const identity::Credentials& credentials) const {
    const std::string_view user = text.substr(0, text.find(' '));
    const std::string_view password = text.substr(user.size() + 1);
    policy::Authentication made;
    made.user.username = user;
    if (credentials.blocks != nullptr && credentials.blocks->UserIsBlocked("internal", user)) {
      made.why = "too many failed logins";
      return made;
    }
    for (const auto& [name, stored_hash] : rules_.stored_hashes) {
      if (name != user) {
        continue;
      }
      switch (credentials.passwords->Check({.stored_hash = stored_hash,
                                            .password = password,
                                            .keep_seconds = rules_.keep_seconds})) {
        case identity::PasswordChecker::Verdict::kPending:
          made.outcome = policy::Authentication::Outcome::kPending;
          return made;
        case identity::PasswordChecker::Verdict::kRight:
          made.outcome = policy::Authentication::Outcome::kAuthenticated;
          made.roles = rules_.roles;
          made.pass_authorization = rules_.pass_authorization;
          made.expires_unix = std::numeric_limits<int64_t>::max();
          return made;
        case identity::PasswordChecker::Verdict::kWrong:
          break;
      }
    }
    made.why = "wrong password";
    made.failures = {{}, {.backend = "internal", .username = made.user.username}};
    return made;
  }

  static const identity::HeaderField* Authorization(
      std::span<const identity::HeaderField> headers) {
    for (const identity::HeaderField& header : headers) {
      if (EqualsIgnoringCase(header.name, "authorization")) {
        return &header;
      }
    }
    return nullptr;
  }

  Rules rules_;
  std::shared_ptr<const identity::FailureListeners> failure_listeners_;
};

}  // namespace

// --- Peers --------------------------------------------------------------------------------------

void ScriptedPeer::Close() {
  if (!closed_) {
    closed_ = true;
    peer_->Close();
  }
}

void ScriptedPeer::Abort() {
  if (!closed_) {
    closed_ = true;
    peer_->Abort();
  }
}

void ScriptedPeer::Pump() {
  if (closed_) {
    return;
  }
  if (!outgoing_.empty() && !sending_ended_) {
    const size_t num_bytes = peer_->Write(std::string_view(outgoing_).substr(outgoing_begin_));
    outgoing_begin_ += num_bytes;
    num_sent_ += num_bytes;
    if (outgoing_begin_ == outgoing_.size()) {
      outgoing_.clear();
      outgoing_begin_ = 0;
    }
  }
  if (end_sending_ && outgoing_.empty() && !sending_ended_) {
    sending_ended_ = true;
    peer_->ShutdownWrite();
  }
  if (read_max_ > 0) {
    const std::string bytes = peer_->Read(read_max_);
    num_received_ += bytes.size();
    received_ += bytes;
  }
  reset_ = reset_ || peer_->WasReset();
  if (peer_->AtEnd()) {
    ended_ = true;
    Close();
  }
}

std::optional<Message> ClientPeer::TakeAnswer(MessageKind kind) {
  Message answer;
  const Found found = TakeMessage(&received(), kind, ended(), &answer);
  EXPECT_NE(found, Found::kMalformed) << received().substr(0, 500);
  return found == Found::kMessage ? std::optional(std::move(answer)) : std::nullopt;
}

std::optional<Message> UpstreamPeer::TakeRequest() {
  Message request;
  const Found found = TakeMessage(&received(), MessageKind::kRequest, ended(), &request);
  EXPECT_NE(found, Found::kMalformed) << received().substr(0, 500);
  return found == Found::kMessage ? std::optional(std::move(request)) : std::nullopt;
}

// --- The gateway's own answers ------------------------------------------------------------------

bool WorkerWorld::Local::Claims(Dialect /*dialect*/, std::string_view /*method*/,
                                std::string_view path) const {
  return path.starts_with("/_local");
}

bool WorkerWorld::Local::Serve(const LocalRequest& request, const ReplyTo& reply_to,
                               rest::Answer* answer) {
  if (request.caller->outcome != policy::Authentication::Outcome::kAuthenticated) {
    *answer = rest::ProtocolError(Dialect::kXpack, 401, "security_exception", "who are you");
    return true;
  }
  if (request.target != "/_local/now") {
    pending.push_back(reply_to);
    return false;
  }
  answer->body = request.body;
  return true;
}

// --- The world ----------------------------------------------------------------------------------

WorkerWorld::WorkerWorld(WorldOptions options) : network_(options.seed) {
  (void)log::Open({.path = {}, .level = log::Level::kOff, .json = false});
  network_.faults() = options.faults;
  network_.set_window(options.window);
  config::Listener listener;
  listener.name = "http";
  listener.address = kGateway;
  if (options.tls.has_value()) {
    listener.tls.enabled = true;
    listener.tls.trust = options.tls->trust;
    tls_ = std::move(options.tls);
  }
  settings_.listeners.push_back(listener);
  config::Upstream upstream;
  upstream.name = "cluster";
  for (size_t index = 0; index < options.num_addresses; ++index) {
    upstream.addresses.push_back(UpstreamAddress(index));
    network_.Serve(UpstreamAddress(index));
  }
  settings_.upstreams.push_back(upstream);
  settings_.limits.num_connections = 64;
  if (options.adjust) {
    options.adjust(settings_);
  }
  auto ring = network_.MakeRing({});
  ring_ = ring.get();
  worker_ = std::make_unique<Worker>(
      std::move(ring), Worker::Options{.index = 0, .listeners = {network_.Listen(kGateway)}},
      MakeSnapshot({}), local_, WorkerPools{passwords_, host_names_}, events_);
}

WorkerWorld::~WorkerWorld() {
  if (worker_ != nullptr) {
    Finish();
  }
}

SocketAddress WorkerWorld::UpstreamAddress(size_t index) const {
  return {.address = IpAddress::V4({10, 0, 1, static_cast<uint8_t>(1 + index)}), .port = 9201};
}

std::shared_ptr<const Snapshot> WorkerWorld::MakeSnapshot(const Rules& rules) const {
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->generation = rules.generation;
  snapshot->settings = settings_;
  snapshot->listeners.push_back({.policy = std::make_shared<WorldPolicy>(rules),
                                 .tls = tls_.value_or(tls::ServerSettings{})});
  snapshot->tls_generation = tls_generation_;
  return snapshot;
}

ClientPeer* WorkerWorld::TryConnect() {
  auto peer = network_.Connect(kGateway);
  if (peer == nullptr) {
    return nullptr;
  }
  clients_.push_back(std::make_unique<ClientPeer>(std::move(peer)));
  return clients_.back().get();
}

ClientPeer& WorkerWorld::Connect() {
  ClientPeer* client = TryConnect();
  PKIGATE_ASSERT(client != nullptr);
  return *client;
}

void WorkerWorld::PumpPeers() {
  for (size_t index = 0; index < settings_.upstreams[0].addresses.size(); ++index) {
    while (auto peer = network_.TakeConnection(UpstreamAddress(index))) {
      upstreams_.push_back(std::make_unique<UpstreamPeer>(std::move(peer), index));
    }
  }
  for (const auto& client : clients_) {
    client->Pump();
  }
  // Handlers make no connections, so the list stays as it is.
  for (const auto& upstream : upstreams_) {
    upstream->Pump();
    while (handler_ && !upstream->closed()) {
      const std::optional<Message> request = upstream->TakeRequest();
      if (!request.has_value()) {
        break;
      }
      handler_(*upstream, *request);
    }
  }
}

void WorkerWorld::Turn() {
  PumpPeers();
  if (!drained_) {
    drained_ = !worker_->Turn();
  }
}

bool WorkerWorld::TurnUntil(const std::function<bool()>& done, uint64_t ms_max) {
  const uint64_t until_ms = now_ms() + ms_max;
  for (int turn = 0; turn < kTurnsMax && now_ms() <= until_ms; ++turn) {
    if (done()) {
      return true;
    }
    if (drained_) {
      network_.AdvanceClock(1);  // no worker to do it
    }
    Turn();
  }
  PumpPeers();
  return done();
}

void WorkerWorld::PassTime(uint64_t ms) {
  const uint64_t until_ms = now_ms() + ms;
  TurnUntil([&] { return now_ms() >= until_ms; }, ms);
}

UpstreamPeer* WorkerWorld::AwaitUpstream() {
  if (!TurnUntil([&] { return upstreams_.size() > num_upstreams_awaited_; })) {
    ADD_FAILURE() << "no connection to the upstream, seed " << network_.seed();
    return nullptr;
  }
  return upstreams_[num_upstreams_awaited_++].get();
}

Message WorkerWorld::AwaitAnswer(ClientPeer& client, MessageKind kind) {
  std::optional<Message> answer;
  const bool came = TurnUntil([&] {
    answer = client.TakeAnswer(kind);
    return answer.has_value();
  });
  EXPECT_TRUE(came) << "no answer, seed " << network_.seed() << ", received: `"
                    << client.received().substr(0, 300) << "`, ended " << client.ended()
                    << ", reset " << client.reset();
  return answer.value_or(Message{});
}

Message WorkerWorld::AwaitRequest(UpstreamPeer& upstream) {
  std::optional<Message> request;
  const bool came = TurnUntil([&] {
    request = upstream.TakeRequest();
    return request.has_value();
  });
  EXPECT_TRUE(came) << "no request, seed " << network_.seed() << ", received: `"
                    << upstream.received().substr(0, 300) << "`";
  return request.value_or(Message{});
}

void WorkerWorld::Adopt(const Rules& rules) {
  PKIGATE_ASSERT(worker_->mailbox().Post(AdoptSnapshot{MakeSnapshot(rules)}));
}

void WorkerWorld::set_trust(std::shared_ptr<const x509::TrustStore> trust) {
  PKIGATE_ASSERT(tls_.has_value());
  settings_.listeners[0].tls.trust = trust;
  tls_->trust = std::move(trust);
  ++tls_generation_;
}

void WorkerWorld::BeginDrain() {
  draining_ = true;
  PKIGATE_ASSERT(worker_->mailbox().Post(Drain{}));
}

void WorkerWorld::Deliver(const ReplyTo& to, rest::Answer answer) {
  PKIGATE_ASSERT(
      worker_->mailbox().Post(DeliverAnswer{.reply_to = to, .answer = std::move(answer)}));
}

void WorkerWorld::Post(WorkerMessage message) {
  PKIGATE_ASSERT(worker_->mailbox().Post(std::move(message)));
}

bool WorkerWorld::AwaitPasswordJobs(size_t num_jobs) {
  const bool came = TurnUntil([&] { return passwords_.jobs.size() >= num_jobs; });
  EXPECT_TRUE(came) << "passwords asked: " << passwords_.jobs.size();
  return came;
}

void WorkerWorld::Verdict(PasswordChecked::Verdict verdict) {
  PKIGATE_ASSERT(!passwords_.jobs.empty());
  const PasswordJob& job = passwords_.jobs.front();
  PKIGATE_ASSERT(job.reply_to->Post(
      PasswordChecked{.question = job.question, .verdict = verdict, .took_us = 100'000}));
  passwords_.jobs.pop_front();
}

void WorkerWorld::NameHost(const std::string& name) {
  PKIGATE_ASSERT(!host_names_.jobs.empty());
  const HostNameJob job = host_names_.jobs.front();
  host_names_.jobs.pop_front();
  PKIGATE_ASSERT(job.reply_to->Post(HostNameFound{.address = job.address, .name = name}));
}

void WorkerWorld::Finish() {
  PKIGATE_ASSERT(worker_ != nullptr);
  if (!draining_) {
    BeginDrain();
  }
  const bool in_time =
      TurnUntil([&] { return drained_; }, uint64_t{settings_.timeouts.drain_ms} + 10'000);
  EXPECT_TRUE(in_time) << "not drained, seed " << network_.seed();
  if (!in_time) {
    std::abort();  // a worker that is not drained cannot be destroyed
  }
  EXPECT_EQ(worker_->counters().connections_open, 0U);
  EXPECT_EQ(ring_->in_flight(), 0U);
  EXPECT_EQ(ring_->buffers().parked, 0U);
  worker_ = nullptr;
  EXPECT_EQ(network_.open_descriptors(), 0U) << "seed " << network_.seed();
  clients_.clear();
  upstreams_.clear();
}

// --- Texts --------------------------------------------------------------------------------------

std::string Request(std::string_view method, std::string_view target, std::string_view extra) {
  return fmt::format("{} {} HTTP/1.1\r\nhost: gateway\r\n{}\r\n", method, target, extra);
}

std::string RequestWithBody(std::string_view method, std::string_view target, std::string_view body,
                            std::string_view extra) {
  return fmt::format("{} {} HTTP/1.1\r\nhost: gateway\r\ncontent-length: {}\r\n{}\r\n{}", method,
                     target, body.size(), extra, body);
}

std::string AnswerWith(int status, std::string_view body, std::string_view extra) {
  return fmt::format("HTTP/1.1 {} Fine\r\ncontent-length: {}\r\n{}\r\n{}", status, body.size(),
                     extra, body);
}

}  // namespace pkigate::gateway
