// SPDX-License-Identifier: Apache-2.0
//
// The seam between a worker and the thread that asks the name service (control/resolver.h): a
// worker hands an address over and goes on; the name comes into its mailbox as a HostNameFound.
#pragma once

#include "base/ip_address.h"
#include "gateway/worker_messages.h"
#include "ring/mailbox.h"

namespace pkigate::gateway {

struct HostNameJob {
  ring::Mailbox<WorkerMessage>* reply_to = nullptr;  // outlives the job
  IpAddress address;
};

class HostNamePool {
 public:
  virtual ~HostNamePool() = default;
  // From a worker's thread; never waits. False: too many questions wait, and nothing will come of
  // this one. Otherwise an answer comes, unless the pool is stopped first.
  [[nodiscard]] virtual bool Ask(const HostNameJob& job) = 0;
};

}  // namespace pkigate::gateway
