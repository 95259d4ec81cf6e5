// SPDX-License-Identifier: Apache-2.0
#include "control/control.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <thread>
#include <type_traits>
#include <utility>

#include "api/mapping_changes.h"
#include "base/limits.h"
#include "base/log.h"
#include "config/load.h"
#include "control/pattern_cache.h"
#include "control/snapshot_builder.h"
#include "identity/password_hash.h"
#include "observe/metrics_text.h"

namespace pkigate::control {

namespace {

// Lines for whoever started us, on standard output: `ready`, `reloaded`, `reload failed: ...`.
void Announce(const std::string& line) {
  std::fputs((line + "\n").c_str(), stdout);
  std::fflush(stdout);
}

std::string AllErrors(const Diagnostics& diagnostics) {
  std::string text;
  for (const Diagnostic& diagnostic : diagnostics.list()) {
    if (diagnostic.severity == Diagnostic::Severity::kError) {
      text += (text.empty() ? "" : "\n") + diagnostic.ForPeople();
    }
  }
  return text;
}

void LogDiagnostics(const Diagnostics& diagnostics) {
  for (const Diagnostic& diagnostic : diagnostics.list()) {
    const bool warning = diagnostic.severity == Diagnostic::Severity::kWarning;
    log::Event(warning ? log::Level::kWarn : log::Level::kError, "configuration")
        .Text("file", diagnostic.file)
        .Number("line", diagnostic.line)
        .Text("key", diagnostic.key)
        .Text("message", diagnostic.problem)
        .Text("hint", diagnostic.hint);
  }
}

}  // namespace

int RunGateway(const std::string& config_path) {
  auto signals = Signals::Block();
  if (!signals.ok()) {
    std::fprintf(stderr, "pkigate: %s\n", signals.error().message.c_str());
    return 1;
  }
  Control control(config_path, std::move(signals).value());
  if (const Status started = control.Start(); !started.ok()) {
    std::fprintf(stderr, "%s\npkigate: not started\n", started.error().message.c_str());
    return 1;
  }
  control.Run();
  return 0;
}

Control::Control(std::string config_path, Signals signals)
    : config_path_(std::move(config_path)), signals_(std::move(signals)) {}

Control::~Control() {
  // A start that failed half way leaves workers that serve nobody yet.
  for (uint32_t index = 0; index < workers_.size(); ++index) {
    if (!ended_[index]) {
      PostToWorker(index, gateway::Drain{});
    }
  }
  // Its threads post to mailboxes that end with the workers.
  if (crypto_ != nullptr) {
    crypto_->Stop();
  }
  workers_.clear();
}

// --- start --------------------------------------------------------------------------------------

Status Control::Start() {
  if (const int error = waker_.Open(-1); error != 0) {
    return MakeError("control", "cannot open an event descriptor (errno {})", error);
  }
  Diagnostics diagnostics;
  std::optional<config::Settings> settings = config::Load(config_path_, diagnostics);
  if (!settings.has_value()) {
    return Error{"configuration", AllErrors(diagnostics)};
  }
  settings_ = std::move(*settings);
  PKIGATE_TRY_STATUS(log::Open(settings_.log));
  if (!settings_.store_path.empty()) {
    store_ = PKIGATE_TRY(store::Store::Open(settings_.store_path));
    objects_ = PKIGATE_TRY(store_->LoadAll());
  }
  if (!settings_.pattern_cache_path.empty()) {
    shard_folder_ = PKIGATE_TRY(store::ShardFolder::Open(settings_.pattern_cache_path));
    LoadShards(*shard_folder_, compile_cache_.shards);
  }
  published_ = BuildSnapshot(settings_, objects_, 1, nullptr, compile_cache_, diagnostics);
  if (published_ == nullptr) {
    return Error{"configuration", AllErrors(diagnostics)};
  }
  TidyCompileCache();
  LogDiagnostics(diagnostics);

  const uint32_t num_cores = std::max(1U, std::thread::hardware_concurrency());
  const uint32_t num_workers = settings_.workers != 0 ? settings_.workers : num_cores;
  inbox_ = std::make_unique<Inbox>(num_workers, waker_);
  ListeningSockets sockets = PKIGATE_TRY(ListeningSockets::Open(settings_, num_workers));
  api_ = std::make_unique<api::Api>(
      api::Hooks{.writer = store_ == nullptr ? nullptr : this,
                 .metrics = [this](const gateway::ReplyTo& reply_to, std::string*) {
                   // A full inbox: the client hears so when its own deadline comes.
                   ControlRequest request = MetricsWanted{reply_to};
                   (void)inbox_->Ask(request);
                   return false;
                 }});
  crypto_ = std::make_unique<CryptoPool>(CryptoPool::Options{
      .num_threads = CryptoPool::NumThreads(settings_.crypto_threads, num_cores),
      .matches = identity::PasswordMatches});
  resolver_ = PKIGATE_TRY(Resolver::Start({.servers = settings_.name_servers}));
  const gateway::WorkerPools pools{.passwords = *crypto_, .host_names = *resolver_};
  adopted_.assign(num_workers, published_->generation);
  ended_.assign(num_workers, true);
  metrics_.reports.resize(num_workers);
  for (uint32_t index = 0; index < num_workers; ++index) {
    workers_.push_back(std::make_unique<WorkerThread>(
        WorkerThread::Options{.worker = {.index = index, .listeners = sockets.Take(index)}},
        published_, *api_, pools, *this));
    PKIGATE_TRY_STATUS(workers_.back()->AwaitStart());
    ended_[index] = false;
  }
  for (size_t index = 0; index < settings_.listeners.size(); ++index) {
    log::Event(log::Level::kInfo, "listening")
        .Text("listener", settings_.listeners[index].name)
        .Text("dialect", DialectName(settings_.listeners[index].dialect))
        .Text("address", sockets.addresses()[index].Text())
        .Flag("tls", settings_.listeners[index].tls.enabled);
  }
  Announce("ready");
  return {};
}

// --- the loop -----------------------------------------------------------------------------------

void Control::Run() {
  while (!(draining_ && AllEnded())) {
    AwaitEvent();
    while (!writes_.empty()) {
      api::MappingWrite write = std::move(writes_.front());
      writes_.pop_front();
      Serve(std::move(write));
    }
    if (!draining_) {
      while (const std::optional<int> signal = signals_.Next()) {
        OnSignal(*signal);
      }
    }
  }
  // Their threads post to mailboxes that end with the workers.
  crypto_->Stop();
  resolver_->Stop();
  for (const std::unique_ptr<WorkerThread>& worker : workers_) {
    worker->Join();
  }
  log::Event(log::Level::kInfo, "stopped");
}

// Waits for a message or, outside a publication, a signal, and takes in all messages.
void Control::AwaitEvent() {
  pollfd events[2] = {{waker_.event_fd(), POLLIN, 0}, {signals_.descriptor(), POLLIN, 0}};
  ::poll(events, draining_ ? 1 : 2, static_cast<int>(limits::kTurnWaitMsMax));
  waker_.Clear();
  inbox_->Drain([this](auto message) {
    if constexpr (std::is_same_v<decltype(message), WorkerReport>) {
      OnReport(std::move(message));
    } else {
      OnRequest(std::move(message));
    }
  });
}

void Control::OnSignal(int signal) {
  switch (signal) {
    case SIGHUP:
      Reload();
      return;
    case SIGUSR1:
      if (const Status reopened = log::Reopen(); !reopened.ok()) {
        log::Event(log::Level::kError, "log_reopen_failed")
            .Text("message", reopened.error().message);
      }
      return;
    default:
      log::Event(log::Level::kInfo, "draining").Number("signal", signal);
      BeginDrain();
  }
}

void Control::OnRequest(ControlRequest&& request) {
  if (const auto* metrics = std::get_if<MetricsWanted>(&request)) {
    AskForCounters(metrics->reply_to);
  } else if (auto* write = std::get_if<api::MappingWrite>(&request)) {
    writes_.push_back(std::move(*write));
  }
}

void Control::OnReport(WorkerReport&& report) {
  if (const auto* adopted = std::get_if<control::SnapshotAdopted>(&report)) {
    adopted_[adopted->worker] = std::max(adopted_[adopted->worker], adopted->generation);
  } else if (const auto* counters = std::get_if<control::CountersReported>(&report)) {
    OnCounters(counters->worker, counters->counters);
  } else if (const auto* failed = std::get_if<control::LoginsFailed>(&report)) {
    Spread(*failed);
  } else if (const auto* ended = std::get_if<control::WorkerEnded>(&report)) {
    ended_[ended->worker] = true;
  }
}

// --- reload and publication ---------------------------------------------------------------------

void Control::Reload() {
  const Status reloaded = TryReload();
  TidyCompileCache();
  if (reloaded.ok()) {
    log::Event(log::Level::kInfo, "reloaded")
        .Number("generation", static_cast<int64_t>(published_->generation));
    Announce("reloaded");
    return;
  }
  log::Event(log::Level::kError, "reload_failed")
      .Text("message", reloaded.error().message)
      .Number("generation", static_cast<int64_t>(published_->generation));
  std::string line = reloaded.error().message;
  std::replace(line.begin(), line.end(), '\n', ';');
  Announce("reload failed: " + line);
}

void Control::TidyCompileCache() {
  compile_cache_.Trim();
  if (shard_folder_ != nullptr) {
    SaveShards(compile_cache_.shards, *shard_folder_);
  }
}

Status Control::TryReload() {
  Diagnostics diagnostics;
  std::optional<config::Settings> wanted = config::Load(config_path_, diagnostics);
  if (!wanted.has_value()) {
    return Error{"configuration", AllErrors(diagnostics)};
  }
  if (const std::string reason = RestartNeededFor(settings_, *wanted); !reason.empty()) {
    return MakeError("restart_needed", "{}: {}: this takes a restart", wanted->file, reason);
  }
  auto snapshot = BuildSnapshot(*wanted, objects_, published_->generation + 1, published_.get(),
                                compile_cache_, diagnostics);
  if (snapshot == nullptr) {
    return Error{"configuration", AllErrors(diagnostics)};
  }
  if (wanted->log.path != settings_.log.path || wanted->log.level != settings_.log.level ||
      wanted->log.json != settings_.log.json) {
    PKIGATE_TRY_STATUS(log::Open(wanted->log));
  }
  LogDiagnostics(diagnostics);
  settings_ = std::move(*wanted);
  Publish(std::move(snapshot));
  return {};
}

// Returns when every worker serves by `snapshot`. Writes that arrive meanwhile wait their turn.
void Control::Publish(std::shared_ptr<const gateway::Snapshot> snapshot) {
  retired_.push_back(std::exchange(published_, std::move(snapshot)));
  for (uint32_t index = 0; index < workers_.size(); ++index) {
    PostToWorker(index, gateway::AdoptSnapshot{published_});
  }
  while (!AllAdopted(published_->generation)) {
    AwaitEvent();
  }
  std::erase_if(retired_, [](const auto& old) { return old.use_count() == 1; });
}

bool Control::AllAdopted(uint64_t generation) const {
  for (size_t index = 0; index < workers_.size(); ++index) {
    if (adopted_[index] < generation && !ended_[index]) {
      return false;
    }
  }
  return true;
}

bool Control::AllEnded() const {
  return std::all_of(ended_.begin(), ended_.end(), [](bool ended) { return ended; });
}

void Control::PostToWorker(uint32_t worker, gateway::WorkerMessage message) {
  // Full only if the worker is a thousand messages behind, which a turn of it ends.
  while (!ended_[worker] && !workers_[worker]->mailbox().Offer(message)) {
    ::poll(nullptr, 0, 1);
  }
}

// --- mapping writes -----------------------------------------------------------------------------

void Control::Serve(api::MappingWrite&& write) {
  const api::WriteOutcome outcome = Apply(write);
  TidyCompileCache();
  log::Event(log::Level::kInfo, "role_mapping_write")
      .Text("name", write.name)
      .Text("operation", write.kind == api::MappingWrite::Kind::kPut ? "put" : "delete")
      .Text("caller", write.caller)
      .Text("outcome", api::OutcomeName(outcome.what))
      .Text("reason", outcome.reason)
      .Number("generation", static_cast<int64_t>(published_->generation));
  Deliver(write.reply_to, api::WriteAnswer(write, outcome));
}

// Durable first, then in force everywhere, then acknowledged. What cannot be compiled is refused
// before it is stored.
api::WriteOutcome Control::Apply(const api::MappingWrite& write) {
  const config::Listener& listener = settings_.listeners[write.listener];
  policy::Model effective = *listener.model;
  api::LayOver(effective, objects_);
  const api::WriteOutcome outcome = api::JudgeWrite(write, effective);
  if (!outcome.changes()) {
    return outcome;
  }
  std::vector<store::RoleMapping> changed = api::ObjectsAfter(write, *listener.model, objects_);
  Diagnostics diagnostics;
  auto snapshot = BuildSnapshot(settings_, changed, published_->generation + 1, published_.get(),
                                compile_cache_, diagnostics);
  if (snapshot == nullptr) {
    return api::WriteOutcome::Invalid(diagnostics.first_error() != nullptr
                                          ? diagnostics.first_error()->problem
                                          : "the policy cannot be compiled with it");
  }
  if (const Status stored = api::StoreWrite(write, *listener.model, *store_); !stored.ok()) {
    return api::WriteOutcome::Failed(stored.error().message);
  }
  objects_ = std::move(changed);
  Publish(std::move(snapshot));
  return outcome;
}

void Control::Deliver(const gateway::ReplyTo& reply_to, rest::Answer answer) {
  PostToWorker(reply_to.worker, gateway::DeliverAnswer{reply_to, std::move(answer)});
}

// --- metrics ------------------------------------------------------------------------------------

void Control::AskForCounters(const gateway::ReplyTo& reply_to) {
  metrics_.wanted_by.push_back(reply_to);
  if (metrics_.wanted_by.size() > 1) {
    return;  // answered by the round under way
  }
  for (uint32_t index = 0; index < workers_.size(); ++index) {
    metrics_.reports[index].reset();
    if (ended_[index]) {
      metrics_.reports[index] = gateway::Counters{};
    } else {
      PostToWorker(index, gateway::ReportCounters{});
    }
  }
}

void Control::OnCounters(uint32_t worker, const gateway::Counters& counters) {
  metrics_.reports[worker] = counters;
  std::vector<gateway::Counters> all;
  for (const std::optional<gateway::Counters>& report : metrics_.reports) {
    if (!report.has_value()) {
      return;
    }
    all.push_back(*report);
  }
  const std::string text = observe::MetricsText(all, published_->generation);
  for (const gateway::ReplyTo& reply_to : std::exchange(metrics_.wanted_by, {})) {
    Deliver(reply_to, api::MetricsAnswer(text));
  }
}

// --- failed logins ------------------------------------------------------------------------------

void Control::Spread(const control::LoginsFailed& failed) {
  for (uint32_t index = 0; index < workers_.size(); ++index) {
    if (index == failed.worker) {
      PostToWorker(index, gateway::LoginFailuresTaken{});
    } else {
      PostToWorker(index, gateway::NoteLoginFailures{failed.batch});
    }
  }
}

// --- the end ------------------------------------------------------------------------------------

void Control::BeginDrain() {
  draining_ = true;
  for (uint32_t index = 0; index < workers_.size(); ++index) {
    PostToWorker(index, gateway::Drain{});
  }
}

// --- from workers' threads: hand over, never wait -----------------------------------------------

void Control::SnapshotAdopted(uint32_t worker, uint64_t generation) {
  inbox_->Report(control::SnapshotAdopted{worker, generation});
}

void Control::CountersReported(uint32_t worker, const gateway::Counters& counters) {
  inbox_->Report(control::CountersReported{worker, counters});
}

void Control::LoginsFailed(uint32_t worker,
                           std::shared_ptr<const gateway::LoginFailureBatch> batch) {
  inbox_->Report(control::LoginsFailed{worker, std::move(batch)});
}

void Control::WorkerEnded(uint32_t worker) { inbox_->Report(control::WorkerEnded{worker}); }

bool Control::Post(api::MappingWrite&& write) {
  ControlRequest request(std::move(write));
  if (inbox_->Ask(request)) {
    return true;
  }
  write = std::get<api::MappingWrite>(std::move(request));
  return false;
}

}  // namespace pkigate::control
