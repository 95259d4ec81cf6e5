// SPDX-License-Identifier: Apache-2.0
//
// Core: what the connections of one worker share. A core is a small single-threaded program: no
// other thread touches anything in here.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/chunk_queue.h"
#include "gateway/counters.h"
#include "gateway/host_name_desk.h"
#include "gateway/local_answers.h"
#include "gateway/login_guard.h"
#include "gateway/password_desk.h"
#include "gateway/principal_cache.h"
#include "gateway/slab_pool.h"
#include "gateway/upstream_pool.h"
#include "gateway/worker_pools.h"
#include "gateway/worker_snapshot.h"
#include "ring/ready_list.h"
#include "ring/ring.h"
#include "ring/timer_wheel.h"
#include "tls/verified_chains.h"

namespace pkigate::gateway {

class ClientConnection;
class UpstreamConnection;

// Opens and ends the connections of a worker; implemented by Worker.
class ConnectionTable {
 public:
  virtual ~ConnectionTable() = default;
  // A connection object in a fresh slot around `fd`; null when the table is full (fd stays open).
  virtual UpstreamConnection* NewUpstream(int fd, size_t upstream, size_t address) = 0;
  // The object may be destroyed at the end of the turn; it must have nothing in flight.
  virtual void Release(UpstreamConnection& connection) = 0;
  virtual void Release(ClientConnection& connection) = 0;
};

struct Core {
  Core(ring::Ring& the_ring, uint32_t worker_index, LocalAnswers& local_answers,
       const WorkerPools& worker_pools, ring::Mailbox<WorkerMessage>& mailbox, WorkerEvents& events,
       ConnectionTable& connection_table, const config::HttpLimits& limits);

  ring::Ring& ring;
  const uint32_t worker;
  LocalAnswers& local;
  ConnectionTable& table;
  ring::TimerWheel timers;
  ChunkPool chunks;
  SlabPool slabs;
  Counters counters;
  LoginGuard logins;
  PasswordDesk passwords;
  HostNameDesk host_names;
  PrincipalCache principals;
  tls::VerifiedChains verified_chains;  // outlives the contexts in `current`
  ring::ReadyList<ClientConnection> ready;
  std::unique_ptr<const WorkerSnapshot> current;
  std::vector<std::unique_ptr<UpstreamPool>> pools;
  std::vector<identity::HeaderField> header_fields;  // scratch, for one call
  std::string request_id;                            // the same
  bool draining = false;

  uint64_t now_ms() const { return ring.NowMs(); }
  int64_t now_unix() const { return ring.UnixSeconds(); }
  const config::Settings& settings() const { return current->snapshot->settings; }

  // Puts a new value for x-request-id into request_id: unique while this process lives, and
  // unlikely to recur after it.
  void NextRequestId();

 private:
  uint64_t request_prefix_;
  uint64_t num_requests_ = 0;
};

}  // namespace pkigate::gateway
