// SPDX-License-Identifier: Apache-2.0
//
// Domain: one Open Distro authenticator, compiled: where in a request its credentials are, and how
// it asks for some. Whether they are right, and what comes before and after it, is for the chain
// (domain_chain.h). Immutable.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "identity/credentials.h"
#include "identity/header_watch.h"
#include "identity/user.h"
#include "match/scratch.h"

namespace pkigate::identity {

// What a domain is shown of a request. Borrowed for the length of one call.
struct DomainRequest {
  const Credentials& credentials;
  std::string_view principal;  // of the certificate; empty: none
  // The caller's address came from a proxy that is trusted (opendistro.md, 8.2: "xff done").
  bool forwarded = false;
  match::Scratch& scratch;
};

// What it found there.
struct FoundCredentials {
  enum class Kind : uint8_t {
    kNothing,   // none of its kind
    kUnusable,  // what upstream throws on: the domain is passed over and does not even challenge
    kUser,
  };
  Kind kind = Kind::kNothing;
  User user;             // name, backend roles and attributes, as far as the credentials say
  std::string password;  // secret; empty: none
  std::string why;       // without a user: the reason, in a few words without secrets

  static FoundCredentials Nothing(std::string why) {
    FoundCredentials found;
    found.why = std::move(why);
    return found;
  }
  static FoundCredentials Unusable(std::string why) {
    FoundCredentials found = Nothing(std::move(why));
    found.kind = Kind::kUnusable;
    return found;
  }
};

// No user has such a name: it ends up in logs and in headers.
inline bool HasControlCharacter(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F;
  });
}

// The 401 that a domain asks with.
enum class Challenge : uint8_t { kNone, kBasic, kBearer };

class Domain {
 public:
  virtual ~Domain() = default;

  virtual std::string_view type() const = 0;
  virtual FoundCredentials Find(const DomainRequest& request) const = 0;
  virtual Challenge challenge() const { return Challenge::kNone; }
  // The query parameter it may find credentials in; empty: none.
  virtual std::string_view parameter() const { return {}; }
  // Adds what it reads beside the certificate.
  virtual void AddReadTo(HeaderWatch&) const {}
  // Makes `scratch` fit for Find.
  virtual void ReserveIn(match::Scratch&) const {}
};

}  // namespace pkigate::identity
