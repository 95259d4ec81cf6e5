// SPDX-License-Identifier: Apache-2.0
//
// The Authorization header as each dialect reads it. Both read Basic by java.util.Base64, which
// does without padding, and take what is not UTF-8 for U+FFFD; so do we, for user name and password
// alike. All else differs: which of several headers counts, what an ill-formed one comes to, which
// user names may be.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "identity/credentials.h"
#include "identity/dialect.h"

namespace pkigate::identity {

// X-Pack (X-AUT-7 to X-AUT-9): the first header counts.
struct XpackAuthorization {
  enum class Kind : uint8_t {
    kNone,      // no header, another scheme, or a scheme alone
    kBasic,     // username (may be empty) and password
    kBadBasic,  // `problem`: 401, whatever else the request brings
    kBearer,
    kApiKey,
  };
  Kind kind = Kind::kNone;
  std::string username;
  std::string password;      // secret
  std::string_view problem;  // upstream's words; a literal
};
XpackAuthorization ReadXpackAuthorization(std::span<const HeaderField> headers);

// Open Distro, authenticator `basic` (opendistro.md, 3.5): Open Distro looks at the first header,
// OpenSearch at the last.
struct OpendistroBasic {
  enum class Kind : uint8_t {
    kNone,      // no credentials: no header, another scheme, no colon, no user name
    kBasic,     // username (not empty) and password (may be)
    kBadBasic,  // an exception upstream: the domain is passed over, not even challenging
  };
  Kind kind = Kind::kNone;
  std::string username;
  std::string password;  // secret
};
OpendistroBasic ReadOpendistroBasic(std::span<const HeaderField> headers, Dialect dialect);

// The first, or last, header of that name in any case, of those with a value as received; null when
// there is none.
const HeaderField* FirstHeader(std::span<const HeaderField> headers, std::string_view name);
const HeaderField* LastHeader(std::span<const HeaderField> headers, std::string_view name);

}  // namespace pkigate::identity
