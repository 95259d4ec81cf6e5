// SPDX-License-Identifier: Apache-2.0
//
// KeyFiles: the files with keys, certificates and revocation lists that settings name, PEM or key
// stores: read, parsed, checked against each other. Problems name the setting's place, its key and
// the file; never a password. Nothing is remembered: a reload reads every file again.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/source_line.h"
#include "config/secure_settings.h"
#include "config/settings_reader.h"
#include "config/tls_settings.h"
#include "x509/key_store.h"
#include "x509/trust_store.h"

namespace pkigate::config {

using DerList = std::vector<std::vector<uint8_t>>;

// The keys of a password's settings.
struct PasswordKeys {
  std::string plain;
  std::string secure;  // among the secure settings; empty: the dialect has none
};

// The keys of the settings that name a server's certificate chain, its private key, and the
// passphrase of the key (which may be absent).
struct KeyMaterialKeys {
  std::string certificate;
  std::string private_key;
  PasswordKeys passphrase;
};

// The keys of the settings of a key store.
struct StoreKeys {
  std::string path;
  PasswordKeys password;
  std::string alias;                    // empty: the dialect has no such setting
  std::string_view default_password{};  // where no setting gives one
};

// Whom a trust store trusts, beside the certificates that are there as such.
enum class StoreTrust : uint8_t {
  kCertificates,     // nobody else: Open Distro
  kAndLeavesOfKeys,  // the leaves of the chains of its keys, as the JDK's trust managers: X-Pack
};

class KeyFiles {
 public:
  // Borrows `settings` and `secrets`. Relative paths start from `directory`.
  KeyFiles(SettingsReader& settings, SecureSettings& secrets, std::string directory,
           int64_t now_unix)
      : settings_(settings),
        secrets_(secrets),
        directory_(std::move(directory)),
        now_unix_(now_unix) {}

  // Chain (leaf first) and key into `tls`; both settings must be there. The key must belong to the
  // leaf; a leaf outside its validity is a warning. False when something was wrong.
  bool ReadKeyMaterial(const KeyMaterialKeys& keys, TlsSettings* tls);
  // The same from a key store; `key_password` defaults to the store's. Of several keys the one that
  // the alias names, else the first, with a warning. Appends to `trusted` (which may be null) the
  // certificates that the store trusts.
  bool ReadKeyStore(const StoreKeys& keys, const PasswordKeys& key_password, TlsSettings* tls,
                    DerList* trusted);

  // The certificates of the file that `value` of the setting `key` names.
  std::optional<DerList> Certificates(const std::string& key, const SettingValue& value);
  // Those of every file that the list `key` names; nothing when any is wrong.
  std::optional<DerList> CertificatesOfList(const std::string& key);
  // Those that the store trusts; none is a warning.
  std::optional<DerList> CertificatesOfStore(const StoreKeys& keys, StoreTrust trust);
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
  // Reports a key that does not belong to the leaf, and warns about a leaf out of time.
  bool CheckPair(const std::string& certificate_key, const std::string& private_key_key,
                 const std::string& private_key_path, const std::string& certificate_path,
                 const DerList& chain, const std::vector<uint8_t>& key);
  void WarnAboutValidity(const std::string& key, const std::vector<uint8_t>& leaf);
  // False when something was wrong; without any setting `out` stays as it is.
  bool Password(const PasswordKeys& keys, std::string* out);
  // An opened store, its path and its password; nothing, reported, if it does not open.
  struct OpenedStore {
    x509::KeyStore store;
    std::string path;
    std::string password;
  };
  std::optional<OpenedStore> OpenStore(const StoreKeys& keys);
  const x509::KeyStoreEntry* ChooseKey(const StoreKeys& keys, const OpenedStore& opened);
  void ReportStore(const std::string& path_key, const PasswordKeys& password,
                   const std::string& path, const Error& error);

  SettingsReader& settings_;
  SecureSettings& secrets_;
  const std::string directory_;
  const int64_t now_unix_;
};

// The setting `key`, if it is there, must name a format of stores that is read: JKS, PKCS12 or PFX,
// in any case. It has no effect, as the JDK reads either whatever the type is: content decides.
void CheckStoreType(SettingsReader& settings, const std::string& key);

// The trust of both emulated systems is the JDK's: X-AUT-31.
x509::TrustOptions JdkTrustOptions(bool allow_sha1);

}  // namespace pkigate::config
