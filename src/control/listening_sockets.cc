// SPDX-License-Identifier: Apache-2.0
#include "control/listening_sockets.h"

#include <unistd.h>

#include <utility>

#include "ring/listener_socket.h"

namespace pkigate::control {

Result<ListeningSockets> ListeningSockets::Open(const config::Settings& settings,
                                                uint32_t num_workers) {
  ListeningSockets opened;
  opened.sockets_.resize(num_workers);
  for (const config::Listener& listener : settings.listeners) {
    SocketAddress address = listener.address;
    if (address.port != 0) {
      // SO_REUSEPORT would share the port with another gateway of the same user without a word;
      // a socket that does not share finds out.
      ::close(PKIGATE_TRY(ring::OpenListener(address, {.shared = false})));
    }
    for (std::vector<int>& of_worker : opened.sockets_) {
      const int socket = PKIGATE_TRY(ring::OpenListener(address, {}));
      of_worker.push_back(socket);
      address = PKIGATE_TRY(ring::BoundAddress(socket));
    }
    opened.addresses_.push_back(address);
  }
  return opened;
}

ListeningSockets::~ListeningSockets() {
  for (const std::vector<int>& of_worker : sockets_) {
    for (const int socket : of_worker) {
      ::close(socket);
    }
  }
}

std::vector<int> ListeningSockets::Take(uint32_t worker) {
  return std::exchange(sockets_[worker], {});
}

}  // namespace pkigate::control
