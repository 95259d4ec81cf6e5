// SPDX-License-Identifier: Apache-2.0
//
// KeyFiles: the files with keys, certificates and revocation lists that settings name: read,
// parsed, checked against each other. Problems name the setting's place, its key and the file.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/source_line.h"
#include "config/settings_reader.h"
#include "config/tls_settings.h"
#include "x509/trust_store.h"

namespace pkigate::config {

using DerList = std::vector<std::vector<uint8_t>>;

// The keys of the settings that name a server's certificate chain, its private key, and the
// passphrase of the key (which may be absent).
struct KeyMaterialKeys {
  std::string certificate;
  std::string private_key;
  std::string passphrase;
};

class KeyFiles {
 public:
  // Borrows `settings`. Relative paths start from `directory`.
  KeyFiles(SettingsReader& settings, std::string directory, int64_t now_unix)
      : settings_(settings), directory_(std::move(directory)), now_unix_(now_unix) {}

  // Chain (leaf first) and key into `tls`; both settings must be there. The key must belong to the
  // leaf; a leaf outside its validity is a warning. False when something was wrong.
  bool ReadKeyMaterial(const KeyMaterialKeys& keys, TlsSettings* tls);

  // The certificates of the file that `value` of the setting `key` names.
  std::optional<DerList> Certificates(const std::string& key, const SettingValue& value);
  // Those of every file that the list `key` names; nothing when any is wrong.
  std::optional<DerList> CertificatesOfList(const std::string& key);
  std::optional<DerList> Crls(const std::string& key, const SettingValue& value);
  // Those of listeners[].crl_file, which stands at `where`.
  std::optional<DerList> CrlsOfGateway(const std::string& path, const SourceLine& where);

  // A trust store of `anchors`, reported at the setting `key` when they cannot be one. Null then.
  std::shared_ptr<const x509::TrustStore> MakeTrust(const std::string& key,
                                                    std::span<const std::vector<uint8_t>> anchors,
                                                    std::span<const std::vector<uint8_t>> crls,
                                                    const x509::TrustOptions& options);

 private:
  // The content of a file, or nothing, reported.
  std::optional<std::string> Content(const std::string& key, const SettingValue& value,
                                     std::string* path);
  void WarnAboutValidity(const std::string& key, const std::vector<uint8_t>& leaf);

  SettingsReader& settings_;
  const std::string directory_;
  const int64_t now_unix_;
};

// The trust of both emulated systems is the JDK's: X-AUT-31.
x509::TrustOptions JdkTrustOptions(bool allow_sha1);

}  // namespace pkigate::config
