// SPDX-License-Identifier: Apache-2.0
//
// PKIGATE_ASSERT: what must hold whatever a peer, an operator or the machine does. It stays in
// release builds: a gateway with a broken invariant stops with the place, it never limps on.
#pragma once

namespace pkigate::detail {
[[noreturn]] void AssertionFailed(const char* condition, const char* file, int line);
}

#define PKIGATE_ASSERT(condition)                                          \
  do {                                                                     \
    if (!(condition)) [[unlikely]] {                                       \
      ::pkigate::detail::AssertionFailed(#condition, __FILE__, __LINE__);  \
    }                                                                      \
  } while (false)
