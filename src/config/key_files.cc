// SPDX-License-Identifier: Apache-2.0
#include "config/key_files.h"

#include <fmt/format.h>

#include <utility>

#include "base/file.h"
#include "base/limits.h"
#include "x509/certificate.h"
#include "x509/pem.h"

namespace pkigate::config {

namespace {

constexpr char kCrlHint[] = "certificate revocation lists, PEM or DER";

}  // namespace

std::optional<std::string> KeyFiles::Content(const std::string& key, const SettingValue& value,
                                             std::string* path) {
  if (settings_.IsUnusable(key, value)) {
    return std::nullopt;
  }
  if (value.text.empty()) {
    settings_.ErrorAt(key, value, "an empty path");
    return std::nullopt;
  }
  *path = ResolvePath(directory_, value.text);
  Result<std::string> content = ReadFile(*path, limits::kPemFileBytesMax);
  if (!content.ok()) {
    settings_.ErrorAt(key, value, content.error().message);
    return std::nullopt;
  }
  return std::move(content).value();
}

std::optional<DerList> KeyFiles::Certificates(const std::string& key, const SettingValue& value) {
  std::string path;
  const std::optional<std::string> content = Content(key, value, &path);
  if (!content) {
    return std::nullopt;
  }
  Result<DerList> certificates = x509::CertificatesFromPem(*content, path);
  if (!certificates.ok()) {
    settings_.ErrorAt(key, value, certificates.error().message,
                      "a PEM file with at least one BEGIN CERTIFICATE block");
    return std::nullopt;
  }
  return std::move(certificates).value();
}

std::optional<DerList> KeyFiles::CertificatesOfList(const std::string& key) {
  std::vector<SettingValue> paths;
  if (!settings_.List(key, &paths)) {
    return std::nullopt;
  }
  DerList all;
  bool right = true;
  for (const SettingValue& path : paths) {
    std::optional<DerList> some = Certificates(key, path);
    right = right && some.has_value();
    if (some) {
      all.insert(all.end(), std::make_move_iterator(some->begin()),
                 std::make_move_iterator(some->end()));
    }
  }
  return right ? std::optional(std::move(all)) : std::nullopt;
}

std::optional<DerList> KeyFiles::Crls(const std::string& key, const SettingValue& value) {
  std::string path;
  const std::optional<std::string> content = Content(key, value, &path);
  if (!content) {
    return std::nullopt;
  }
  Result<DerList> crls = x509::CrlsFromPem(*content, path);
  if (!crls.ok()) {
    settings_.ErrorAt(key, value, crls.error().message, kCrlHint);
    return std::nullopt;
  }
  return std::move(crls).value();
}

std::optional<DerList> KeyFiles::CrlsOfGateway(const std::string& path, const SourceLine& where) {
  const Result<std::string> content = ReadFile(path, limits::kPemFileBytesMax);
  Result<DerList> crls =
      content.ok() ? x509::CrlsFromPem(*content, path) : Result<DerList>(content.error());
  if (!crls.ok()) {
    settings_.diagnostics().Add({.file = where.file,
                                 .line = where.line,
                                 .key = "crl_file",
                                 .problem = crls.error().message,
                                 .hint = kCrlHint});
    return std::nullopt;
  }
  return std::move(crls).value();
}

bool KeyFiles::ReadKeyMaterial(const KeyMaterialKeys& keys, TlsSettings* tls) {
  const Setting* certificate = settings_.Take(keys.certificate);
  const Setting* private_key = settings_.Take(keys.private_key);
  std::string certificate_path;
  std::string key_path;
  std::string passphrase;
  bool right = Password(keys.passphrase, &passphrase);
  right = settings_.Text(keys.certificate, &certificate_path) && right;
  right = settings_.Text(keys.private_key, &key_path) && right;
  if (!right) {
    return false;
  }
  std::optional<DerList> chain = Certificates(keys.certificate, certificate->values.front());
  const SettingValue& key_value = private_key->values.front();
  const std::optional<std::string> pem = Content(keys.private_key, key_value, &key_path);
  if (!pem) {
    return false;
  }
  Result<std::vector<uint8_t>> key = x509::PrivateKeyFromPem(*pem, passphrase, key_path);
  if (!key.ok()) {
    settings_.ErrorAt(keys.private_key, key_value, key.error().message,
                      "a PEM file with one private key");
    return false;
  }
  if (!chain || !CheckPair(keys.certificate, keys.private_key, key_path,
                           ResolvePath(directory_, certificate_path), *chain, *key)) {
    return false;
  }
  tls->certificate_chain = *std::move(chain);
  tls->private_key = std::move(key).value();
  tls->certificate_where = settings_.WhereOf(keys.certificate);
  tls->private_key_file = key_path;
  return true;
}

bool KeyFiles::CheckPair(const std::string& certificate_key, const std::string& private_key_key,
                         const std::string& private_key_path, const std::string& certificate_path,
                         const DerList& chain, const std::vector<uint8_t>& key) {
  if (const Status matches = x509::KeyMatchesCertificate(key, chain.front()); !matches.ok()) {
    settings_.ErrorAt(private_key_key, settings_.tree().Find(private_key_key)->values.front(),
                      private_key_path + ": " + matches.error().message,
                      "the key must belong to the first certificate of " + certificate_path);
    return false;
  }
  WarnAboutValidity(certificate_key, chain.front());
  return true;
}

bool KeyFiles::Password(const PasswordKeys& keys, std::string* out) {
  const bool has_plain = settings_.Take(keys.plain) != nullptr;
  if (keys.secure.empty()) {
    return !has_plain || settings_.Secret(keys.plain, out);
  }
  if (settings_.Take(keys.secure) != nullptr) {
    settings_.Error(keys.secure, "a secure setting cannot stand in this file",
                    "listeners[].secrets_file of pkigate.yml names the file for it");
    return false;
  }
  if (has_plain && secrets_.Has(keys.secure)) {  // X-SET-43
    secrets_.Take(keys.secure, out);
    settings_.Error(keys.plain,
                    fmt::format("cannot specify both [{}] and [{}]", keys.plain, keys.secure),
                    "keep the one in the file of secrets");
    return false;
  }
  if (has_plain) {
    return settings_.Secret(keys.plain, out);
  }
  return !secrets_.Has(keys.secure) || secrets_.Take(keys.secure, out);
}

void KeyFiles::WarnAboutValidity(const std::string& key, const std::vector<uint8_t>& leaf) {
  const Result<x509::Certificate> facts = x509::ParseCertificate(leaf);
  if (!facts.ok()) {
    settings_.Error(key, facts.error().message);
  } else if (facts->not_after_unix < now_unix_) {
    settings_.Warn(key, "the certificate has expired", "clients will refuse it; renew it");
  } else if (facts->not_before_unix > now_unix_) {
    settings_.Warn(key, "the certificate is not valid yet", "clients will refuse it until then");
  }
}

std::shared_ptr<const x509::TrustStore> KeyFiles::MakeTrust(
    const std::string& key, std::span<const std::vector<uint8_t>> anchors,
    std::span<const std::vector<uint8_t>> crls, const x509::TrustOptions& options) {
  Result<std::shared_ptr<const x509::TrustStore>> trust =
      x509::TrustStore::Create(anchors, crls, options);
  if (!trust.ok()) {
    settings_.Error(key, trust.error().message);
    return nullptr;
  }
  return std::move(trust).value();
}

x509::TrustOptions JdkTrustOptions(bool allow_sha1) {
  return {.allow_sha1 = allow_sha1, .any_extended_key_usage = true, .pinned_leaf = true};
}

}  // namespace pkigate::config
