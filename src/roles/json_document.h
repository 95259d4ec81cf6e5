// SPDX-License-Identifier: Apache-2.0
//
// A management request's JSON body as a tree: RFC 8259, bounded depth, and no key twice in an
// object, since two readers could take different ones. What a system reads beyond the RFC is asked
// for by name.
#pragma once

#include <nlohmann/json.hpp>

#include <string_view>

#include "base/result.h"

namespace pkigate::roles {

using Json = nlohmann::ordered_json;

struct JsonSyntax {
  bool comments = false;           // `/* */` and `//`
  bool ignore_text_after = false;  // what follows the closing bracket of the document
};

// Errors: `json_malformed`, `json_duplicate_key`, `json_too_deep`; the message tells where.
Result<Json> ParseJson(std::string_view text, JsonSyntax syntax = {});

// What X-Pack calls a value in its messages: `START_OBJECT`, `VALUE_NULL`, ...
const char* TokenName(const Json& json);

}  // namespace pkigate::roles
