// SPDX-License-Identifier: Apache-2.0
//
// CPU time of other processes, all their threads together, in nanoseconds.
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"

namespace pkigate::load {

// The sum over `pids`. Threads that have ended count too only as far as the kernel still shows
// them, so ask about processes whose threads live for the whole measurement.
Result<uint64_t> ProcessCpuNanos(const std::vector<int>& pids);

}  // namespace pkigate::load
