// SPDX-License-Identifier: Apache-2.0
//
// The query parameters that decide who a caller is, where both dialects of Open Distro read some
// (`force_login`, `auth_type`, a token).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace pkigate::identity {

// The value of the parameter `name` in the query of `target`, decoded: `+` is a blank, a `%` that
// begins no escape stands for itself. Of several the last one counts; one without `=` is empty.
// Nothing when there is none.
std::optional<std::string> QueryParameter(std::string_view target, std::string_view name);

}  // namespace pkigate::identity
