// SPDX-License-Identifier: Apache-2.0
//
// UpstreamPool is one worker's connections to one upstream: its addresses in turn, at each address
// the most recently used idle connection first, so that the others may grow old and be closed.
//
// An address that refused or timed out is passed over for kUpstreamDownMs unless all are down.
// When num_connections are open, exchanges wait in line, first come first served.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include "config/settings.h"

namespace pkigate::gateway {

struct Core;
class Exchange;
class UpstreamConnection;

class UpstreamPool {
 public:
  enum class Outcome : uint8_t {
    kReady,       // *connection is connected and taken
    kConnecting,  // *connection is on its way
    kWaiting,     // the exchange stands in line
    kFailed,      // no socket to be had
  };

  UpstreamPool(Core& core, size_t index, const config::Upstream& settings);
  UpstreamPool(const UpstreamPool&) = delete;
  UpstreamPool& operator=(const UpstreamPool&) = delete;

  // `fresh`: do not reuse an idle connection (the retry after one turned out dead). `called`: the
  // exchange comes from the head of the line and goes back there if somebody was faster.
  Outcome Acquire(Exchange& exchange, bool fresh, bool called, UpstreamConnection** connection);
  // The exchange no longer waits in line.
  void Forget(Exchange& exchange);
  // A called exchange leaves without asking.
  void PassTurn();

  void OnIdle(UpstreamConnection& connection);     // given back and usable
  void OnNotIdle(UpstreamConnection& connection);  // an idle one is going away
  void OnReleased();                               // a connection is gone altogether
  void MarkDown(size_t address);
  void CloseIdle();

  // The addresses and limits of a newer snapshot. Connections to addresses no longer listed are
  // closed once idle.
  void Update(const config::Upstream& settings);
  bool Uses(size_t address) const {
    return address < addresses_.size() && addresses_[address].live;
  }

 private:
  struct Address {
    SocketAddress where;
    bool live = true;
    uint64_t down_until_ms = 0;
    std::vector<UpstreamConnection*> idle;  // last is the most recently used
  };

  Address& Next();
  size_t NumAvailable() const;
  void CallNext();

  Core& core_;
  size_t index_;
  size_t num_idle_max_;
  size_t num_open_max_;
  size_t num_open_ = 0;
  size_t num_idle_ = 0;
  size_t num_called_ = 0;  // taken out of the line, not yet here to ask
  size_t turn_ = 0;
  std::vector<Address> addresses_;
  std::deque<Exchange*> waiting_;
};

}  // namespace pkigate::gateway
