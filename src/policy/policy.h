// SPDX-License-Identifier: Apache-2.0
//
// Policy: everything that decides who a caller is, which roles they hold and what they may do under
// one dialect configuration, compiled, immutable, with its generation. Values in, values out: no
// I/O, no clock, no locks. Any number of threads may call the const methods at once, each with a
// Scratch of its own.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostics.h"
#include "base/ip_address.h"
#include "identity/credentials.h"
#include "identity/dialect.h"
#include "identity/failure_listeners.h"
#include "identity/user.h"
#include "rest/answer.h"

namespace pkigate::policy {

// Working memory of one thread for one policy: what NewScratch of that very policy made.
class Scratch {
 public:
  virtual ~Scratch() = default;
};

// What authentication came to. A default-constructed value is a refusal.
struct Authentication {
  enum class Outcome : uint8_t {
    kRefused,        // credentials were there and nobody accepted them
    kNoCredentials,  // nothing to go by
    kAuthenticated,
    // A password is being checked (Credentials::passwords said so): ask again when that is done.
    kPending,
  };
  Outcome outcome = Outcome::kRefused;
  identity::User user;             // meaningful only when authenticated
  std::vector<std::string> roles;  // mapped, sorted, without duplicates
  // For the log: which realm or domain said what, in order, in one short line.
  std::string why;
  // For the log, as errors: what kept an authenticated caller from roles it might have had.
  std::vector<std::string> problems;
  // The answer that the refusal came with, when authentication itself knows it (a header that
  // nobody may send is a 403, a wrong password a 401 with its own text); Authorize gives it on.
  std::optional<rest::Answer> refusal;
  // Whom an authenticated caller may not be run as; what Authorize says names the action.
  std::optional<std::string> run_as;
  // The caller's address by X-Forwarded-For, where that is trusted (opendistro.md, 8.2).
  std::optional<IpAddress> forwarded_for;
  // Failed logins that this request adds, to be counted once it is answered.
  std::vector<identity::LoginFailure> failures;
  // Query parameters that were read for credentials, and that no handler may find unknown.
  std::vector<std::string> parameters;
  // The client's Authorization header goes on to the upstream (authc.tokens: forward).
  bool pass_authorization = false;
  // Unix seconds after which the result must not be reused (earliest notAfter, cache.ttl).
  int64_t expires_unix = 0;
};

// The request as far as the decision needs it.
struct RequestFacts {
  std::string_view method;
  std::string_view target;  // as received, path and query
  // What the request means to the cluster (`indices:data/read/get`); empty while it is not known.
  std::string_view action;
};

// May the request pass? A default-constructed value denies.
struct Decision {
  bool allowed = false;
  rest::Answer refusal;  // the dialect's 401 or 403; meaningful only when not allowed
  std::string why;       // for the log
};

class Policy {
 public:
  virtual ~Policy() = default;

  virtual Dialect dialect() const = 0;
  // The generation this policy was compiled as; grows with every reload and every API change.
  virtual uint64_t generation() const = 0;
  virtual std::unique_ptr<Scratch> NewScratch() const = 0;

  // A credential that is neither the certificate nor the peer's address decides (Authorization), or
  // a header that makes every request refused: the outcome must not be taken from a cache keyed by
  // the certificate, nor put into one. Asked for each request; cheap, no allocation.
  virtual bool HeadersDecide(std::span<const identity::HeaderField> headers) const = 0;

  // May be kPending only if `credentials.passwords` said so.
  virtual Authentication Authenticate(const identity::Credentials& credentials,
                                      Scratch& scratch) const = 0;
  // Authenticated with at least one role (or superadmin): allowed. Authenticated without a role:
  // 403. Otherwise 401. Bodies and headers as the dialect gives them. Permissions come in here.
  virtual Decision Authorize(const Authentication& caller, const RequestFacts& request) const = 0;
  // True when `caller` may use the role-mapping API: X-Pack role `superuser`; Open Distro
  // superadmin.
  virtual bool MayManage(const Authentication& caller) const = 0;

  // Whose failed logins count (auth_failure_listeners); null: nobody's. Who has some gives each
  // worker an identity::FailureTable of them, which Credentials::blocks points to. A blocked
  // address is turned away before anything else: so whoever keeps outcomes must ask
  // AddressIsBlocked before using a kept one.
  virtual std::shared_ptr<const identity::FailureListeners> failure_listeners() const {
    return nullptr;
  }
};

}  // namespace pkigate::policy
