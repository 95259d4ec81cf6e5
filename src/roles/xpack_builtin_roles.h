// SPDX-License-Identifier: Apache-2.0
//
// The roles that X-Pack brings along, by name (docs/spec/xpack.md, 5.4): those of 7.17, with the
// older names it has dropped.
#pragma once

#include <span>
#include <string_view>

namespace pkigate::roles {

// In alphabetical order.
std::span<const std::string_view> XpackBuiltinRoles();

bool IsXpackBuiltinRole(std::string_view name);

}  // namespace pkigate::roles
