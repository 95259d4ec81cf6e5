// SPDX-License-Identifier: Apache-2.0
//
// Counters in the Prometheus text exposition format, version 0.0.4.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gateway/counters.h"

namespace pkigate::observe {

// The sum over `workers`, one metric family after another, each with HELP and TYPE.
std::string MetricsText(const std::vector<gateway::Counters>& workers, uint64_t generation);

}  // namespace pkigate::observe
