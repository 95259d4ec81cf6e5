// SPDX-License-Identifier: Apache-2.0
//
// VerifiedChains remembers, per worker, which client chains a trust store has accepted, so that the
// second connection with a certificate costs a hash instead of a path validation.
//
// An entry is found by the whole presented chain (the same leaf behind other intermediates may
// fail, or reach another anchor) and by the trust store's id (a changed CA or CRL is another
// store). It is good until the earliest end of what the verdict rests on. Refusals are not kept.
//
// Only chains whose owner proved possession of the key may be inserted: the library asks for the
// verdict before it checks that proof, so callers insert when the handshake is complete. Otherwise
// anybody could fill the cache with other people's certificates (docs/design/io_uring.md, 13).
//
// Bounded, least recently used first to go. Not thread-safe: one per worker.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <unordered_map>

#include "base/limits.h"
#include "x509/peer_chain.h"

namespace pkigate::tls {

class VerifiedChains {
 public:
  explicit VerifiedChains(size_t num_entries_max = limits::kVerifiedChainsMax);
  VerifiedChains(const VerifiedChains&) = delete;
  VerifiedChains& operator=(const VerifiedChains&) = delete;

  // The chain accepted earlier, and in *expires_unix until when; or null. A stale entry is dropped
  // on the way.
  std::shared_ptr<const x509::PeerChain> Find(const x509::Fingerprint& chain_key, uint64_t trust_id,
                                              int64_t now_unix, int64_t* expires_unix);
  // Keeps `chain` as accepted by the store until the end of the second `expires_unix`.
  void Insert(std::shared_ptr<const x509::PeerChain> chain, uint64_t trust_id,
              int64_t expires_unix);
  void Clear();
  size_t size() const { return entries_.size(); }

 private:
  struct Key {
    x509::Fingerprint chain_key{};
    uint64_t trust_id = 0;
    bool operator==(const Key&) const = default;
  };
  struct KeyHash {
    size_t operator()(const Key& key) const noexcept;
  };
  struct Entry {
    Key key;
    std::shared_ptr<const x509::PeerChain> chain;
    int64_t expires_unix = 0;
  };

  size_t num_entries_max_;
  std::list<Entry> recency_;  // most recently used first
  std::unordered_map<Key, std::list<Entry>::iterator, KeyHash> entries_;
};

}  // namespace pkigate::tls
