// SPDX-License-Identifier: Apache-2.0
//
// Where in an operator's file something was written, kept with what was read from it so that a
// problem found later can still name the place.
#pragma once

#include <string>

namespace pkigate {

struct SourceLine {
  std::string file;  // as the operator would open it; empty: no file
  int line = 0;      // 1-based; 0: unknown, or the file as a whole

  bool operator==(const SourceLine&) const = default;
};

}  // namespace pkigate
