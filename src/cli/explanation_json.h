// SPDX-License-Identifier: Apache-2.0
//
// An Explanation as one line of JSON (docs/operations.md has the members).
#pragma once

#include <string>

#include "cli/explanation.h"

namespace pkigate::cli {

std::string ExplanationJson(const Explanation& explanation);

}  // namespace pkigate::cli
