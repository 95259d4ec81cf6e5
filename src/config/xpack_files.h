// SPDX-License-Identifier: Apache-2.0
//
// A listener's X-Pack files: elasticsearch.yml and what it names (docs/spec/xpack.md, 1 and 3.1).
#pragma once

#include "base/diagnostics.h"
#include "config/dialect_files.h"

namespace pkigate::config {

// Everything that is wrong goes to `diagnostics`; the result is of use only without errors there.
DialectFiles ReadXpackFiles(const DialectFilesInput& input, Diagnostics& diagnostics);

}  // namespace pkigate::config
