// SPDX-License-Identifier: Apache-2.0
#include "base/assert.h"

#include <cstdio>
#include <cstdlib>

namespace pkigate::detail {

void AssertionFailed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "pkigate: invariant broken: %s (%s:%d)\n", condition, file, line);
  std::abort();
}

}  // namespace pkigate::detail
