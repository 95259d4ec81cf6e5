// SPDX-License-Identifier: Apache-2.0
//
// Failed logins, as the chain of domains sees them (opendistro.md, 2.3): whom it has to turn away
// because of earlier ones, and what it reports of its own. The policy only asks and reports; the
// counting is somebody else's (identity/failure_table.h), because a policy is immutable.
#pragma once

#include <string>
#include <string_view>

#include "base/ip_address.h"

namespace pkigate::identity {

// One failure to be counted.
struct LoginFailure {
  // Empty: a failure of the peer's address; else of `username` at this authentication backend.
  std::string backend;
  std::string username;
};

// Who is turned away at this moment. Asked on the request path: must not block.
class LoginBlocks {
 public:
  virtual ~LoginBlocks() = default;
  virtual bool AddressIsBlocked(const IpAddress& peer) const = 0;
  virtual bool UserIsBlocked(std::string_view backend, std::string_view username) const = 0;
};

}  // namespace pkigate::identity
