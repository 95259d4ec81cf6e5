// SPDX-License-Identifier: Apache-2.0
//
// What the control thread and the workers tell each other. Messages own their payload; they travel
// through bounded mailboxes, never through shared state.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "base/ip_address.h"
#include "gateway/counters.h"
#include "gateway/local_answers.h"
#include "gateway/snapshot.h"
#include "identity/login_failures.h"
#include "rest/answer.h"
#include "tls/keyed_digest.h"

namespace pkigate::gateway {

// A failed login at one listener of one worker, for all others to count, too.
struct NotedLoginFailure {
  uint32_t listener = 0;  // index into the settings' listeners
  IpAddress peer;
  identity::LoginFailure failure;
};
using LoginFailureBatch = std::vector<NotedLoginFailure>;

// --- to a worker --------------------------------------------------------------------------------

// Serve by this snapshot from the next turn on; answered by WorkerEvents::SnapshotAdopted.
struct AdoptSnapshot {
  std::shared_ptr<const Snapshot> snapshot;
};

// The answer to a request that LocalAnswers::Serve left pending.
struct DeliverAnswer {
  ReplyTo reply_to;
  rest::Answer answer;
};

// What came of a question that PasswordPool::Ask took.
struct PasswordChecked {
  enum class Verdict : uint8_t { kWrong, kRight, kGivenUp };  // kGivenUp: it waited too long
  tls::KeyedDigest::Value question{};
  Verdict verdict = Verdict::kWrong;
  uint64_t took_us = 0;  // the check itself, without the wait before it
};

// What came of a question that HostNamePool::Ask took.
struct HostNameFound {
  IpAddress address;
  std::string name;  // empty: it has none that counts
};

// What another worker reported by WorkerEvents::LoginsFailed.
struct NoteLoginFailures {
  std::shared_ptr<const LoginFailureBatch> batch;
};

// The batch that this worker reported is with the others: the next one may follow.
struct LoginFailuresTaken {};

// Stop accepting, finish what is under way, then end.
struct Drain {};

// Answered by WorkerEvents::CountersReported.
struct ReportCounters {};

using WorkerMessage = std::variant<AdoptSnapshot, DeliverAnswer, PasswordChecked, HostNameFound,
                                   NoteLoginFailures, LoginFailuresTaken, Drain, ReportCounters>;

// --- from a worker ------------------------------------------------------------------------------

// Called on the worker's thread; the implementation hands over without waiting.
class WorkerEvents {
 public:
  virtual ~WorkerEvents() = default;
  virtual void SnapshotAdopted(uint32_t worker, uint64_t generation) = 0;
  virtual void CountersReported(uint32_t worker, const Counters& counters) = 0;
  // Answered by LoginFailuresTaken; until then the worker reports no others.
  virtual void LoginsFailed(uint32_t worker, std::shared_ptr<const LoginFailureBatch> batch) = 0;
  // Drained: the last thing heard from a worker.
  virtual void WorkerEnded(uint32_t worker) = 0;
};

}  // namespace pkigate::gateway
