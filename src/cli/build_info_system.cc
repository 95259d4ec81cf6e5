// SPDX-License-Identifier: Apache-2.0
#include "cli/build_info.h"

namespace pkigate::cli {

std::string AllocatorText() { return "system (sanitizer build)"; }

}  // namespace pkigate::cli
