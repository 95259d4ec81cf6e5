// SPDX-License-Identifier: Apache-2.0
#include "gateway/login_guard.h"

#include <utility>

#include "base/limits.h"

namespace pkigate::gateway {

void LoginGuard::Adopt(const Snapshot& snapshot) {
  tables_.resize(snapshot.listeners.size());
  for (size_t index = 0; index < tables_.size(); ++index) {
    Table& table = tables_[index];
    auto counts = snapshot.listeners[index].policy->failure_listeners();
    if (counts == nullptr || counts->size() == 0) {
      table = {};
    } else if (table.counts == nullptr || !table.counts->CountsAlike(*counts)) {
      table.failures = std::make_unique<identity::FailureTable>(counts);
      table.counts = std::move(counts);
    }
  }
}

const identity::LoginBlocks* LoginGuard::BlocksAt(uint32_t listener, int64_t now_unix) {
  identity::FailureTable* failures = tables_[listener].failures.get();
  if (failures != nullptr) {
    failures->SetNow(now_unix);
  }
  return failures;
}

void LoginGuard::Note(uint32_t listener, const IpAddress& peer,
                      std::span<const identity::LoginFailure> failures, int64_t now_unix) {
  identity::FailureTable* table = tables_[listener].failures.get();
  if (table == nullptr) {
    return;
  }
  for (const identity::LoginFailure& failure : failures) {
    ++counters_.login_failures;
    table->Note(failure, peer, now_unix);
    if (outbox_.size() < limits::kLoginFailureBatchMax) {
      outbox_.push_back({.listener = listener, .peer = peer, .failure = failure});
    } else {
      ++counters_.login_failures_not_shared;
    }
  }
}

void LoginGuard::NoteOthers(const LoginFailureBatch& batch, int64_t now_unix) {
  for (const NotedLoginFailure& noted : batch) {
    if (identity::FailureTable* table = tables_[noted.listener].failures.get()) {
      table->Note(noted.failure, noted.peer, now_unix);
    }
  }
}

void LoginGuard::Flush() {
  if (outbox_.empty() || batch_under_way_) {
    return;
  }
  batch_under_way_ = true;
  events_.LoginsFailed(worker_,
                       std::make_shared<const LoginFailureBatch>(std::exchange(outbox_, {})));
}

uint64_t LoginGuard::NumBlocked(int64_t now_unix) {
  uint64_t num_blocked = 0;
  for (const Table& table : tables_) {
    if (table.failures != nullptr) {
      table.failures->SetNow(now_unix);
      num_blocked += table.failures->num_blocked();
    }
  }
  return num_blocked;
}

}  // namespace pkigate::gateway
