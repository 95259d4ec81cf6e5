// SPDX-License-Identifier: Apache-2.0
//
// PrincipalCache remembers, per worker, who a certificate chain turned out to be: user, roles, and
// the identity headers made of them. One entry serves every request of every connection that
// presents the chain.
//
// An entry is good for one policy generation and until its own expiry (earliest notAfter, realm
// cache.ttl); anything else is as if absent, so a removed mapping bites on the next request of a
// live connection. Only successes are kept (X-AUT-102). Not thread-safe: one per worker.
//
// The key holds the chain, never the leaf alone, because the same leaf behind other intermediates
// may be another identity; and the address where the dialect maps roles by host. Credentials other
// than the certificate are not part of it: callers that bring such must not be looked up here.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>

#include "base/ip_address.h"
#include "policy/policy.h"
#include "x509/peer_chain.h"

namespace pkigate::gateway {

// An authenticated caller as the request path uses it.
struct Caller {
  // A generation no policy has: what was decided for one request alone.
  static constexpr uint64_t kNeverCurrent = 0;

  policy::Authentication authentication;
  std::string user_value;   // value of the user header, safe to write into a message head
  std::string roles_value;  // value of the roles header
  uint64_t generation = 0;  // of the policy that decided
  int64_t expires_unix = 0;

  bool Current(uint64_t policy_generation, int64_t now_unix) const {
    return generation == policy_generation && now_unix < expires_unix;
  }
};

struct PrincipalKey {
  x509::Fingerprint chain_key{};
  IpAddress address;      // all zero where the dialect does not map by host
  uint32_t listener = 0;  // index: realms differ between listeners

  bool operator==(const PrincipalKey&) const = default;
};

struct PrincipalKeyHash {
  size_t operator()(const PrincipalKey& key) const noexcept;
};

class PrincipalCache {
 public:
  explicit PrincipalCache(size_t num_entries_max) : num_entries_max_(num_entries_max) {}
  PrincipalCache(const PrincipalCache&) = delete;
  PrincipalCache& operator=(const PrincipalCache&) = delete;

  // The caller kept under `key` if it is current, else null (and the stale entry is gone).
  std::shared_ptr<const Caller> Find(const PrincipalKey& key, uint64_t policy_generation,
                                     int64_t now_unix);
  // Keeps `caller`, dropping the entry unused for longest when full.
  void Insert(const PrincipalKey& key, std::shared_ptr<const Caller> caller);
  void Clear();
  size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    PrincipalKey key;
    std::shared_ptr<const Caller> caller;
  };

  size_t num_entries_max_;
  std::list<Entry> recency_;  // most recently used first
  std::unordered_map<PrincipalKey, std::list<Entry>::iterator, PrincipalKeyHash> entries_;
};

}  // namespace pkigate::gateway
