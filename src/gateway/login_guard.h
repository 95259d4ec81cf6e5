// SPDX-License-Identifier: Apache-2.0
//
// LoginGuard: the failed logins at one worker's listeners, where the policy has them counted. Each
// worker counts all failures, its own and those the other workers tell of, so that it can answer at
// once whether somebody is turned away, and a block holds everywhere a moment after it came about.
//
//   Note --> own tables
//        `-> outbox --Flush, one batch on its way at a time--> control --> NoteOthers of the others
//
// The outbox is bounded: what does not fit until the last batch is through is counted here alone.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/ip_address.h"
#include "gateway/counters.h"
#include "gateway/snapshot.h"
#include "gateway/worker_messages.h"
#include "identity/failure_table.h"
#include "identity/login_failures.h"

namespace pkigate::gateway {

class LoginGuard {
 public:
  // `events` and `counters` outlive the guard.
  LoginGuard(uint32_t worker, WorkerEvents& events, Counters& counters)
      : worker_(worker), events_(events), counters_(counters) {}
  LoginGuard(const LoginGuard&) = delete;
  LoginGuard& operator=(const LoginGuard&) = delete;

  // Tables for the listeners of `snapshot`. One that counts as before keeps what it has counted.
  void Adopt(const Snapshot& snapshot);
  // Who is turned away at a listener at this moment; null: nobody. Valid until the next call.
  const identity::LoginBlocks* BlocksAt(uint32_t listener, int64_t now_unix);
  // A request of `peer` came to these.
  void Note(uint32_t listener, const IpAddress& peer,
            std::span<const identity::LoginFailure> failures, int64_t now_unix);
  void NoteOthers(const LoginFailureBatch& batch, int64_t now_unix);
  // Once a turn: sends the outbox, if the batch before it has arrived.
  void Flush();
  void OnBatchTaken() { batch_under_way_ = false; }
  // Clients blocked, over all listeners.
  uint64_t NumBlocked(int64_t now_unix);

 private:
  struct Table {
    std::shared_ptr<const identity::FailureListeners> counts;
    std::unique_ptr<identity::FailureTable> failures;  // null: nothing is counted
  };

  const uint32_t worker_;
  WorkerEvents& events_;
  Counters& counters_;
  std::vector<Table> tables_;  // by listener
  LoginFailureBatch outbox_;
  bool batch_under_way_ = false;
};

}  // namespace pkigate::gateway
