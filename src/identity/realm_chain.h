// SPDX-License-Identifier: Apache-2.0
//
// RealmChain: X-Pack's realms in the order in which they are asked (xpack.md, 2.3 to 2.6 and 2.9).
// The first realm that reads a token from the request decides its kind; then every realm that takes
// that kind is asked until one accepts. Immutable.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "identity/credentials.h"
#include "identity/password_realm.h"
#include "identity/pki_realm.h"
#include "identity/user.h"
#include "match/scratch.h"

namespace pkigate::identity {

class RealmChain {
 public:
  // Exactly one of the two.
  struct Realm {
    std::unique_ptr<const PkiRealm> pki;
    std::unique_ptr<const PasswordRealm> passwords;
    // Of a pki realm: where its users are looked up instead of having roles mapped; positions in
    // the chain, never its own (X-SET-21).
    std::vector<size_t> authorization_realms;
  };

  struct Outcome {
    enum class Kind : uint8_t { kNoToken, kRefused, kAuthenticated, kPending };
    Kind kind = Kind::kNoToken;
    // When refused, of it only username and principal: what the token says.
    User user;
    // Of a user whose roles are not for mappings to tell.
    std::vector<std::string> roles;
    // The pki realm whose mappings give the roles; its position. Else nothing.
    std::optional<size_t> mapped_by;
    // Unix seconds until which this holds: cache.ttl and the certificates.
    int64_t expires_unix = 0;
    std::string why;  // for the log: who said what, one line
  };

  struct Found {
    User user;
    std::vector<std::string> roles;
    bool enabled = true;
  };

  RealmChain() = default;
  // In chain order, the reserved realm first if there is one (X-AUT-6, X-AUT-40).
  explicit RealmChain(std::vector<Realm> realms) : realms_(std::move(realms)) {}

  const std::vector<Realm>& realms() const { return realms_; }

  // Whom the presented chain names (X-AUT-4); kNoToken when no realm reads a username from it.
  Outcome ByCertificate(const Credentials& credentials, match::Scratch& scratch) const;

  // Whose name and password these are (X-AUT-5): kRefused when no realm says so.
  Outcome ByPassword(std::string_view username, std::string_view password,
                     const Credentials& credentials) const;

  // The user as another caller may act for it (X-AUT-91, X-AUT-94).
  std::optional<Found> Lookup(std::string_view username) const;

 private:
  // What realm `index` makes of a chain whose username it has; nothing when it does not accept.
  std::optional<Outcome> AcceptedBy(size_t index, const Credentials& credentials,
                                    const std::string& dn, match::Scratch& scratch,
                                    std::string* why) const;
  // X-AUT-60: the user of that name in the authorization realms of `realm`.
  std::optional<Found> LookupFor(const Realm& realm, std::string_view username) const;
  // X-AUT-94: a pki realm knows nobody by name.
  static std::optional<Found> LookupIn(const Realm& realm, std::string_view username);
  std::string NamesOf(const std::vector<size_t>& realms) const;

  std::vector<Realm> realms_;
};

}  // namespace pkigate::identity
