// SPDX-License-Identifier: Apache-2.0
//
// Request headers that X-Pack reads when it authenticates, as far as they can come to anything
// while client certificates are the only credential that a realm takes.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "identity/credentials.h"

namespace pkigate::policy::xpack_headers {

// One of the functions below would find something.
bool Decide(std::span<const identity::HeaderField> headers);

// A header by which nodes tell each other who a user is (X-AUT-76).
bool HasInternal(std::span<const identity::HeaderField> headers);

// An Authorization header that has to fail. A Basic one wins over the certificate and no realm
// takes it, as upstream (X-AUT-6, X-DEC-1); Bearer and ApiKey are not validated at the edge
// (X-DEC-2). Other schemes, and a scheme alone, are as if absent (X-AUT-8, X-AUT-9).
struct Failure {
  std::string username;                // of Basic
  std::string reason;                  // of the 401
  std::string additional_credentials;  // X-AUT-74; empty: none
};
// `answers`: the form, 7 or 8; `target`: the request's, for the text.
std::optional<Failure> FailedAuthorization(std::span<const identity::HeaderField> headers,
                                           int answers, std::string_view target);

// The user whom the caller wants to be, possibly empty (X-AUT-90).
std::optional<std::string_view> RunAs(std::span<const identity::HeaderField> headers);

}  // namespace pkigate::policy::xpack_headers
