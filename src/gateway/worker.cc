// SPDX-License-Identifier: Apache-2.0
#include "gateway/worker.h"

#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "base/log.h"
#include "gateway/client_connection.h"
#include "gateway/op_kind.h"
#include "gateway/timer_kind.h"
#include "gateway/upstream_connection.h"

namespace pkigate::gateway {

namespace {

uint32_t UpstreamSlots(const config::Settings& settings) {
  uint32_t slots = 0;
  for (const config::Upstream& upstream : settings.upstreams) {
    slots += upstream.num_connections;
  }
  // Those that are closing still hold a slot while their successors open.
  return std::max(slots * 2, limits::kUpstreamSlotsMin);
}

}  // namespace

Worker::Worker(std::unique_ptr<ring::Ring> ring, const Options& options,
               std::shared_ptr<const Snapshot> snapshot, LocalAnswers& local,
               const WorkerPools& pools, WorkerEvents& events)
    : ring_(std::move(ring)),
      events_(events),
      mailbox_(limits::kMailboxMessages, ring_->waker()),
      core_(*ring_, options.index, local, pools, mailbox_, events, *this,
            snapshot->settings.limits),
      client_slots_(snapshot->settings.limits.num_connections),
      upstream_slots_(UpstreamSlots(snapshot->settings)),
      clients_(client_slots_.capacity()),
      upstreams_(upstream_slots_.capacity()),
      drain_timer_(kDrainTimer, this) {
  core_.current = WorkerSnapshot::Make(std::move(snapshot), nullptr, Surroundings());
  core_.logins.Adopt(*core_.current->snapshot);
  for (size_t index = 0; index < core_.settings().upstreams.size(); ++index) {
    core_.pools.push_back(
        std::make_unique<UpstreamPool>(core_, index, core_.settings().upstreams[index]));
  }
  for (uint32_t index = 0; index < options.listeners.size(); ++index) {
    const auto kind = static_cast<uint8_t>(OpKind::kAccept);
    const auto cancel = static_cast<uint8_t>(OpKind::kAcceptCancel);
    acceptors_.push_back(std::make_unique<ring::Acceptor>(
        *ring_, core_.timers,
        ring::Acceptor::Options{.listener = options.listeners[index],
                                .accept = {kind, index, 0},
                                .cancel = {cancel, index, 0},
                                .timer_kind = kAcceptorTimer}));
  }
}

Worker::~Worker() {
  PKIGATE_ASSERT(Drained());
  core_.timers.Disarm(drain_timer_);
}

// Once nothing is accepted any more, so that a new client is refused at once instead of waiting in
// the backlog for nobody.
void Worker::CloseListeners() {
  for (std::unique_ptr<ring::Acceptor>& acceptor : acceptors_) {
    if (acceptor != nullptr && acceptor->state() == ring::Acceptor::State::kStopped) {
      ring_->CloseFd(acceptor->listener());
      acceptor = nullptr;
    }
  }
}

tls::ServerSurroundings Worker::Surroundings() {
  return {.verified_chains = &core_.verified_chains,
          .now_unix = [this] { return ring_->UnixSeconds(); }};
}

void Worker::Run() {
  while (Turn()) {
  }
}

uint64_t Worker::WaitMs() const {
  if (!core_.ready.empty()) {
    return 0;
  }
  const uint64_t due_ms = core_.timers.NextDueMs();
  const uint64_t now_ms = ring_->NowMs();
  if (due_ms == ring::TimerWheel::kNever) {
    return limits::kTurnWaitMsMax;
  }
  return due_ms <= now_ms ? 0 : std::min(due_ms - now_ms, limits::kTurnWaitMsMax);
}

bool Worker::Turn() {
  ring_->Turn(*this, WaitMs());
  core_.ready.RunRound([](ClientConnection& connection) { connection.Run(); });
  core_.timers.Advance(ring_->NowMs(), [this](ring::Timer& timer) { OnTimer(timer); });
  mailbox_.Drain([this](WorkerMessage message) { OnMessage(std::move(message)); });
  core_.logins.Flush();
  ended_clients_.clear();
  ended_upstreams_.clear();
  if (core_.draining) {
    CloseListeners();
  }
  return !(core_.draining && Drained());
}

void Worker::OnCompletion(const ring::Completion& completion) {
  const ring::Tag& tag = completion.tag;
  switch (static_cast<OpKind>(tag.kind)) {
    case OpKind::kAccept:
    case OpKind::kAcceptCancel: {
      ring::Acceptor& acceptor = *acceptors_[tag.slot];
      const uint64_t num_failures_before = acceptor.counters().failures();
      if (const auto accepted = acceptor.OnCompletion(completion)) {
        OnAccepted(tag.slot, *accepted);
      }
      core_.counters.accept_failures += acceptor.counters().failures() - num_failures_before;
      return;
    }
    case OpKind::kClientRecv:
    case OpKind::kClientSend:
    case OpKind::kClientCancel:
      if (client_slots_.Valid(tag)) {
        clients_[tag.slot]->OnCompletion(completion);
        return;
      }
      break;
    case OpKind::kUpstreamConnect:
    case OpKind::kUpstreamRecv:
    case OpKind::kUpstreamSend:
    case OpKind::kUpstreamCancel:
      if (upstream_slots_.Valid(tag)) {
        upstreams_[tag.slot]->OnCompletion(completion);
        return;
      }
      break;
  }
  ++core_.counters.stale_completions;
}

void Worker::OnAccepted(uint32_t listener, const ring::Accepted& accepted) {
  ++core_.counters.connections_accepted;
  const bool over_limit =
      client_slots_.in_use() >= core_.settings().limits.num_connections || core_.draining;
  const std::optional<uint32_t> slot = over_limit ? std::nullopt : client_slots_.Allocate();
  if (!slot.has_value()) {
    ++core_.counters.connections_refused;
    ring_->AbortFd(accepted.fd);
    return;
  }
  ++core_.counters.connections_open;
  clients_[*slot] = std::make_unique<ClientConnection>(
      core_, *slot, client_slots_.Generation(*slot), accepted.fd, listener, accepted.peer);
  clients_[*slot]->Start();
}

UpstreamConnection* Worker::NewUpstream(int fd, size_t upstream, size_t address) {
  const std::optional<uint32_t> slot = upstream_slots_.Allocate();
  if (!slot.has_value()) {
    return nullptr;
  }
  upstreams_[*slot] = std::make_unique<UpstreamConnection>(
      core_, *slot, upstream_slots_.Generation(*slot), fd, upstream, address);
  return upstreams_[*slot].get();
}

void Worker::Release(UpstreamConnection& connection) {
  const uint32_t slot = connection.slot();
  upstream_slots_.Free(slot);
  ended_upstreams_.push_back(std::move(upstreams_[slot]));
}

void Worker::Release(ClientConnection& connection) {
  const uint32_t slot = connection.slot();
  client_slots_.Free(slot);
  --core_.counters.connections_open;
  ended_clients_.push_back(std::move(clients_[slot]));
}

void Worker::OnTimer(ring::Timer& timer) {
  switch (timer.kind) {
    case kClientTimer:
      static_cast<ClientConnection*>(timer.owner)->OnTimer();
      return;
    case kUpstreamIdleTimer:
      static_cast<UpstreamConnection*>(timer.owner)->OnIdleTimeout();
      return;
    case kAcceptorTimer:
      static_cast<ring::Acceptor*>(timer.owner)->OnTimer();
      return;
    case kDrainTimer:
      // Whoever has not finished by now is cut off.
      for (const std::unique_ptr<ClientConnection>& client : clients_) {
        if (client != nullptr) {
          client->Abort();
        }
      }
      return;
    default:
      PKIGATE_ASSERT(false);
  }
}

void Worker::OnMessage(WorkerMessage&& message) {
  if (auto* adopt = std::get_if<AdoptSnapshot>(&message)) {
    Adopt(std::move(adopt->snapshot));
  } else if (auto* deliver = std::get_if<DeliverAnswer>(&message)) {
    const ReplyTo& to = deliver->reply_to;
    // The client may be gone; what it asked for is done all the same.
    if (client_slots_.Valid(to.slot, to.generation)) {
      clients_[to.slot]->OnLocalAnswer(std::move(deliver->answer));
    }
  } else if (const auto* checked = std::get_if<PasswordChecked>(&message)) {
    core_.passwords.OnChecked(*checked);
  } else if (const auto* found = std::get_if<HostNameFound>(&message)) {
    core_.host_names.OnFound(*found);
  } else if (const auto* noted = std::get_if<NoteLoginFailures>(&message)) {
    core_.logins.NoteOthers(*noted->batch, core_.now_unix());
  } else if (std::holds_alternative<LoginFailuresTaken>(message)) {
    core_.logins.OnBatchTaken();
  } else if (std::holds_alternative<Drain>(message)) {
    BeginDrain();
  } else if (std::holds_alternative<ReportCounters>(message)) {
    core_.counters.logins_blocked = core_.logins.NumBlocked(core_.now_unix());
    events_.CountersReported(core_.worker, core_.counters);
  }
}

void Worker::Adopt(std::shared_ptr<const Snapshot> snapshot) {
  const uint64_t generation = snapshot->generation;
  core_.current = WorkerSnapshot::Make(std::move(snapshot), core_.current.get(), Surroundings());
  core_.logins.Adopt(*core_.current->snapshot);
  for (size_t index = 0; index < core_.pools.size(); ++index) {
    core_.pools[index]->Update(core_.settings().upstreams[index]);
  }
  ++core_.counters.snapshots_adopted;
  events_.SnapshotAdopted(core_.worker, generation);
}

void Worker::BeginDrain() {
  if (core_.draining) {
    return;
  }
  core_.draining = true;
  for (const std::unique_ptr<ring::Acceptor>& acceptor : acceptors_) {
    acceptor->Stop();
  }
  for (const std::unique_ptr<UpstreamPool>& pool : core_.pools) {
    pool->CloseIdle();
  }
  for (const std::unique_ptr<ClientConnection>& client : clients_) {
    if (client != nullptr) {
      client->OnDrain();
    }
  }
  core_.timers.Arm(drain_timer_, ring_->NowMs() + core_.settings().timeouts.drain_ms);
}

bool Worker::Drained() const {
  return client_slots_.in_use() == 0 && upstream_slots_.in_use() == 0 &&
         std::all_of(acceptors_.begin(), acceptors_.end(),
                     [](const auto& acceptor) { return acceptor == nullptr; });
}

}  // namespace pkigate::gateway
