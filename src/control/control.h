// SPDX-License-Identifier: Apache-2.0
//
// Control: the thread that is never on a request's path. It owns signals, the loaded settings, the
// store and the workers; it builds snapshots, publishes them, and waits until every worker has
// adopted one before it acknowledges the change that made it.
//
//   signal SIGHUP   load files -> build -> publish      a failure changes nothing
//   signal SIGUSR1  reopen the log
//   signal SIGTERM  drain the workers, end with 0       also SIGINT
//   MappingWrite    judge -> build -> store -> publish -> answer
//   MetricsWanted   ask every worker for its counters -> answer
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/api.h"
#include "api/mapping_writer.h"
#include "config/settings.h"
#include "control/crypto_pool.h"
#include "control/inbox.h"
#include "control/listening_sockets.h"
#include "control/resolver.h"
#include "control/signals.h"
#include "control/worker_thread.h"
#include "gateway/snapshot.h"
#include "gateway/worker_messages.h"
#include "policy/compile_cache.h"
#include "ring/event_waker.h"
#include "store/shard_folder.h"
#include "store/store.h"

namespace pkigate::control {

// Runs the gateway until it is told to end. Returns the process's exit status: 0 after an orderly
// end, 1 when it could not start (the reason is on standard error).
int RunGateway(const std::string& config_path);

class Control final : public gateway::WorkerEvents, private api::MappingWriter {
 public:
  Control(std::string config_path, Signals signals);
  Control(const Control&) = delete;
  Control& operator=(const Control&) = delete;
  ~Control() override;

  // Loads, opens, starts; after success every listener accepts. All that goes wrong is said in the
  // error, which may have several lines.
  Status Start();
  // Serves signals and messages until drained.
  void Run();

 private:
  struct MetricsRound {
    std::vector<gateway::ReplyTo> wanted_by;
    std::vector<std::optional<gateway::Counters>> reports;  // by worker
  };

  // From workers' threads.
  void SnapshotAdopted(uint32_t worker, uint64_t generation) override;
  void CountersReported(uint32_t worker, const gateway::Counters& counters) override;
  void LoginsFailed(uint32_t worker,
                    std::shared_ptr<const gateway::LoginFailureBatch> batch) override;
  void WorkerEnded(uint32_t worker) override;
  bool Post(api::MappingWrite&& write) override;

  void AwaitEvent();
  void OnSignal(int signal);
  void OnRequest(ControlRequest&& request);
  void OnReport(WorkerReport&& report);
  // Forgets what the policies in force do not use, here and on disk.
  void TidyCompileCache();
  void Reload();
  Status TryReload();
  void Serve(api::MappingWrite&& write);
  api::WriteOutcome Apply(const api::MappingWrite& write);
  void Publish(std::shared_ptr<const gateway::Snapshot> snapshot);
  void BeginDrain();
  void AskForCounters(const gateway::ReplyTo& reply_to);
  void OnCounters(uint32_t worker, const gateway::Counters& counters);
  void Deliver(const gateway::ReplyTo& reply_to, rest::Answer answer);
  void Spread(const control::LoginsFailed& failed);
  void PostToWorker(uint32_t worker, gateway::WorkerMessage message);
  bool AllAdopted(uint64_t generation) const;
  bool AllEnded() const;

  const std::string config_path_;
  Signals signals_;
  ring::EventWaker waker_;
  std::unique_ptr<Inbox> inbox_;
  std::unique_ptr<api::Api> api_;
  config::Settings settings_;
  std::unique_ptr<store::Store> store_;
  std::vector<store::RoleMapping> objects_;
  policy::CompileCache compile_cache_;
  std::unique_ptr<store::ShardFolder> shard_folder_;  // null: compiled patterns are not kept
  std::shared_ptr<const gateway::Snapshot> published_;
  // Predecessors that a worker may still hold. The last reference is always dropped here, so that
  // no worker pays for freeing a policy.
  std::vector<std::shared_ptr<const gateway::Snapshot>> retired_;
  std::unique_ptr<CryptoPool> crypto_;
  std::unique_ptr<Resolver> resolver_;
  std::vector<std::unique_ptr<WorkerThread>> workers_;
  std::vector<uint64_t> adopted_;  // generation each worker serves by
  std::vector<bool> ended_;
  std::deque<api::MappingWrite> writes_;  // waiting while a snapshot is being published
  MetricsRound metrics_;
  bool draining_ = false;
};

}  // namespace pkigate::control
