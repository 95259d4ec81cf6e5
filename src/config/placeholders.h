// SPDX-License-Identifier: Apache-2.0
//
// `${NAME}` in the values of elasticsearch.yml and opensearch.yml, as both systems read it: the
// environment variable of that name, or what stands behind a colon in `${NAME:default}` when there
// is none. What a variable holds may have placeholders of its own.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace pkigate::config {

// The value of a variable, nothing when it is not set.
using Environment = std::function<std::optional<std::string>(std::string_view name)>;

// That of this process.
std::optional<std::string> ProcessEnvironment(std::string_view name);

// `text` with every placeholder replaced. A `${` that nothing closes is left as it is. Fails with
// `placeholder` when a variable without default is not set, stands in its own value, or the
// replacements nest deeper than limits::kPlaceholderDepthMax or grow beyond
// limits::kExpandedSettingBytesMax.
Result<std::string> ExpandPlaceholders(std::string_view text, const Environment& environment);

}  // namespace pkigate::config
