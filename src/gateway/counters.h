// SPDX-License-Identifier: Apache-2.0
//
// What one worker counts. Plain numbers, written by that worker alone; others ask the worker for a
// copy through its mailbox (src/observe sums and prints them).
#pragma once

#include <array>
#include <cstdint>

#include "tls/handshake_failure.h"

namespace pkigate::gateway {

struct Counters {
  uint64_t connections_accepted = 0;
  uint64_t connections_refused = 0;  // over the connection limit
  uint64_t connections_open = 0;     // gauge
  uint64_t accept_failures = 0;      // AcceptorCounters::failures of all listeners
  uint64_t handshakes_completed = 0;
  uint64_t handshakes_from_cache = 0;  // chain already verified on this worker
  std::array<uint64_t, tls::kNumFailureReasons> handshakes_failed{};
  uint64_t requests = 0;
  uint64_t requests_forwarded = 0;
  uint64_t requests_answered_locally = 0;
  uint64_t requests_malformed = 0;
  std::array<uint64_t, 6> answers_by_class{};  // index 1..5: 1xx to 5xx sent to clients
  uint64_t denied_unauthenticated = 0;         // 401
  uint64_t denied_unauthorized = 0;            // 403
  uint64_t principal_cache_hits = 0;
  uint64_t principal_cache_misses = 0;
  uint64_t host_names_asked = 0;
  uint64_t host_names_refused = 0;  // not even asked: the request went on without a name
  uint64_t password_cache_hits = 0;
  uint64_t password_cache_misses = 0;
  uint64_t passwords_checked = 0;
  uint64_t passwords_refused = 0;  // not even queued: answered 429
  uint64_t passwords_waiting = 0;  // gauge: questions with the pool
  uint64_t password_check_us = 0;  // time that the checked ones took
  uint64_t login_failures = 0;     // of this worker's requests, where they are counted at all
  uint64_t login_failures_not_shared = 0;  // counted by this worker alone: too many at once
  uint64_t logins_blocked = 0;             // gauge: clients blocked, as far as this worker knows
  uint64_t upstream_connects = 0;
  uint64_t upstream_connect_failures = 0;
  uint64_t upstream_reused = 0;
  uint64_t upstream_retries = 0;
  uint64_t upstream_failures = 0;  // answered 502, 503 or 504
  uint64_t timeouts_handshake = 0;
  uint64_t timeouts_head = 0;
  uint64_t timeouts_body = 0;
  uint64_t timeouts_idle = 0;
  uint64_t timeouts_write = 0;
  uint64_t timeouts_upstream = 0;
  uint64_t timeouts_host_name = 0;
  uint64_t timeouts_password = 0;
  uint64_t clients_gone = 0;        // ended their side and did not stay for the answer
  uint64_t bytes_from_clients = 0;  // as on the wire
  uint64_t bytes_to_clients = 0;
  uint64_t stale_completions = 0;  // for a connection that is gone; see ring/tag.h
  uint64_t snapshots_adopted = 0;
};

}  // namespace pkigate::gateway
