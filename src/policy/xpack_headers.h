// SPDX-License-Identifier: Apache-2.0
//
// Request headers that X-Pack reads when it authenticates, besides the credentials themselves.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "identity/credentials.h"
#include "identity/header_watch.h"

namespace pkigate::policy::xpack_headers {

// The headers that the functions below, or the credentials, are read from.
void AddReadTo(identity::HeaderWatch& watch);

// A header by which nodes tell each other who a user is (X-AUT-76).
bool HasInternal(std::span<const identity::HeaderField> headers);

// A header that may have one value, sent with several different ones: its name. Both Elasticsearch
// 7.10 and 8.19 answer 400 before anybody authenticates.
std::optional<std::string_view> Contradiction(std::span<const identity::HeaderField> headers);

// The user whom the caller wants to be, possibly empty (X-AUT-90).
std::optional<std::string_view> RunAs(std::span<const identity::HeaderField> headers);

}  // namespace pkigate::policy::xpack_headers
