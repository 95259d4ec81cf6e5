// SPDX-License-Identifier: Apache-2.0
//
// WorkerSnapshot is a Snapshot as one worker uses it: with the TLS contexts and the working memory
// that must not be shared between threads. Made when a snapshot is adopted, between two turns.
#pragma once

#include <memory>
#include <vector>

#include "gateway/snapshot.h"
#include "policy/policy.h"
#include "tls/server_context.h"

namespace pkigate::gateway {

struct WorkerSnapshot {
  std::shared_ptr<const Snapshot> snapshot;
  // One per listener; null for a listener without TLS. Shared with the predecessor when only the
  // policy changed, so that contexts are not rebuilt for a role mapping.
  std::vector<std::shared_ptr<tls::ServerContext>> tls;
  std::vector<std::unique_ptr<policy::Scratch>> scratch;  // one per listener

  // Never fails: the control thread has built the same contexts before it published the snapshot.
  // `surroundings` are the worker's own: its verified chains, its clock.
  static std::unique_ptr<const WorkerSnapshot> Make(std::shared_ptr<const Snapshot> snapshot,
                                                    const WorkerSnapshot* predecessor,
                                                    const tls::ServerSurroundings& surroundings);
};

}  // namespace pkigate::gateway
