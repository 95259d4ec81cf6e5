// SPDX-License-Identifier: Apache-2.0
#include "tls/verified_chains.h"

#include <cstring>
#include <utility>

#include "base/assert.h"

namespace pkigate::tls {

size_t VerifiedChains::KeyHash::operator()(const Key& key) const noexcept {
  // The chain key is a SHA-256 already: any part of it is as good as a hash.
  size_t hash;
  static_assert(sizeof(hash) <= sizeof(key.chain_key));
  std::memcpy(&hash, key.chain_key.data(), sizeof(hash));
  return hash ^ static_cast<size_t>(key.trust_id);
}

VerifiedChains::VerifiedChains(size_t num_entries_max) : num_entries_max_(num_entries_max) {
  PKIGATE_ASSERT(num_entries_max_ > 0);
}

std::shared_ptr<const x509::PeerChain> VerifiedChains::Find(const x509::Fingerprint& chain_key,
                                                            uint64_t trust_id, int64_t now_unix,
                                                            int64_t* expires_unix) {
  const auto found = entries_.find(Key{chain_key, trust_id});
  if (found == entries_.end()) {
    return nullptr;
  }
  const std::list<Entry>::iterator entry = found->second;
  if (entry->expires_unix < now_unix) {
    entries_.erase(found);
    recency_.erase(entry);
    return nullptr;
  }
  recency_.splice(recency_.begin(), recency_, entry);
  *expires_unix = entry->expires_unix;
  return entry->chain;
}

void VerifiedChains::Insert(std::shared_ptr<const x509::PeerChain> chain, uint64_t trust_id,
                            int64_t expires_unix) {
  PKIGATE_ASSERT(chain != nullptr);
  const Key key{chain->chain_key, trust_id};
  if (const auto found = entries_.find(key); found != entries_.end()) {
    recency_.erase(found->second);
    entries_.erase(found);
  } else if (entries_.size() == num_entries_max_) {
    entries_.erase(recency_.back().key);
    recency_.pop_back();
  }
  recency_.push_front(Entry{key, std::move(chain), expires_unix});
  entries_.emplace(key, recency_.begin());
}

void VerifiedChains::Clear() {
  entries_.clear();
  recency_.clear();
}

}  // namespace pkigate::tls
