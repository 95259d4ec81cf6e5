// SPDX-License-Identifier: Apache-2.0
#include "gateway/upstream_pool.h"

#include <algorithm>

#include "base/limits.h"
#include "gateway/core.h"
#include "gateway/exchange.h"
#include "gateway/upstream_connection.h"

namespace pkigate::gateway {

UpstreamPool::UpstreamPool(Core& core, size_t index, const config::Upstream& settings)
    : core_(core),
      index_(index),
      num_idle_max_(settings.num_idle_connections),
      num_open_max_(settings.num_connections) {
  for (const SocketAddress& where : settings.addresses) {
    addresses_.push_back({.where = where});
  }
}

UpstreamPool::Address& UpstreamPool::Next() {
  const uint64_t now = core_.now_ms();
  Address* fallback = nullptr;
  for (size_t step = 0; step < addresses_.size(); ++step) {
    Address& address = addresses_[turn_++ % addresses_.size()];
    if (!address.live) {
      continue;
    }
    if (address.down_until_ms <= now) {
      return address;
    }
    // All down: the one that has been down the longest is tried again.
    if (fallback == nullptr || address.down_until_ms < fallback->down_until_ms) {
      fallback = &address;
    }
  }
  PKIGATE_ASSERT(fallback != nullptr);  // an upstream without addresses is refused at load
  return *fallback;
}

UpstreamPool::Outcome UpstreamPool::Acquire(Exchange& exchange, bool fresh, bool called,
                                            UpstreamConnection** connection) {
  if (called) {
    PKIGATE_ASSERT(num_called_ > 0);
    --num_called_;
  } else if (!waiting_.empty() || (num_called_ > 0 && NumAvailable() <= num_called_)) {
    waiting_.push_back(&exchange);  // others were first
    return Outcome::kWaiting;
  }
  Address& address = Next();
  if (!fresh && !address.idle.empty()) {
    UpstreamConnection* reused = address.idle.back();
    address.idle.pop_back();
    --num_idle_;
    reused->Take(exchange);
    *connection = reused;
    return Outcome::kReady;
  }
  if (num_open_ >= num_open_max_) {
    if (num_idle_ > 0) {
      // Make room: some other address holds a connection nobody uses.
      for (Address& other : addresses_) {
        if (!other.idle.empty()) {
          other.idle.front()->Close();
          break;
        }
      }
    }
    called ? waiting_.push_front(&exchange) : waiting_.push_back(&exchange);
    return Outcome::kWaiting;
  }
  const auto family = address.where.address.is_v4() ? AF_INET : AF_INET6;
  const Result<int> fd = core_.ring.OpenStream(family);
  if (!fd.ok()) {
    return Outcome::kFailed;
  }
  const auto at = static_cast<size_t>(&address - addresses_.data());
  UpstreamConnection* opened = core_.table.NewUpstream(*fd, index_, at);
  if (opened == nullptr) {
    core_.ring.CloseFd(*fd);
    return Outcome::kFailed;
  }
  ++num_open_;
  opened->Connect(exchange, address.where);
  *connection = opened;
  return Outcome::kConnecting;
}

void UpstreamPool::Forget(Exchange& exchange) { std::erase(waiting_, &exchange); }

void UpstreamPool::OnIdle(UpstreamConnection& connection) {
  Address& address = addresses_[connection.address()];
  address.down_until_ms = 0;
  address.idle.push_back(&connection);
  ++num_idle_;
  if (num_idle_ > num_idle_max_) {
    address.idle.front()->Close();
  }
  CallNext();
}

void UpstreamPool::OnNotIdle(UpstreamConnection& connection) {
  num_idle_ -= std::erase(addresses_[connection.address()].idle, &connection);
}

void UpstreamPool::OnReleased() {
  PKIGATE_ASSERT(num_open_ > 0);
  --num_open_;
  CallNext();
}

void UpstreamPool::PassTurn() {
  PKIGATE_ASSERT(num_called_ > 0);
  --num_called_;
  CallNext();
}

// What those in line may count on: idle connections and room for new ones.
size_t UpstreamPool::NumAvailable() const {
  return num_idle_ + (num_open_max_ > num_open_ ? num_open_max_ - num_open_ : 0);
}

void UpstreamPool::CallNext() {
  while (!waiting_.empty() && NumAvailable() > num_called_) {
    Exchange* first = waiting_.front();
    waiting_.pop_front();
    ++num_called_;
    first->OnPoolTurn();
  }
}

void UpstreamPool::MarkDown(size_t address) {
  addresses_[address].down_until_ms = core_.now_ms() + limits::kUpstreamDownMs;
}

void UpstreamPool::CloseIdle() {
  for (Address& address : addresses_) {
    while (!address.idle.empty()) {
      address.idle.back()->Close();
    }
  }
}

void UpstreamPool::Update(const config::Upstream& settings) {
  num_idle_max_ = settings.num_idle_connections;
  num_open_max_ = settings.num_connections;
  for (Address& address : addresses_) {
    address.live = std::find(settings.addresses.begin(), settings.addresses.end(), address.where) !=
                   settings.addresses.end();
    while (!address.live && !address.idle.empty()) {
      address.idle.back()->Close();
    }
  }
  for (const SocketAddress& where : settings.addresses) {
    const bool known = std::any_of(addresses_.begin(), addresses_.end(),
                                   [&](const Address& address) { return address.where == where; });
    if (!known) {
      addresses_.push_back({.where = where});
    }
  }
}

}  // namespace pkigate::gateway
