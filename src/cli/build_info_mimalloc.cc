// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <mimalloc.h>

#include "cli/build_info.h"

namespace pkigate::cli {

// Calling into the library also keeps the linker from dropping it, since nothing else names it:
// it takes the place of malloc and operator new.
std::string AllocatorText() {
  const int version = ::mi_version();
  return fmt::format("mimalloc {}.{}.{}", version / 100, version / 10 % 10, version % 10);
}

}  // namespace pkigate::cli
