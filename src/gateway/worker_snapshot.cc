// SPDX-License-Identifier: Apache-2.0
#include "gateway/worker_snapshot.h"

#include <utility>

#include "base/assert.h"

namespace pkigate::gateway {

std::unique_ptr<const WorkerSnapshot> WorkerSnapshot::Make(
    std::shared_ptr<const Snapshot> snapshot, const WorkerSnapshot* predecessor,
    const tls::ServerSurroundings& surroundings) {
  auto made = std::make_unique<WorkerSnapshot>();
  const bool same_tls =
      predecessor != nullptr && predecessor->snapshot->tls_generation == snapshot->tls_generation;
  for (size_t index = 0; index < snapshot->listeners.size(); ++index) {
    const ListenerSnapshot& listener = snapshot->listeners[index];
    made->scratch.push_back(listener.policy->NewScratch());
    if (same_tls) {
      made->tls.push_back(predecessor->tls[index]);
    } else if (!snapshot->settings.listeners[index].tls.enabled) {
      made->tls.push_back(nullptr);
    } else {
      auto context = tls::ServerContext::Create(listener.tls, surroundings);
      PKIGATE_ASSERT(context.ok());
      made->tls.push_back(std::move(context).value());
    }
  }
  made->snapshot = std::move(snapshot);
  return made;
}

}  // namespace pkigate::gateway
