// SPDX-License-Identifier: Apache-2.0
#include "config/opendistro_tls.h"

#include <fmt/format.h>

#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "base/ascii.h"
#include "config/tls_protocols.h"

namespace pkigate::config {

namespace {

// Of Java's own, where nothing else is said.
constexpr std::string_view kStorePassword = "changeit";

class HttpTlsReader {
 public:
  HttpTlsReader(OpendistroSettings& settings, KeyFiles& files, const DialectFilesInput& input,
                TlsSettings* tls)
      : settings_(settings), reader_(settings.reader()), files_(files), input_(input), tls_(*tls) {}

  void Read() {
    MarkKnown();
    reader_.Switch(Key("enabled"), &tls_.enabled);
    if (!tls_.enabled) {
      return;
    }
    ReadClientAuthentication();
    ReadTlsProtocols(reader_, Key("enabled_protocols"), &tls_);
    ReadCipherSuites(reader_, Key("enabled_ciphers"), &tls_);
    ReadKeyMaterial();
    ReadTrust();
  }

 private:
  std::string Key(std::string_view name) { return settings_.Key(fmt::format("ssl.http.{}", name)); }

  void MarkKnown() {
    if (settings_.dialect() == Dialect::kOpensearch) {
      Key("enforce_cert_reload_dn_verification");
    }
    for (const std::string_view name : {"clientauth_mode",
                                        "enabled_protocols",
                                        "enabled_ciphers",
                                        "enable_openssl_if_available",
                                        "pemcert_filepath",
                                        "pemkey_filepath",
                                        "pemkey_password",
                                        "pemtrustedcas_filepath",
                                        "keystore_filepath",
                                        "keystore_type",
                                        "keystore_alias",
                                        "keystore_password",
                                        "keystore_keypassword",
                                        "truststore_filepath",
                                        "truststore_type",
                                        "truststore_alias",
                                        "truststore_password",
                                        "crl.validate",
                                        "crl.file_path",
                                        "crl.prefer_crlfile_over_ocsp",
                                        "crl.check_only_end_entities",
                                        "crl.disable_ocsp",
                                        "crl.disable_crldp",
                                        "crl.validation_date"}) {
      Key(name);
    }
  }

  void ReadClientAuthentication() {
    const std::string key = Key("clientauth_mode");
    tls_.client_authentication = ClientAuthentication::kOptional;
    std::string text;
    if (!reader_.Text(key, &text)) {
      return;
    }
    std::string mode = text;
    if (settings_.dialect() == Dialect::kOpensearch) {
      for (char& c : mode) {
        c = AsciiUpper(c);
      }
    }
    if (mode == "NONE") {
      tls_.client_authentication = ClientAuthentication::kNone;
    } else if (mode == "REQUIRE") {
      tls_.client_authentication = ClientAuthentication::kRequired;
    } else if (mode != "OPTIONAL") {
      reader_.Error(key, fmt::format("unknown value `{}`", text),
                    "NONE, OPTIONAL or REQUIRE, in capitals");
    }
  }

  // A key store goes before PEM files, for the key and for the trust alike.
  bool HasKeyStore() { return reader_.Take(Key("keystore_filepath")) != nullptr; }

  void ReadKeyMaterial() {
    const KeyMaterialKeys keys{
        Key("pemcert_filepath"), Key("pemkey_filepath"), {Key("pemkey_password"), {}}};
    const std::string store = Key("keystore_filepath");
    CheckStoreType(reader_, Key("keystore_type"));
    const bool has_certificate = reader_.Take(keys.certificate) != nullptr;
    const bool has_key = reader_.Take(keys.private_key) != nullptr;
    if (HasKeyStore()) {
      WarnWithoutEffect(has_certificate ? keys.certificate : keys.private_key, store);
      files_.ReadKeyStore({.path = store,
                           .password = {Key("keystore_password"), {}},
                           .alias = Key("keystore_alias"),
                           .default_password = kStorePassword},
                          {Key("keystore_keypassword"), {}}, &tls_, nullptr);
    } else if (has_certificate && has_key) {
      files_.ReadKeyMaterial(keys, &tls_);
    } else if (has_certificate) {
      reader_.Error(keys.certificate, fmt::format("needs [{}] beside it", keys.private_key));
    } else if (has_key) {
      reader_.Error(keys.private_key, fmt::format("needs [{}] beside it", keys.certificate));
    } else {
      reader_.Error(Key("enabled"), "TLS is on, but there is no certificate",
                    fmt::format("{} and {}, or {}", keys.certificate, keys.private_key, store));
    }
  }

  void WarnWithoutEffect(const std::string& key, const std::string& store) {
    if (reader_.tree().Find(key) != nullptr) {
      reader_.Warn(key, fmt::format("has no effect beside [{}]", store), "keep one of the two");
    }
  }

  void ReadTrust() {
    const std::string store = Key("truststore_filepath");
    const std::string list = Key("pemtrustedcas_filepath");
    CheckStoreType(reader_, Key("truststore_type"));
    const bool has_store = reader_.Take(store) != nullptr;
    const Setting* const list_setting = reader_.Take(list);
    const std::optional<DerList> crls = ReadCrls();
    const bool by_store = HasKeyStore();
    if (by_store ? !has_store : list_setting == nullptr) {
      if (tls_.client_authentication != ClientAuthentication::kNone) {
        ReportNobodyTrusted(by_store ? store : list, by_store ? list : store);
      }
      return;
    }
    if (by_store) {
      WarnWithoutEffect(list, store);
    } else {
      WarnWithoutEffect(store, list);
    }
    const std::optional<DerList> anchors = by_store ? TrustedByStore() : TrustedByList();
    if (anchors && crls) {
      tls_.trust_where = reader_.WhereOf(by_store ? store : list);
      tls_.trust = files_.MakeTrust(by_store ? store : list, *anchors, *crls,
                                    JdkTrustOptions(input_.options.allow_sha1));
    }
  }

  // `wanted` is the setting that would say it, `other` the one that goes with the other kind of
  // key.
  void ReportNobodyTrusted(const std::string& wanted, const std::string& other) {
    const std::string hint = wanted + ", or clientauth_mode: NONE";
    if (reader_.tree().Find(other) != nullptr) {
      reader_.Error(other,
                    HasKeyStore() ? "has no effect beside a key store, and nobody else is trusted"
                                  : "has no effect without a key store, and nobody else is trusted",
                    hint);
      return;
    }
    const std::string mode = Key("clientauth_mode");
    reader_.Error(reader_.tree().Find(mode) != nullptr ? mode : Key("enabled"),
                  "certificates of clients are asked for, but nobody is trusted to issue them",
                  hint);
  }

  std::optional<DerList> TrustedByStore() {
    return files_.CertificatesOfStore({.path = Key("truststore_filepath"),
                                       .password = {Key("truststore_password"), {}},
                                       .alias = Key("truststore_alias"),
                                       .default_password = kStorePassword},
                                      StoreTrust::kCertificates);
  }

  std::optional<DerList> TrustedByList() {
    const std::string key = Key("pemtrustedcas_filepath");
    std::string path;
    return reader_.Text(key, &path)
               ? files_.Certificates(key, reader_.tree().Find(key)->values.front())
               : std::nullopt;
  }

  // Revocation by a file of CRLs, as a hard failure; nothing is asked over the network.
  std::optional<DerList> ReadCrls() {
    bool validate = false;
    bool unused = false;
    bool only_end_entities = true;
    bool disable_ocsp = false;
    bool disable_points = false;
    reader_.Switch(Key("crl.validate"), &validate);
    reader_.Switch(Key("crl.prefer_crlfile_over_ocsp"), &unused);
    reader_.Switch(Key("crl.check_only_end_entities"), &only_end_entities);
    reader_.Switch(Key("crl.disable_ocsp"), &disable_ocsp);
    reader_.Switch(Key("crl.disable_crldp"), &disable_points);
    int64_t date = -1;
    if (reader_.Integer(Key("crl.validation_date"), std::numeric_limits<int64_t>::min(),
                        std::numeric_limits<int64_t>::max(), &date) &&
        date >= 0 && validate) {
      reader_.Error(Key("crl.validation_date"), "another time than now is not supported", "-1");
    }
    const std::string key = Key("crl.file_path");
    const Setting* setting = reader_.Take(key);
    std::string path;
    if (!validate || (setting != nullptr && !reader_.Text(key, &path))) {
      return DerList();
    }
    if (setting == nullptr) {
      reader_.Error(Key("crl.validate"),
                    "revocation is checked by lists only: OCSP and distribution points are not "
                    "asked",
                    key);
      return std::nullopt;
    }
    if (!disable_ocsp || !disable_points) {
      reader_.Warn(Key("crl.validate"),
                   "OCSP and distribution points are not asked: the lists of crl.file_path decide",
                   "crl.disable_ocsp: true and crl.disable_crldp: true say so");
    }
    if (only_end_entities) {
      reader_.Warn(Key("crl.validate"),
                   "authorities between client and root are checked too: each needs its list",
                   "crl.check_only_end_entities: false says so");
    }
    return files_.Crls(key, setting->values.front());
  }

  OpendistroSettings& settings_;
  SettingsReader& reader_;
  KeyFiles& files_;
  const DialectFilesInput& input_;
  TlsSettings& tls_;
};

}  // namespace

void ReadOpendistroTls(OpendistroSettings& settings, KeyFiles& files,
                       const DialectFilesInput& input, TlsSettings* tls) {
  HttpTlsReader(settings, files, input, tls).Read();
}

}  // namespace pkigate::config
