// SPDX-License-Identifier: Apache-2.0
//
// pkigate.yml: the gateway's own settings. Documented key by key in docs/configuration.md.
#pragma once

#include <string>

#include "base/diagnostics.h"
#include "config/settings.h"

namespace pkigate::config {

// Reads `path` into `settings`: everything but what comes from the listeners' dialect files
// (Listener::tls but for its `alpn`, Listener::model). Relative paths in it are taken from the
// folder of `path` and become absolute. False when the file is no YAML at all; other problems are
// in `diagnostics`, and `settings` then holds what could be read.
bool ReadGatewayFile(const std::string& path, Settings* settings, Diagnostics& diagnostics);

}  // namespace pkigate::config
