// SPDX-License-Identifier: Apache-2.0
//
// The outcome of a run, for people and for machines.
#pragma once

#include <cstdint>
#include <string>

#include "load/plan.h"
#include "load/tally.h"

namespace pkigate::load {

struct Outcome {
  Tally tally;
  double seconds = 0;      // measured, without warm-up
  uint64_t cpu_nanos = 0;  // of the watched processes, in that time
};

std::string ReportTable(const Plan& plan, const Outcome& outcome);
// One JSON object on one line.
std::string ReportJson(const Plan& plan, const Outcome& outcome);

}  // namespace pkigate::load
