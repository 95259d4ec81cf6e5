// SPDX-License-Identifier: Apache-2.0
#include "gateway/password_successes.h"

#include <cstring>

namespace pkigate::gateway {

size_t DigestHash::operator()(const tls::KeyedDigest::Value& digest) const noexcept {
  size_t hash;
  std::memcpy(&hash, digest.data(), sizeof hash);
  return hash;
}

bool PasswordSuccesses::Find(const tls::KeyedDigest::Value& question, int64_t keep_seconds,
                             uint64_t now_ms) {
  const auto found = entries_.find(question);
  if (found == entries_.end()) {
    return false;
  }
  // One too old for this asker stays: another listener may keep it longer, and space is bounded.
  const uint64_t age_ms = now_ms - found->second->since_ms;
  if (keep_seconds <= 0 || age_ms / 1000 >= static_cast<uint64_t>(keep_seconds)) {
    return false;
  }
  recency_.splice(recency_.begin(), recency_, found->second);
  return true;
}

void PasswordSuccesses::Insert(const tls::KeyedDigest::Value& question, uint64_t now_ms) {
  if (const auto found = entries_.find(question); found != entries_.end()) {
    found->second->since_ms = now_ms;
    recency_.splice(recency_.begin(), recency_, found->second);
    return;
  }
  if (entries_.size() >= num_entries_max_) {
    entries_.erase(recency_.back().question);
    recency_.pop_back();
  }
  recency_.push_front({question, now_ms});
  entries_.emplace(question, recency_.begin());
}

}  // namespace pkigate::gateway
