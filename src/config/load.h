// SPDX-License-Identifier: Apache-2.0
//
// Loading a complete configuration: pkigate.yml and, for each listener, its dialect's files.
#pragma once

#include <optional>
#include <string>

#include "base/diagnostics.h"
#include "config/settings.h"

namespace pkigate::config {

// Reads everything `path` refers to. Yields settings only when `diagnostics` holds no error; every
// problem found is reported, not just the first. Reads files, starts nothing, binds nothing.
std::optional<Settings> Load(const std::string& path, Diagnostics& diagnostics);

}  // namespace pkigate::config
