// SPDX-License-Identifier: Apache-2.0
//
// `?filter_path=`: which members of an answer to send (X-API-3).
//
// A pattern is member names joined by dots; `*` stands for any run of characters in one name, `**`
// for any number of names, `\.` for a dot in a name. A pattern with a leading `-` leaves members
// out. With patterns that keep, only what one of them reaches stays; arrays are looked through as
// if their elements stood in their place; what is left empty goes.
#pragma once

#include <string>
#include <vector>

#include "api/json_writer.h"

namespace pkigate::api {

// The part of `value` that `patterns` ask for; `{}` when nothing is.
Json FilterPath(const Json& value, const std::vector<std::string>& patterns);

}  // namespace pkigate::api
