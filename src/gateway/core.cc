// SPDX-License-Identifier: Apache-2.0
#include "gateway/core.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <random>

#include "base/limits.h"

namespace pkigate::gateway {

Core::Core(ring::Ring& the_ring, uint32_t worker_index, LocalAnswers& local_answers,
           const WorkerPools& worker_pools, ring::Mailbox<WorkerMessage>& mailbox,
           WorkerEvents& events, ConnectionTable& connection_table,
           const config::HttpLimits& limits)
    : ring(the_ring),
      worker(worker_index),
      local(local_answers),
      table(connection_table),
      timers(the_ring.NowMs()),
      chunks(limits::kChunksKeptPerWorkerMax),
      // A whole head and one record of what follows it.
      slabs(std::max(limits.head_bytes, limits::kHeadBytesMin) + limits::kChunkBytes,
            limits::kSlabsKeptPerWorkerMax),
      logins(worker_index, events, counters),
      passwords(worker_pools.passwords, mailbox, the_ring, counters),
      host_names(worker_pools.host_names, mailbox, the_ring, counters),
      principals(limits::kPrincipalsPerWorkerMax) {
  std::random_device device;
  request_prefix_ = (uint64_t{device()} << 32) | device();
}

void Core::NextRequestId() {
  request_id.clear();
  fmt::format_to(std::back_inserter(request_id), "{:016x}{:04x}{:012x}", request_prefix_, worker,
                 ++num_requests_);
}

}  // namespace pkigate::gateway
