// SPDX-License-Identifier: Apache-2.0
//
// A management request's JSON body as a tree: strict RFC 8259, one document, bounded depth, and no
// key twice in an object, since two readers could take different ones.
#pragma once

#include <nlohmann/json.hpp>

#include <string_view>

#include "base/result.h"

namespace pkigate::roles {

using Json = nlohmann::ordered_json;

// Errors: `json_malformed`, `json_duplicate_key`, `json_too_deep`; the message tells where.
Result<Json> ParseJson(std::string_view text);

}  // namespace pkigate::roles
