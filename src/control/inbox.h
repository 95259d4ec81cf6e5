// SPDX-License-Identifier: Apache-2.0
//
// Inbox: what workers tell the control thread, with an event to poll. Two bounded mailboxes,
// because not everything may be refused:
//
//   requests   what clients want (a change, the metrics): as many as they send, refused when full
//   reports    what the workers themselves have to say: one of each kind and worker at a time,
//              since the control thread asks for the next, or says that it may come, only when
//              the last one is in; never refused
//
// However many requests wait, a report finds its place.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <variant>

#include "api/mapping_writer.h"
#include "base/assert.h"
#include "base/limits.h"
#include "gateway/counters.h"
#include "gateway/local_answers.h"
#include "gateway/worker_messages.h"
#include "ring/mailbox.h"
#include "ring/waker.h"

namespace pkigate::control {

struct MetricsWanted {
  gateway::ReplyTo reply_to;
};
using ControlRequest = std::variant<MetricsWanted, api::MappingWrite>;

struct SnapshotAdopted {
  uint32_t worker = 0;
  uint64_t generation = 0;
};
struct CountersReported {
  uint32_t worker = 0;
  gateway::Counters counters;
};
struct WorkerEnded {
  uint32_t worker = 0;
};
struct LoginsFailed {
  uint32_t worker = 0;
  std::shared_ptr<const gateway::LoginFailureBatch> batch;
};
using WorkerReport = std::variant<SnapshotAdopted, CountersReported, LoginsFailed, WorkerEnded>;

class Inbox {
 public:
  // `owner` wakes the control thread and outlives the inbox.
  Inbox(size_t num_workers, ring::Waker& owner)
      : requests_(limits::kControlInboxMessages, owner),
        reports_(num_workers * std::variant_size_v<WorkerReport>, owner) {}

  // From any thread. False: full, and `request` stays with the caller.
  [[nodiscard]] bool Ask(ControlRequest& request) { return requests_.Offer(request); }
  // From a worker's thread.
  void Report(WorkerReport report) {
    const bool posted = reports_.Post(std::move(report));
    PKIGATE_ASSERT(posted);
  }

  // Control thread only: hands over everything, reports first. `receive` takes either variant.
  template <typename Receive>
  void Drain(Receive&& receive) {
    reports_.Drain(receive);
    requests_.Drain(receive);
  }

 private:
  ring::Mailbox<ControlRequest> requests_;
  ring::Mailbox<WorkerReport> reports_;
};

}  // namespace pkigate::control
