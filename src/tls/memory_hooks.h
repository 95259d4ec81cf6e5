// SPDX-License-Identifier: Apache-2.0
//
// BoringSSL allocates through three weak functions if the program defines them. Ours do (a library
// left without them would import the three names dynamically, where any shared object could supply
// them), and count what they hand out, so that TLS memory can be seen.
#pragma once

#include <cstdint>

namespace pkigate::tls {

// Bytes BoringSSL has allocated on this thread minus those it has freed on it, as it asked for
// them. Objects freed by another thread than their maker's shift the balance between the two.
int64_t LibraryBytes();

// Does nothing. The library refers to the hooks weakly, and a linker takes no file out of an
// archive for a weak reference: whoever calls this makes it take ours.
void LinkMemoryHooks();

}  // namespace pkigate::tls
