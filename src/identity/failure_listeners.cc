// SPDX-License-Identifier: Apache-2.0
#include "identity/failure_listeners.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "match/dialect_pattern.h"
#include "match/hit_set.h"

namespace pkigate::identity {

Result<std::shared_ptr<const FailureListeners>> FailureListeners::Compile(
    const std::vector<FailureListenerModel>& models) {
  std::shared_ptr<FailureListeners> made(new FailureListeners);
  for (const FailureListenerModel& model : models) {
    Listener listener;
    listener.model = model;
    match::PatternSet::Builder hosts;
    for (const std::string& host : model.ignore_hosts) {
      const bool is_regex = host.size() > 1 && host.front() == '/' && host.back() == '/';
      if (!is_regex && host.find('/') != std::string::npos) {
        Result<Network> network = ParseNetwork(host);
        if (!network.ok()) {
          return MakeError("ignore_hosts", "{}: {}", model.name, network.error().message);
        }
        listener.ignored_networks.push_back(*network);
        continue;
      }
      const auto pattern = match::ReadOpendistroPattern(host, /*blank_matches_itself=*/false);
      const Status added = pattern.ok() ? [&]() -> Status {
        const Result<uint32_t> id = hosts.Add(*pattern);
        return id.ok() ? Status{} : Status{id.error()};
      }()
          : Status{pattern.error()};
      if (!added.ok()) {
        return MakeError("ignore_hosts", "{}: '{}' cannot be used: {}", model.name, host,
                         added.error().message);
      }
    }
    listener.ignored_hosts = PKIGATE_TRY(hosts.Compile());
    made->listeners_.push_back(std::move(listener));
  }
  return std::shared_ptr<const FailureListeners>(std::move(made));
}

bool FailureListeners::CountsAlike(const FailureListeners& other) const {
  return std::ranges::equal(listeners_, other.listeners_, [](const Listener& a, const Listener& b) {
    FailureListenerModel elsewhere = b.model;
    elsewhere.where = a.model.where;  // a line that has moved counts as it did
    return a.model == elsewhere;
  });
}

Result<FailureListeners::Network> FailureListeners::ParseNetwork(std::string_view text) {
  const size_t slash = text.find('/');
  const Result<IpAddress> address = IpAddress::Parse(text.substr(0, slash));
  const std::string_view bits = text.substr(slash + 1);
  Network network;
  const auto [end, error] =
      std::from_chars(bits.data(), bits.data() + bits.size(), network.num_bits);
  if (!address.ok() || error != std::errc() || end != bits.data() + bits.size() ||
      network.num_bits > (address->is_v4() ? 32U : 128U)) {
    return MakeError("network", "'{}' is no network (such as 10.0.0.0/8)", text);
  }
  network.address = *address;
  return network;
}

bool FailureListeners::IsIn(const Network& network, const IpAddress& address) {
  if (network.address.is_v4() != address.is_v4()) {
    return false;
  }
  const size_t num_bytes = network.num_bits / 8;
  const auto& a = network.address.bytes();
  const auto& b = address.bytes();
  if (!std::equal(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(num_bytes), b.begin())) {
    return false;
  }
  const size_t rest = network.num_bits % 8;
  return rest == 0 || (a[num_bytes] ^ b[num_bytes]) >> (8 - rest) == 0;
}

void FailureListeners::ReserveIn(match::Scratch& scratch) const {
  for (const Listener& listener : listeners_) {
    scratch.Reserve(*listener.ignored_hosts);
  }
}

bool FailureListeners::Ignores(const Listener& listener, const IpAddress& peer,
                               match::Scratch& scratch) {
  for (const Network& network : listener.ignored_networks) {
    if (IsIn(network, peer)) {
      return true;
    }
  }
  match::HitSet hits;
  hits.Reset(listener.ignored_hosts->size());
  // A pattern that gives up excuses nobody.
  return listener.ignored_hosts->Scan(peer.Text(), scratch, hits) && !hits.ids().empty();
}

bool FailureListeners::Counts(size_t index, const LoginFailure& failure, const IpAddress& peer,
                              match::Scratch& scratch) const {
  const Listener& listener = listeners_[index];
  const bool by_address = listener.model.counts == FailureListenerModel::Counts::kAddresses;
  if (by_address != failure.backend.empty()) {
    return false;
  }
  return by_address ? !Ignores(listener, peer, scratch) : listener.model.backend == failure.backend;
}

}  // namespace pkigate::identity
