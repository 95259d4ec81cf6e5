// SPDX-License-Identifier: Apache-2.0
#include "cli/version.h"

#include <fmt/format.h>

#include "cli/build_info.h"

namespace pkigate::cli {

std::string VersionText() {
  return fmt::format("pkigate {}\nallocator: {}\n", PKIGATE_VERSION, AllocatorText());
}

}  // namespace pkigate::cli
