// SPDX-License-Identifier: Apache-2.0
//
// What the build decided. One implementation is chosen in meson.build: with mimalloc, or, in
// sanitizer builds, without.
#pragma once

#include <string>

namespace pkigate::cli {

// Name and version of the allocator in use.
std::string AllocatorText();

}  // namespace pkigate::cli
