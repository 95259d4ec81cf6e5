// SPDX-License-Identifier: Apache-2.0
//
// Worker: one thread's loop and everything it owns. A turn:
//
//   wait for completions (which record, and work on what just arrived)
//   -> ready connections, round robin, a bounded amount of work each
//   -> due timers -> mailbox (here, between two turns, a new snapshot is adopted)
//   -> free what ended
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "gateway/core.h"
#include "gateway/worker_messages.h"
#include "ring/acceptor.h"
#include "ring/mailbox.h"
#include "ring/ring.h"
#include "ring/slot_table.h"

namespace pkigate::gateway {

class Worker final : private ring::CompletionHandler, private ConnectionTable {
 public:
  struct Options {
    uint32_t index = 0;
    std::vector<int> listeners;  // one listening socket per listener of the snapshot, owned
  };

  // On the thread that will run it: the ring belongs to that thread.
  Worker(std::unique_ptr<ring::Ring> ring, const Options& options,
         std::shared_ptr<const Snapshot> snapshot, LocalAnswers& local, const WorkerPools& pools,
         WorkerEvents& events);
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  ~Worker() override;

  // Turns until drained.
  void Run();
  // One turn. False once the worker is drained: nothing is open any more.
  bool Turn();
  // Where others post; safe from any thread for as long as the worker lives.
  ring::Mailbox<WorkerMessage>& mailbox() { return mailbox_; }
  const Counters& counters() const { return core_.counters; }

 private:
  void OnCompletion(const ring::Completion& completion) override;
  UpstreamConnection* NewUpstream(int fd, size_t upstream, size_t address) override;
  void Release(UpstreamConnection& connection) override;
  void Release(ClientConnection& connection) override;

  void OnAccepted(uint32_t listener, const ring::Accepted& accepted);
  void OnTimer(ring::Timer& timer);
  void OnMessage(WorkerMessage&& message);
  void Adopt(std::shared_ptr<const Snapshot> snapshot);
  void BeginDrain();
  void CloseListeners();
  bool Drained() const;
  uint64_t WaitMs() const;
  tls::ServerSurroundings Surroundings();

  std::unique_ptr<ring::Ring> ring_;
  WorkerEvents& events_;
  ring::Mailbox<WorkerMessage> mailbox_;
  Core core_;
  ring::SlotTable client_slots_;
  ring::SlotTable upstream_slots_;
  std::vector<std::unique_ptr<ClientConnection>> clients_;      // by slot
  std::vector<std::unique_ptr<UpstreamConnection>> upstreams_;  // by slot
  std::vector<std::unique_ptr<ring::Acceptor>> acceptors_;      // by listener; null: closed
  // Ended in this turn: freed at its end, when no caller's frame refers to them any more.
  std::vector<std::unique_ptr<ClientConnection>> ended_clients_;
  std::vector<std::unique_ptr<UpstreamConnection>> ended_upstreams_;
  ring::Timer drain_timer_;
};

}  // namespace pkigate::gateway
