// SPDX-License-Identifier: Apache-2.0
//
// JSON as Elasticsearch writes it: compact, or indented by two blanks with ` : ` between name and
// value, `[ ]` and `{ }` when empty, and a line feed at the end (`?pretty`).
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace pkigate::api {

// Members in the order in which they were added.
using Json = nlohmann::ordered_json;

std::string WriteJson(const Json& value, bool pretty);

}  // namespace pkigate::api
