// SPDX-License-Identifier: Apache-2.0
//
// FailureListeners: the auth_failure_listeners of one configuration, compiled: whose failed logins
// count, and what they come to (opendistro.md, 2.3). Immutable; the counting itself is
// FailureTable's (failure_table.h).
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "base/ip_address.h"
#include "base/result.h"
#include "identity/failure_listener_model.h"
#include "identity/login_failures.h"
#include "match/pattern_set.h"
#include "match/scratch.h"

namespace pkigate::identity {

class FailureListeners {
 public:
  // Fails, with the listener's name in the message, when an entry of `ignore_hosts` is neither a
  // pattern nor a network.
  static Result<std::shared_ptr<const FailureListeners>> Compile(
      const std::vector<FailureListenerModel>& models);

  size_t size() const { return listeners_.size(); }
  const FailureListenerModel& model(size_t index) const { return listeners_[index].model; }

  // Whether `other` counts alike, so that a table made for one serves the other.
  bool CountsAlike(const FailureListeners& other) const;

  // Makes `scratch` fit for Counts.
  void ReserveIn(match::Scratch& scratch) const;
  // Whether the listener `index` counts this failure of a client at `peer`.
  bool Counts(size_t index, const LoginFailure& failure, const IpAddress& peer,
              match::Scratch& scratch) const;

 private:
  struct Network {
    IpAddress address;
    size_t num_bits = 0;
  };
  struct Listener {
    FailureListenerModel model;
    std::vector<Network> ignored_networks;
    std::unique_ptr<const match::PatternSet> ignored_hosts;
  };

  FailureListeners() = default;
  static Result<Network> ParseNetwork(std::string_view text);
  static bool IsIn(const Network& network, const IpAddress& address);
  static bool Ignores(const Listener& listener, const IpAddress& peer, match::Scratch& scratch);

  std::vector<Listener> listeners_;
};

}  // namespace pkigate::identity
