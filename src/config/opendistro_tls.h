// SPDX-License-Identifier: Apache-2.0
//
// `<prefix>ssl.http.*` (docs/spec/opendistro.md, 1.1).
#pragma once

#include "config/dialect_files.h"
#include "config/key_files.h"
#include "config/opendistro_settings.h"
#include "config/tls_settings.h"

namespace pkigate::config {

// Fills `tls` (all but `alpn`). Problems go to the reader's diagnostics.
void ReadOpendistroTls(OpendistroSettings& settings, KeyFiles& files,
                       const DialectFilesInput& input, TlsSettings* tls);

}  // namespace pkigate::config
