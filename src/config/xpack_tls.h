// SPDX-License-Identifier: Apache-2.0
//
// xpack.security.http.ssl.*, with the common fallback xpack.ssl.* of 5.x and 6.x
// (docs/spec/xpack.md, 1.4).
#pragma once

#include "config/dialect_files.h"
#include "config/key_files.h"
#include "config/settings_reader.h"
#include "config/tls_settings.h"
#include "config/xpack_realm_list.h"

namespace pkigate::config {

// Fills `tls` (all but `alpn`). Problems go to the reader's diagnostics.
void ReadXpackTls(SettingsReader& settings, KeyFiles& files, const DialectFilesInput& input,
                  XpackForm form, TlsSettings* tls);

// Whether the transport layer asks for certificates, as its settings say (for X-SET-54). Marks the
// keys of xpack.security.transport.ssl as known.
bool XpackTransportAsksForCertificates(SettingsReader& settings);

}  // namespace pkigate::config
