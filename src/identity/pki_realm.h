// SPDX-License-Identifier: Apache-2.0
//
// PkiRealm: one X-Pack pki realm, compiled. It takes the username from the subject of a client
// certificate and checks the chain against its own trust (xpack.md, 2.2 and 2.3). Immutable.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "identity/credentials.h"
#include "identity/pki_realm_model.h"
#include "identity/user.h"
#include "match/java_regex.h"
#include "match/scratch.h"

namespace pkigate::identity {

class PkiRealm {
 public:
  // Checks everything the settings can get wrong. Codes: `username_pattern` (X-SET-52, X-SET-53),
  // `username_rdn` (X-SET-14, X-SET-49, X-SET-50), `cache_ttl` (X-SET-55).
  static Result<std::unique_ptr<const PkiRealm>> Compile(const PkiRealmModel& model);

  const std::string& name() const { return name_; }
  int64_t cache_ttl_seconds() const { return cache_ttl_seconds_; }

  // The username this realm reads from a subject, given as Name and as its JDK form; nothing when
  // it has no token for it (X-AUT-4, X-AUT-21, X-AUT-24).
  std::optional<std::string> UsernameOf(const x509::Name& subject, const std::string& jdk_form,
                                        match::Scratch& scratch) const;

  // Whether this realm trusts the chain (X-AUT-30, X-AUT-31), and until when that may be relied on
  // (unix seconds); nothing if it does not, and then `why` says what is wrong.
  std::optional<int64_t> TrustsUntil(const x509::PeerChain& chain, int64_t now_unix,
                                     std::string* why) const;

 private:
  PkiRealm() = default;

  std::string name_;
  std::optional<match::JavaRegex> username_pattern_;
  std::string username_oid_;  // takes the pattern's place when not empty (X-SET-51)
  bool strict_username_ = false;
  std::shared_ptr<const x509::TrustStore> trust_;
  int64_t cache_ttl_seconds_ = 0;
};

}  // namespace pkigate::identity
