// SPDX-License-Identifier: Apache-2.0
//
// Snapshot: everything a worker needs to serve, immutable, published by the control thread. A
// worker reads it through one plain pointer that changes only between two loop turns, so one
// request is decided by one snapshot from head to answer.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "config/settings.h"
#include "policy/policy.h"
#include "tls/settings.h"

namespace pkigate::gateway {

struct ListenerSnapshot {
  std::shared_ptr<const policy::Policy> policy;
  // Complete and tried out by the control thread: a context built from it cannot fail. Unused when
  // the listener speaks plain HTTP.
  tls::ServerSettings tls;
};

struct Snapshot {
  uint64_t generation = 0;
  config::Settings settings;
  std::vector<ListenerSnapshot> listeners;  // one for each of settings.listeners, in order
  // Names the TLS part, so that workers keep their contexts when only mappings changed.
  uint64_t tls_generation = 0;
};

}  // namespace pkigate::gateway
