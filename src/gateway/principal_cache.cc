// SPDX-License-Identifier: Apache-2.0
#include "gateway/principal_cache.h"

#include <cstring>
#include <utility>

namespace pkigate::gateway {

size_t PrincipalKeyHash::operator()(const PrincipalKey& key) const noexcept {
  // chain_key is a SHA-256 value already: any eight bytes of it are a good hash.
  uint64_t hash;
  std::memcpy(&hash, key.chain_key.data(), sizeof hash);
  uint64_t low;
  uint64_t high;
  std::memcpy(&low, key.address.bytes().data(), sizeof low);
  std::memcpy(&high, key.address.bytes().data() + sizeof low, sizeof high);
  hash ^= (low ^ (high * 0x9E3779B97F4A7C15u)) * 0xC2B2AE3D27D4EB4Fu;
  return hash ^ (uint64_t{key.listener} << 32);
}

std::shared_ptr<const Caller> PrincipalCache::Find(const PrincipalKey& key,
                                                   uint64_t policy_generation, int64_t now_unix) {
  const auto found = entries_.find(key);
  if (found == entries_.end()) {
    return nullptr;
  }
  if (!found->second->caller->Current(policy_generation, now_unix)) {
    recency_.erase(found->second);
    entries_.erase(found);
    return nullptr;
  }
  recency_.splice(recency_.begin(), recency_, found->second);
  return found->second->caller;
}

void PrincipalCache::Insert(const PrincipalKey& key, std::shared_ptr<const Caller> caller) {
  if (const auto found = entries_.find(key); found != entries_.end()) {
    found->second->caller = std::move(caller);
    recency_.splice(recency_.begin(), recency_, found->second);
    return;
  }
  if (entries_.size() >= num_entries_max_) {
    entries_.erase(recency_.back().key);
    recency_.pop_back();
  }
  recency_.push_front({key, std::move(caller)});
  entries_.emplace(key, recency_.begin());
}

void PrincipalCache::Clear() {
  entries_.clear();
  recency_.clear();
}

}  // namespace pkigate::gateway
