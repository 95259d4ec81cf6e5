// SPDX-License-Identifier: Apache-2.0
//
// PasswordSuccesses remembers, per worker, which passwords were found right lately, so that a
// client that sends its password with every request costs a hash table instead of a bcrypt.
//
// Found by a keyed digest of the stored hash and the password together (password_desk.h): the table
// holds nothing that stands for a password, and a password that is changed misses by itself,
// whatever generation the policy has. Wrong ones are not kept.
//
// Bounded, least recently used first to go. Not thread-safe: one per worker.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <unordered_map>

#include "tls/keyed_digest.h"

namespace pkigate::gateway {

// A digest is random enough to be its own hash.
struct DigestHash {
  size_t operator()(const tls::KeyedDigest::Value& digest) const noexcept;
};

class PasswordSuccesses {
 public:
  explicit PasswordSuccesses(size_t num_entries_max) : num_entries_max_(num_entries_max) {}
  PasswordSuccesses(const PasswordSuccesses&) = delete;
  PasswordSuccesses& operator=(const PasswordSuccesses&) = delete;

  // Whether the question was answered with "right" less than `keep_seconds` ago: by what the policy
  // says now, so a reload that shortens the time bites at once.
  bool Find(const tls::KeyedDigest::Value& question, int64_t keep_seconds, uint64_t now_ms);
  void Insert(const tls::KeyedDigest::Value& question, uint64_t now_ms);
  size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    tls::KeyedDigest::Value question;
    uint64_t since_ms = 0;
  };

  size_t num_entries_max_;
  std::list<Entry> recency_;  // most recently used first
  std::unordered_map<tls::KeyedDigest::Value, std::list<Entry>::iterator, DigestHash> entries_;
};

}  // namespace pkigate::gateway
