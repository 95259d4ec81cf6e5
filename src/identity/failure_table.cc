// SPDX-License-Identifier: Apache-2.0
#include "identity/failure_table.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/assert.h"
#include "base/limits.h"
#include "x509/peer_chain.h"

namespace pkigate::identity {

namespace {

using Counts = FailureListenerModel::Counts;
using AddressKey = std::array<char, 17>;

AddressKey KeyOf(const IpAddress& address) {
  AddressKey key{};
  key[0] = address.is_v4() ? '4' : '6';
  const auto& bytes = address.bytes();
  std::transform(bytes.begin(), address.is_v4() ? bytes.begin() + 4 : bytes.end(), key.begin() + 1,
                 [](uint8_t byte) { return static_cast<char>(byte); });
  return key;
}

std::string_view TextOf(const AddressKey& key) { return {key.data(), key.size()}; }

// A long name by its digest, so that nobody fills the memory with names. One byte longer than the
// longest that stands for itself, so it is never taken for one.
std::string DigestOf(std::string_view name) {
  const x509::Fingerprint digest =
      x509::Sha256({reinterpret_cast<const uint8_t*>(name.data()), name.size()});
  std::string key(limits::kFailureNameBytesMax + 1, '\0');
  std::copy(digest.begin(), digest.end(), key.begin());
  return key;
}

static_assert(limits::kFailureNameBytesMax >= sizeof(x509::Fingerprint));

}  // namespace

FailureTable::FailureTable(std::shared_ptr<const FailureListeners> listeners)
    : listeners_(std::move(listeners)) {
  PKIGATE_ASSERT(listeners_ != nullptr);
  counters_.resize(listeners_->size());
  listeners_->ReserveIn(scratch_);
}

void FailureTable::SetNow(int64_t now_unix) {
  now_unix_ = std::max(now_unix_, now_unix);
  for (size_t index = 0; index < counters_.size(); ++index) {
    Counter& counter = counters_[index];
    while (!counter.blocked_order.empty() &&
           counter.blocked.at(counter.blocked_order.front()).until_unix <= now_unix_) {
      ForgetOldestBlocked(counter);
    }
    const int64_t window = listeners_->model(index).time_window_seconds;
    while (!counter.tracked_order.empty() &&
           counter.tracked.at(counter.tracked_order.front()).failures_unix.back() + window <=
               now_unix_) {
      ForgetOldestTracked(counter);
    }
  }
}

void FailureTable::Note(const LoginFailure& failure, const IpAddress& peer, int64_t now_unix) {
  SetNow(now_unix);
  for (size_t index = 0; index < counters_.size(); ++index) {
    if (!listeners_->Counts(index, failure, peer, scratch_)) {
      continue;
    }
    if (listeners_->model(index).counts == Counts::kAddresses) {
      Count(index, std::string(TextOf(KeyOf(peer))));
    } else if (failure.username.size() > limits::kFailureNameBytesMax) {
      Count(index, DigestOf(failure.username));
    } else {
      Count(index, failure.username);
    }
  }
}

void FailureTable::Count(size_t index, const std::string& client) {
  const FailureListenerModel& model = listeners_->model(index);
  Counter& counter = counters_[index];
  const auto [entry, is_new] = counter.tracked.try_emplace(client);
  Tracked& tracked = entry->second;
  if (is_new) {
    tracked.place = counter.tracked_order.insert(counter.tracked_order.end(), client);
  } else {
    counter.tracked_order.splice(counter.tracked_order.end(), counter.tracked_order, tracked.place);
  }
  while (!tracked.failures_unix.empty() &&
         tracked.failures_unix.front() + model.time_window_seconds <= now_unix_) {
    tracked.failures_unix.pop_front();
    --counter.num_times;
  }
  tracked.failures_unix.push_back(now_unix_);
  ++counter.num_times;
  if (tracked.failures_unix.size() >= model.num_tries) {
    counter.num_times -= tracked.failures_unix.size();
    counter.tracked_order.erase(tracked.place);
    counter.tracked.erase(entry);
    Block(index, client);
    return;
  }
  while (counter.tracked.size() > model.num_tracked_max ||
         counter.num_times > limits::kFailureTimesMax) {
    ForgetOldestTracked(counter);
  }
}

void FailureTable::Block(size_t index, const std::string& client) {
  const FailureListenerModel& model = listeners_->model(index);
  Counter& counter = counters_[index];
  const auto [entry, is_new] = counter.blocked.try_emplace(client);
  Blocked& blocked = entry->second;
  blocked.until_unix = now_unix_ + model.block_expiry_seconds;
  if (is_new) {
    blocked.place = counter.blocked_order.insert(counter.blocked_order.end(), client);
  } else {
    counter.blocked_order.splice(counter.blocked_order.end(), counter.blocked_order, blocked.place);
  }
  while (counter.blocked.size() > model.num_blocked_max) {
    ForgetOldestBlocked(counter);
  }
}

void FailureTable::ForgetOldestTracked(Counter& counter) {
  const auto oldest = counter.tracked.find(counter.tracked_order.front());
  counter.num_times -= oldest->second.failures_unix.size();
  counter.tracked.erase(oldest);
  counter.tracked_order.pop_front();
}

void FailureTable::ForgetOldestBlocked(Counter& counter) {
  counter.blocked.erase(counter.blocked.find(counter.blocked_order.front()));
  counter.blocked_order.pop_front();
}

bool FailureTable::IsBlocked(const Counter& counter, std::string_view client) const {
  const auto found = counter.blocked.find(client);
  return found != counter.blocked.end() && now_unix_ < found->second.until_unix;
}

bool FailureTable::AddressIsBlocked(const IpAddress& peer) const {
  const AddressKey key = KeyOf(peer);
  for (size_t index = 0; index < counters_.size(); ++index) {
    if (listeners_->model(index).counts == Counts::kAddresses &&
        IsBlocked(counters_[index], TextOf(key))) {
      return true;
    }
  }
  return false;
}

bool FailureTable::UserIsBlocked(std::string_view backend, std::string_view username) const {
  std::string digest;
  std::string_view key = username;
  if (username.size() > limits::kFailureNameBytesMax) {
    digest = DigestOf(username);
    key = digest;
  }
  for (size_t index = 0; index < counters_.size(); ++index) {
    const FailureListenerModel& model = listeners_->model(index);
    if (model.counts == Counts::kUsernames && model.backend == backend &&
        IsBlocked(counters_[index], key)) {
      return true;
    }
  }
  return false;
}

size_t FailureTable::num_blocked() const {
  size_t num = 0;
  for (const Counter& counter : counters_) {
    num += counter.blocked.size();
  }
  return num;
}

}  // namespace pkigate::identity
