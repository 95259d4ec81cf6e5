// SPDX-License-Identifier: Apache-2.0
//
// The settings of key stores as X-Pack has them below several prefixes: `keystore.*` and
// `truststore.*` (X-SET-16 to X-SET-19, X-SET-41 to X-SET-45, X-TLS-8, X-TLS-9).
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "config/key_files.h"
#include "config/settings_reader.h"
#include "config/tls_settings.h"

namespace pkigate::config {

class XpackStores {
 public:
  // Borrows both. `prefix` ends in a dot.
  XpackStores(SettingsReader& settings, KeyFiles& files, std::string prefix)
      : settings_(settings), files_(files), prefix_(std::move(prefix)) {}

  // Type and algorithm, also of a store that is not read.
  void CheckKeyStoreWords();
  void CheckTrustStoreWords();
  // `keystore.path` is there: chain and key into `tls`, and into `trusted` whom the store trusts.
  // False when something was wrong.
  bool ReadKeyStore(TlsSettings* tls, DerList* trusted);
  // `truststore.path` is there: whom it trusts. Nothing when something was wrong.
  std::optional<DerList> ReadTrustStore();

 private:
  std::string Key(const char* name) const { return prefix_ + name; }

  SettingsReader& settings_;
  KeyFiles& files_;
  const std::string prefix_;
};

}  // namespace pkigate::config
