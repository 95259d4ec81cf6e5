// SPDX-License-Identifier: Apache-2.0
//
// The seam between a worker and the threads that check passwords (control/crypto_pool.h): a worker
// hands a question over and goes on; the verdict comes into its mailbox as a PasswordChecked.
#pragma once

#include <string>

#include "base/ip_address.h"
#include "base/secret.h"
#include "gateway/worker_messages.h"
#include "ring/mailbox.h"
#include "tls/keyed_digest.h"

namespace pkigate::gateway {

struct PasswordJob {
  ring::Mailbox<WorkerMessage>* reply_to = nullptr;  // outlives the job
  // Names the question among those of the worker that asks.
  tls::KeyedDigest::Value question{};
  // Who asks: of one peer only so many questions may wait.
  IpAddress peer;
  std::string stored_hash;
  Secret password;
};

class PasswordPool {
 public:
  virtual ~PasswordPool() = default;
  // From a worker's thread; never waits. False: too many questions wait, of this peer or of all,
  // and nothing will come of this one. Otherwise a verdict comes, unless the pool is stopped first.
  [[nodiscard]] virtual bool Ask(PasswordJob&& job) = 0;
};

}  // namespace pkigate::gateway
