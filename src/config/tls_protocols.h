// SPDX-License-Identifier: Apache-2.0
//
// The list of TLS versions both dialects write alike (`TLSv1.3, TLSv1.2`), and the list of cipher
// suites.
#pragma once

#include <string>

#include "config/settings_reader.h"
#include "config/tls_settings.h"

namespace pkigate::config {

// Reads the list `key`, if it is there and not empty, into version_min and version_max. TLS 1.1 and
// 1.0 are no longer spoken: left out with a warning, an error when nothing is left. SSL is an error
// (X-TLS-4).
void ReadTlsProtocols(SettingsReader& settings, const std::string& key, TlsSettings* tls);

// Reads the list `key` of IANA (Java) names. Which of them the TLS library has, and what becomes of
// the others (X-TLS-5), is found out where contexts are built (src/tls).
void ReadCipherSuites(SettingsReader& settings, const std::string& key, TlsSettings* tls);

}  // namespace pkigate::config
