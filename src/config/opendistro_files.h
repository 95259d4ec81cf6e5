// SPDX-License-Identifier: Apache-2.0
//
// A listener's Open Distro or OpenSearch files: elasticsearch.yml (opensearch.yml), config.yml,
// roles_mapping.yml, roles.yml (docs/spec/opendistro.md, 1, 2, 4).
#pragma once

#include "base/diagnostics.h"
#include "config/dialect_files.h"

namespace pkigate::config {

// Everything that is wrong goes to `diagnostics`; the result is of use only without errors there.
DialectFiles ReadOpendistroFiles(const DialectFilesInput& input, Diagnostics& diagnostics);

}  // namespace pkigate::config
