// SPDX-License-Identifier: Apache-2.0
//
// What a run does, as given on the command line and resolved.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/ip_address.h"
#include "load/identities.h"

namespace pkigate::load {

struct Plan {
  SocketAddress target;
  std::string server_name = "localhost";
  std::string path = "/";
  std::string method = "GET";
  uint64_t body_bytes = 0;  // of the request
  std::vector<std::string> headers;
  uint32_t num_connections = 64;  // over all threads
  uint32_t num_threads = 1;
  uint32_t duration_s = 10;
  uint64_t num_requests_max = 0;  // 0: by time
  uint32_t warm_up_s = 1;
  bool handshake_per_request = false;
  std::vector<ClientIdentity> identities;  // taken in turn; empty: no client certificate
  int status_wanted = 200;
  int64_t body_bytes_wanted = -1;  // of the answer; -1: any
  std::vector<int> pids;           // whose CPU time is divided by the requests
};

}  // namespace pkigate::load
