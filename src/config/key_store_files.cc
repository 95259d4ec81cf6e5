// SPDX-License-Identifier: Apache-2.0
//
// The key store half of key_files.h.
#include <fmt/format.h>

#include <utility>

#include "base/ascii.h"
#include "base/file.h"
#include "base/limits.h"
#include "config/key_files.h"

namespace pkigate::config {

void CheckStoreType(SettingsReader& settings, const std::string& key) {
  std::string type;
  if (settings.Text(key, &type) && !EqualsIgnoringCase(type, "jks") &&
      !EqualsIgnoringCase(type, "pkcs12") && !EqualsIgnoringCase(type, "pfx")) {
    settings.Error(key, fmt::format("unknown or unsupported store type [{}]", type),
                   "jks or PKCS12");
  }
}

void KeyFiles::ReportStore(const std::string& path_key, const PasswordKeys& password,
                           const std::string& path, const Error& error) {
  std::string hint;
  const std::string_view code = error.code;
  if (code == x509::store_error::kPassword) {
    hint = password.plain;
    if (!password.secure.empty()) {
      hint += " or " + password.secure;
    }
  } else if (code == x509::store_error::kUnsupported) {
    hint = fmt::format(
        "keytool -importkeystore -srckeystore {} -destkeystore new.p12 -deststoretype PKCS12 makes "
        "a store that is",
        path);
  }
  settings_.ErrorAt(path_key, settings_.tree().Find(path_key)->values.front(), error.message,
                    std::move(hint));
}

std::optional<KeyFiles::OpenedStore> KeyFiles::OpenStore(const StoreKeys& keys) {
  OpenedStore opened;
  opened.password = keys.default_password;
  const bool right = Password(keys.password, &opened.password);
  const Setting* const path = settings_.Take(keys.path);
  std::string text;
  if (!settings_.Text(keys.path, &text) || !right) {
    return std::nullopt;
  }
  opened.path = ResolvePath(directory_, text);
  const std::optional<std::string> content = Content(keys.path, path->values.front(), &text);
  if (!content) {
    return std::nullopt;
  }
  Result<x509::KeyStore> store =
      x509::ReadKeyStore({reinterpret_cast<const uint8_t*>(content->data()), content->size()},
                         opened.password, opened.path);
  if (!store.ok()) {
    ReportStore(keys.path, keys.password, opened.path, store.error());
    return std::nullopt;
  }
  opened.store = std::move(store).value();
  return opened;
}

const x509::KeyStoreEntry* KeyFiles::ChooseKey(const StoreKeys& keys, const OpenedStore& opened) {
  std::string alias;
  if (!keys.alias.empty() && settings_.Text(keys.alias, &alias)) {
    const x509::KeyStoreEntry* const entry = opened.store.Find(alias);
    if (entry == nullptr || !entry->has_key()) {
      settings_.Error(keys.alias, fmt::format("{} has no private key [{}]", opened.path, alias),
                      fmt::format("keytool -list -keystore {}", opened.path));
      return nullptr;
    }
    return entry;
  }
  const x509::KeyStoreEntry* first = nullptr;
  size_t num_keys = 0;
  for (const x509::KeyStoreEntry& entry : opened.store.entries) {
    num_keys += entry.has_key() ? 1 : 0;
    first = first == nullptr && entry.has_key() ? &entry : first;
  }
  if (first == nullptr) {
    settings_.Error(keys.path, fmt::format("{} holds no private key", opened.path),
                    "an entry of keytool -genkeypair or openssl pkcs12 -export -inkey; keys that "
                    "are not encrypted do not count");
  } else if (num_keys > 1) {
    settings_.Warn(keys.path,
                   fmt::format("{} holds {} private keys: the first, [{}], is used", opened.path,
                               num_keys, first->alias),
                   keys.alias.empty() ? std::string("keep only one in the store") : keys.alias);
  }
  return first;
}

bool KeyFiles::ReadKeyStore(const StoreKeys& keys, const PasswordKeys& key_password,
                            TlsSettings* tls, DerList* trusted) {
  const std::optional<OpenedStore> opened = OpenStore(keys);
  std::string password = opened ? opened->password : std::string();
  if (!Password(key_password, &password) || !opened) {
    return false;
  }
  const x509::KeyStoreEntry* const entry = ChooseKey(keys, *opened);
  if (entry == nullptr) {
    return false;
  }
  if (entry->certificates.empty()) {
    settings_.Error(keys.path, fmt::format("{}: there is no certificate for the private key [{}]",
                                           opened->path, entry->alias));
    return false;
  }
  Result<std::vector<uint8_t>> key = x509::OpenKey(*entry, password, opened->path);
  if (!key.ok()) {
    ReportStore(keys.path, key_password, opened->path, key.error());
    return false;
  }
  if (!CheckPair(keys.path, keys.path, opened->path, fmt::format("its entry [{}]", entry->alias),
                 entry->certificates, *key)) {
    return false;
  }
  tls->certificate_chain = entry->certificates;
  tls->private_key = std::move(key).value();
  tls->certificate_where = settings_.WhereOf(keys.path);
  for (const x509::KeyStoreEntry& other : opened->store.entries) {
    if (trusted != nullptr && !other.has_key()) {
      trusted->push_back(other.certificates.front());
    }
  }
  return true;
}

std::optional<DerList> KeyFiles::CertificatesOfStore(const StoreKeys& keys, StoreTrust trust) {
  const std::optional<OpenedStore> opened = OpenStore(keys);
  if (!opened) {
    return std::nullopt;
  }
  std::string alias;
  if (!keys.alias.empty() && settings_.Text(keys.alias, &alias)) {
    const x509::KeyStoreEntry* const entry = opened->store.Find(alias);
    if (entry == nullptr || entry->has_key()) {
      settings_.Error(keys.alias,
                      fmt::format("{} has no trusted certificate [{}]", opened->path, alias),
                      fmt::format("keytool -list -keystore {}", opened->path));
      return std::nullopt;
    }
    return entry->certificates;
  }
  DerList anchors;
  for (const x509::KeyStoreEntry& entry : opened->store.entries) {
    if (!entry.certificates.empty() &&
        (!entry.has_key() || trust == StoreTrust::kAndLeavesOfKeys)) {
      anchors.push_back(entry.certificates.front());
    }
  }
  if (anchors.empty()) {  // X-SET-45
    const size_t num_unmarked = opened->store.num_unmarked_certificates;
    settings_.Warn(keys.path,
                   num_unmarked == 0
                       ? std::string("has no accepted certificate issuers: nobody is trusted")
                       : fmt::format("has no accepted certificate issuers: nobody is trusted, as "
                                     "none of its {} certificates is marked as trusted",
                                     num_unmarked),
                   num_unmarked == 0 ? "" : "keytool -importcert marks them, openssl does not");
  }
  return anchors;
}

}  // namespace pkigate::config
