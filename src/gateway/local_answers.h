// SPDX-License-Identifier: Apache-2.0
//
// The seam between a worker and the management APIs (src/api): requests that the gateway answers
// itself. Reads are answered at once from the policy snapshot; writes go to the control thread and
// are answered when they are durable and every worker decides by them.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/ip_address.h"
#include "identity/credentials.h"
#include "policy/policy.h"
#include "rest/answer.h"
#include "x509/peer_chain.h"

namespace pkigate::policy {
struct Model;
}

namespace pkigate::gateway {

// One request, with its body complete. Borrowed for the length of the call.
struct LocalRequest {
  const policy::Policy* policy = nullptr;
  const policy::Authentication* caller = nullptr;
  const x509::PeerChain* chain = nullptr;  // null: no certificate
  SocketAddress peer;
  size_t listener = 0;  // index into the settings' listeners
  std::string_view method;
  std::string_view target;  // path and query as received
  std::span<const identity::HeaderField> headers;
  std::string_view body;
  // What the listener's files say, without the API's changes; null: not known.
  const policy::Model* files = nullptr;
};

// Where the answer to a pending request goes: a worker, one of its connections, its generation.
struct ReplyTo {
  uint32_t worker = 0;
  uint32_t slot = 0;
  uint32_t generation = 0;
};

class LocalAnswers {
 public:
  virtual ~LocalAnswers() = default;

  // Whether this path belongs to the gateway. Asked before the body is read; no allocation.
  virtual bool Claims(Dialect dialect, std::string_view method, std::string_view path) const = 0;

  // Called on a worker, for a claimed path, after authentication (which may have failed: the
  // callee answers 401). Returns true when `answer` is complete; false when it will come later,
  // through the worker's mailbox, addressed to `reply_to`.
  virtual bool Serve(const LocalRequest& request, const ReplyTo& reply_to,
                     rest::Answer* answer) = 0;
};

}  // namespace pkigate::gateway
