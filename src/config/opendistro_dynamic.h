// SPDX-License-Identifier: Apache-2.0
//
// config.yml: what decides over HTTP callers (docs/spec/opendistro.md, section 2).
#pragma once

#include <string>

#include "base/diagnostics.h"
#include "config/opendistro_settings.h"
#include "identity/dialect.h"
#include "policy/model.h"

namespace pkigate::config {

// Reads the file `path` into `model`: the domains and how host names are compared. `node` holds the
// settings that decide whether some of its keys count.
void ReadOpendistroDynamic(const std::string& path, Dialect dialect, const OpendistroNode& node,
                           Diagnostics& diagnostics, policy::OpendistroModel* model);

}  // namespace pkigate::config
