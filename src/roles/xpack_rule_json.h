// SPDX-License-Identifier: Apache-2.0
//
// Rules as parts of a larger JSON tree; for xpack_mapping.cc.
#pragma once

#include <string_view>

#include "roles/json_document.h"
#include "roles/xpack_rule.h"

namespace pkigate::roles {

// As ParseRule and RenderRule, on trees.
Result<Rule> RuleFromJson(std::string_view owner, const Json& json);
Json RuleJson(const Rule& rule);

}  // namespace pkigate::roles
