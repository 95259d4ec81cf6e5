// SPDX-License-Identifier: Apache-2.0
//
// HostNames: what the name service calls an address, for `hosts_resolver_mode: ip-hostname-lookup`
// (opendistro.md, 4.4). A question to the network takes its time, so, as with passwords
// (password_checker.h), who is asked may say that the answer is not there yet.
#pragma once

#include <cstdint>
#include <string>

#include "base/ip_address.h"

namespace pkigate::identity {

class HostNames {
 public:
  enum class Verdict : uint8_t { kNone, kFound, kPending };

  virtual ~HostNames() = default;
  // kFound fills `name`.
  virtual Verdict Find(const IpAddress& address, std::string* name) = 0;
};

}  // namespace pkigate::identity
