// SPDX-License-Identifier: Apache-2.0
//
// What the control thread and the workers tell each other. Messages own their payload; they travel
// through bounded mailboxes, never through shared state.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <variant>

#include "gateway/counters.h"
#include "gateway/local_answers.h"
#include "gateway/snapshot.h"
#include "rest/answer.h"

namespace pkigate::gateway {

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

// Stop accepting, finish what is under way, then end.
struct Drain {};

// Answered by WorkerEvents::CountersReported.
struct ReportCounters {};

using WorkerMessage = std::variant<AdoptSnapshot, DeliverAnswer, Drain, ReportCounters>;

// --- from a worker ------------------------------------------------------------------------------

// Called on the worker's thread; the implementation hands over without waiting.
class WorkerEvents {
 public:
  virtual ~WorkerEvents() = default;
  virtual void SnapshotAdopted(uint32_t worker, uint64_t generation) = 0;
  virtual void CountersReported(uint32_t worker, const Counters& counters) = 0;
  // Drained: the last thing heard from a worker.
  virtual void WorkerEnded(uint32_t worker) = 0;
};

}  // namespace pkigate::gateway
