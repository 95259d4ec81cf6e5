// SPDX-License-Identifier: Apache-2.0
//
// config.yml: what decides over HTTP callers (docs/spec/opendistro.md, section 2).
#pragma once

#include <string>

#include "base/diagnostics.h"
#include "config/opendistro_settings.h"
#include "config/yaml_reader.h"
#include "identity/dialect.h"
#include "policy/model.h"

namespace pkigate::config {

// Reads the file `path` into `model`: the domains, who is turned away, whose address counts, how
// host names are compared. `node` holds the settings that decide whether some of its keys count.
void ReadOpendistroDynamic(const std::string& path, Dialect dialect, const OpendistroNode& node,
                           Diagnostics& diagnostics, policy::OpendistroModel* model);
// The same for `dynamic`, what stands under `config.dynamic` of a file.
void ReadOpendistroDynamic(const YamlNode& dynamic, const YamlContext& context, Dialect dialect,
                           const OpendistroNode& node, policy::OpendistroModel* model);

}  // namespace pkigate::config
