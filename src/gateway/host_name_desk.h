// SPDX-License-Identifier: Apache-2.0
//
// Where a worker's requests have addresses named, without ever waiting.
//
//   HostNameInquiry   one request: the address it asks about, and the answer once it is there
//   HostNameDesk      the worker: remembers names for a while, and takes what it does not know to
//                     the resolver; equal questions that wait at once are asked once
//
// As with passwords (password_desk.h) a request whose answer is not there yet waits and is then
// authenticated once more. An address that cannot be asked about now has no name: that maps fewer
// roles, never more.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/ip_address.h"
#include "gateway/counters.h"
#include "gateway/host_name_pool.h"
#include "identity/host_names.h"
#include "ring/ring.h"

namespace pkigate::gateway {

class HostNameDesk;

// Who is told that an answer is in.
class HostNameWaiter {
 public:
  virtual void OnHostName() = 0;

 protected:
  ~HostNameWaiter() = default;
};

class HostNameInquiry final : public identity::HostNames {
 public:
  // `desk` and `waiter` outlive the inquiry.
  HostNameInquiry(HostNameDesk& desk, HostNameWaiter& waiter) : desk_(desk), waiter_(waiter) {}
  HostNameInquiry(const HostNameInquiry&) = delete;
  HostNameInquiry& operator=(const HostNameInquiry&) = delete;
  ~HostNameInquiry() { Reset(); }

  Verdict Find(const IpAddress& address, std::string* name) override;
  bool waiting() const { return waiting_; }
  // Waits no longer: for this request the address has no name.
  void GiveUp();
  // Ready for the next request: nothing of this one is known or waited for any more.
  void Reset();

 private:
  friend class HostNameDesk;

  // From the desk.
  void OnAnswer(const std::string& name);

  HostNameDesk& desk_;
  HostNameWaiter& waiter_;
  bool waiting_ = false;
  std::optional<IpAddress> address_;  // asked about
  std::string name_;                  // empty: none, or not known yet
};

class HostNameDesk {
 public:
  // All outlive the desk. `mailbox` is the worker's own.
  HostNameDesk(HostNamePool& pool, ring::Mailbox<WorkerMessage>& mailbox, const ring::Ring& clock,
               Counters& counters)
      : pool_(pool), mailbox_(mailbox), clock_(clock), counters_(counters) {}
  HostNameDesk(const HostNameDesk&) = delete;
  HostNameDesk& operator=(const HostNameDesk&) = delete;

  // An answer has come in; whoever waits for it is told, which may be nobody any more.
  void OnFound(const HostNameFound& found);

 private:
  friend class HostNameInquiry;
  struct AddressHash {
    size_t operator()(const IpAddress& address) const noexcept;
  };
  struct Known {
    std::string name;  // empty: none
    uint64_t until_ms = 0;
  };
  using Names = std::unordered_map<IpAddress, Known, AddressHash>;

  // Null: not known.
  const std::string* Remembered(const IpAddress& address);
  void Remember(const IpAddress& address, const std::string& name);
  // False: refused.
  bool Ask(const IpAddress& address, HostNameInquiry& inquiry);
  void Forget(const HostNameInquiry& inquiry);

  HostNamePool& pool_;
  ring::Mailbox<WorkerMessage>& mailbox_;
  const ring::Ring& clock_;
  Counters& counters_;
  // Two halves of a bounded table: when the younger is full, the older goes.
  Names younger_;
  Names older_;
  // As many as the pool takes.
  std::unordered_map<IpAddress, std::vector<HostNameInquiry*>, AddressHash> waiting_;
};

}  // namespace pkigate::gateway
