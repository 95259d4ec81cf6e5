// SPDX-License-Identifier: Apache-2.0
//
// A configuration loaded and compiled as the gateway would, for commands that answer a question
// about it and end.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "base/diagnostics.h"
#include "config/settings.h"
#include "gateway/snapshot.h"
#include "policy/model.h"

namespace pkigate::cli {

struct LoadedConfiguration {
  config::Settings settings;  // each listener's model has the store's objects laid over
  std::shared_ptr<const gateway::Snapshot> snapshot;
};

// Nothing if it cannot be used; the errors are in `diagnostics`, beside warnings. The management
// API's mappings count as far as their store can be read beside a running gateway: else a warning
// says that the answer speaks of the files alone.
std::optional<LoadedConfiguration> LoadConfiguration(const std::string& path,
                                                     Diagnostics& diagnostics);

// By name, or the first of a layer (`http`, `transport`); the first of all when `wanted` is empty.
// The number of listeners when there is none.
size_t FindListener(const config::Settings& settings, const std::string& wanted);

// Each on a line of standard error.
void PrintForPeople(const Diagnostics& diagnostics);

int64_t SystemNowUnix();

}  // namespace pkigate::cli
