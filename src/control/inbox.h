// SPDX-License-Identifier: Apache-2.0
//
// Inbox: what workers tell the control thread. A bounded mailbox with an event to poll.
#pragma once

#include <cstdint>
#include <variant>

#include "api/mapping_writer.h"
#include "gateway/counters.h"
#include "gateway/local_answers.h"
#include "ring/event_waker.h"
#include "ring/mailbox.h"

namespace pkigate::control {

struct SnapshotAdopted {
  uint32_t worker = 0;
  uint64_t generation = 0;
};
struct CountersReported {
  uint32_t worker = 0;
  gateway::Counters counters;
};
struct MetricsWanted {
  gateway::ReplyTo reply_to;
};
struct WorkerEnded {
  uint32_t worker = 0;
};

using ControlMessage =
    std::variant<SnapshotAdopted, CountersReported, MetricsWanted, WorkerEnded, api::MappingWrite>;
using Inbox = ring::Mailbox<ControlMessage>;

}  // namespace pkigate::control
