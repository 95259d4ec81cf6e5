// SPDX-License-Identifier: Apache-2.0
//
// FailureTable counts failed logins and says who is turned away because of them (opendistro.md,
// 2.3). One for each worker and policy, kept up to date by noting every worker's failures; a new
// configuration begins with an empty one, as upstream.
//
// For each listener: the times of each client's failures within the window, oldest dropped; the
// failure that makes their number equal to the allowed tries creates the block and forgets them.
//
// Bounded: clients tracked and clients blocked as the listener says, and over all clients of a
// listener limits::kFailureTimesMax times. Where a new one does not fit, the client who has been
// quiet (or blocked) longest is forgotten. Tested against a plain model:
// tests/unit/identity/failure_table_test.cc.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/ip_address.h"
#include "identity/failure_listeners.h"
#include "identity/login_failures.h"
#include "match/scratch.h"

namespace pkigate::identity {

class FailureTable final : public LoginBlocks {
 public:
  // `listeners` is not null. Without any of them nothing is counted and nobody is turned away.
  explicit FailureTable(std::shared_ptr<const FailureListeners> listeners);

  // Counts one failure of a client at the TCP peer `peer`. `now_unix` as for SetNow.
  void Note(const LoginFailure& failure, const IpAddress& peer, int64_t now_unix);
  // The time (unix seconds) that the questions below are about. A time before the last one counts
  // as that. Forgets what is over.
  void SetNow(int64_t now_unix);

  // No allocation, but for a user name longer than limits::kFailureNameBytesMax.
  bool AddressIsBlocked(const IpAddress& peer) const override;
  bool UserIsBlocked(std::string_view backend, std::string_view username) const override;

  // For status pages: how many clients are blocked, over all listeners.
  size_t num_blocked() const;

 private:
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  template <typename Value>
  using Map = std::unordered_map<std::string, Value, Hash, std::equal_to<>>;
  // Who was touched last stands last.
  using Order = std::list<std::string>;

  struct Tracked {
    std::deque<int64_t> failures_unix;
    Order::iterator place;
  };
  struct Blocked {
    int64_t until_unix = 0;
    Order::iterator place;
  };
  struct Counter {
    Map<Tracked> tracked;
    Order tracked_order;
    size_t num_times = 0;  // of all that are tracked
    Map<Blocked> blocked;
    Order blocked_order;
  };

  void Count(size_t index, const std::string& client);
  void Block(size_t index, const std::string& client);
  static void ForgetOldestTracked(Counter& counter);
  static void ForgetOldestBlocked(Counter& counter);
  bool IsBlocked(const Counter& counter, std::string_view client) const;

  std::shared_ptr<const FailureListeners> listeners_;
  std::vector<Counter> counters_;  // one for each listener
  match::Scratch scratch_;
  int64_t now_unix_ = 0;
};

}  // namespace pkigate::identity
