// SPDX-License-Identifier: Apache-2.0
//
// The listening sockets of all workers, opened before the first of them starts: a port that is
// taken or not permitted stops the start with one clear line.
#pragma once

#include <cstdint>
#include <vector>

#include "base/ip_address.h"
#include "base/result.h"
#include "config/settings.h"

namespace pkigate::control {

// One socket per worker and listener: sockets[worker][listener]. Closes what it still owns.
class ListeningSockets {
 public:
  // Opens num_workers sockets for each listener. A port of 0 is chosen once and then shared.
  static Result<ListeningSockets> Open(const config::Settings& settings, uint32_t num_workers);

  ListeningSockets(ListeningSockets&& other) noexcept = default;
  ListeningSockets& operator=(ListeningSockets&& other) = delete;
  ~ListeningSockets();

  // Where each listener really listens.
  const std::vector<SocketAddress>& addresses() const { return addresses_; }
  // Hands the sockets of one worker over to it.
  std::vector<int> Take(uint32_t worker);

 private:
  ListeningSockets() = default;

  std::vector<std::vector<int>> sockets_;
  std::vector<SocketAddress> addresses_;
};

}  // namespace pkigate::control
