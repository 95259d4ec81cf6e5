// SPDX-License-Identifier: Apache-2.0
//
// Opening a listening TCP socket. Each worker opens its own for the same address (SO_REUSEPORT), so
// the kernel spreads connections and no two workers share a queue. What is set here is inherited by
// the accepted sockets, which saves four system calls per connection.
#pragma once

#include <cstdint>

#include "base/ip_address.h"
#include "base/limits.h"
#include "base/result.h"

namespace pkigate::ring {

struct ListenerOptions {
  int backlog = limits::kListenerBacklog;
  // Lets several sockets of this user listen on one address. Off: the address must be free, which
  // is how a start finds out that another process has it.
  bool shared = true;
  uint32_t peer_silence_ms_max = limits::kPeerSilenceMsMax;
};

// A listening, close-on-exec socket that the caller closes. The error names the address and the
// cause; codes: `address_in_use`, `address_not_available`, `port_not_permitted`,
// `too_many_open_files`, `cannot_listen`.
Result<int> OpenListener(const SocketAddress& address, const ListenerOptions& options);

// Where a socket really listens: the port the kernel chose when 0 was asked for.
Result<SocketAddress> BoundAddress(int fd);

}  // namespace pkigate::ring
