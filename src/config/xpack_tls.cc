// SPDX-License-Identifier: Apache-2.0
#include "config/xpack_tls.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "base/ascii.h"
#include "config/tls_protocols.h"
#include "config/xpack_stores.h"
#include "x509/certificate.h"

namespace pkigate::config {

namespace {

constexpr std::string_view kHttp = "xpack.security.http.ssl.";
constexpr std::string_view kTransport = "xpack.security.transport.ssl.";
constexpr std::string_view kCommon = "xpack.ssl.";

// Every key that may stand below one of the prefixes (X-TLS-1 to X-TLS-10).
constexpr std::string_view kKeys[] = {
    "enabled",
    "client_authentication",
    "verification_mode",
    "supported_protocols",
    "cipher_suites",
    "key",
    "certificate",
    "key_passphrase",
    "secure_key_passphrase",
    "certificate_authorities",
    "keystore.path",
    "keystore.password",
    "keystore.secure_password",
    "keystore.key_password",
    "keystore.secure_key_password",
    "keystore.type",
    "keystore.algorithm",
    "truststore.path",
    "truststore.password",
    "truststore.secure_password",
    "truststore.type",
    "truststore.algorithm",
    "trust_restrictions.path",
    "session_timeout",
    "handshake_timeout",
};

// The index of `text` among `words`, case ignored.
std::optional<size_t> WordIndex(std::string_view text,
                                std::initializer_list<std::string_view> words) {
  size_t index = 0;
  for (const std::string_view word : words) {
    if (EqualsIgnoringCase(text, word)) {
      return index;
    }
    ++index;
  }
  return std::nullopt;
}

class HttpTlsReader {
 public:
  HttpTlsReader(SettingsReader& settings, KeyFiles& files, const DialectFilesInput& input,
                TlsSettings* tls)
      : settings_(settings), files_(files), input_(input), tls_(*tls) {}

  void Read(XpackForm form) {
    const bool has_enabled = settings_.Switch(std::string(kHttp) + "enabled", &tls_.enabled);
    if (!has_enabled && !CheckMissingSwitch(form)) {
      return;
    }
    if (!tls_.enabled) {
      return;
    }
    RefuseUnsupported();
    ReadClientAuthentication();
    ReadVerificationMode();
    ReadTlsProtocols(settings_, Choose("supported_protocols"), &tls_);
    ReadCipherSuites(settings_, Choose("cipher_suites"), &tls_);
    ReadKeyMaterial();
    ReadTrust();
  }

 private:
  // The full key to read `key` from: the layer's own, else the common one where that is set.
  std::string Choose(std::string_view key) const {
    const std::string own = fmt::format("{}{}", kHttp, key);
    const std::string common = fmt::format("{}{}", kCommon, key);
    return settings_.tree().Find(own) == nullptr && settings_.tree().Find(common) != nullptr
               ? common
               : own;
  }

  // The prefix that a group of settings is taken from as a whole: a layer with a certificate of its
  // own must not be given the common key.
  std::string ChooseGroup(std::initializer_list<std::string_view> keys) const {
    const auto has_any = [&](std::string_view prefix) {
      return std::any_of(keys.begin(), keys.end(), [&](std::string_view key) {
        return settings_.tree().Find(fmt::format("{}{}", prefix, key)) != nullptr;
      });
    };
    return std::string(!has_any(kHttp) && has_any(kCommon) ? kCommon : kHttp);
  }

  // X-TLS-1. Without `enabled` the layer is off; what else stands there is then suspicious.
  bool CheckMissingSwitch(XpackForm form) {
    const auto* other = settings_.tree().FirstWithPrefix(kHttp);
    if (other == nullptr) {
      return false;
    }
    const std::string problem = fmt::format("has no effect without [{}enabled]", kHttp);
    const std::string hint = fmt::format("{}enabled: true", kHttp);
    if (form == XpackForm::kTyped) {
      settings_.Error(other->first, problem, hint);
    } else {
      settings_.Warn(other->first, problem, hint);
    }
    return false;
  }

  void RefuseUnsupported() {
    const std::string restrictions = Choose("trust_restrictions.path");
    if (settings_.Take(restrictions) != nullptr) {  // X-TLS-10
      settings_.Error(restrictions, "trust restrictions are not supported");
    }
  }

  // Reports `store_key` and one of `keys` standing side by side (X-SET-40); true if so.
  bool Conflict(const std::string& store_key, std::initializer_list<std::string> keys) {
    for (const std::string& key : keys) {
      if (settings_.tree().Find(key) != nullptr) {
        settings_.Error(store_key,
                        fmt::format("cannot specify both [{}] and [{}]", key, store_key));
        return true;
      }
    }
    return false;
  }

  // X-TLS-2: the default is none, and the common setting does not change it.
  void ReadClientAuthentication() {
    const std::string key = fmt::format("{}client_authentication", kHttp);
    std::string text;
    if (!settings_.Text(key, &text)) {
      return;
    }
    const auto mode = WordIndex(text, {"none", "optional", "required"});
    if (!mode) {
      settings_.Error(key, fmt::format("failed to parse value [{}] for setting [{}]", text, key),
                      "none, optional or required");
      return;
    }
    constexpr ClientAuthentication kModes[] = {ClientAuthentication::kNone,
                                               ClientAuthentication::kOptional,
                                               ClientAuthentication::kRequired};
    tls_.client_authentication = kModes[*mode];
  }

  // X-TLS-3: towards clients `full` and `certificate` are the same.
  void ReadVerificationMode() {
    const std::string key = Choose("verification_mode");
    std::string text;
    if (!settings_.Text(key, &text)) {
      return;
    }
    const auto mode = WordIndex(text, {"none", "certificate", "full"});
    if (!mode) {
      settings_.Error(key, fmt::format("failed to parse value [{}] for setting [{}]", text, key),
                      "none, certificate or full");
      return;
    }
    tls_.verify = *mode != 0;
    if (!tls_.verify && tls_.client_authentication != ClientAuthentication::kNone) {
      settings_.Warn(key, "certificates of clients are not checked by this listener");
    }
  }

  void ReadKeyMaterial() {
    const std::string prefix = ChooseGroup({"key", "certificate", "keystore.path"});
    const KeyMaterialKeys keys{prefix + "certificate",
                               prefix + "key",
                               {prefix + "key_passphrase", prefix + "secure_key_passphrase"}};
    const std::string store = prefix + "keystore.path";
    XpackStores stores(settings_, files_, prefix);
    stores.CheckKeyStoreWords();
    const bool has_certificate = settings_.Take(keys.certificate) != nullptr;
    const bool has_key = settings_.Take(keys.private_key) != nullptr;
    if (settings_.Take(store) != nullptr) {
      if (!Conflict(store, {keys.certificate, keys.private_key})) {
        stores.ReadKeyStore(&tls_, &trusted_by_keystore_);
      }
    } else if (has_certificate && has_key) {
      files_.ReadKeyMaterial(keys, &tls_);
    } else if (has_certificate) {  // X-TLS-6
      settings_.Error(keys.certificate, fmt::format("needs [{}] beside it", keys.private_key));
    } else if (has_key) {
      settings_.Error(keys.private_key, fmt::format("needs [{}] beside it", keys.certificate));
    } else {
      settings_.Error(fmt::format("{}enabled", kHttp), "TLS is on, but there is no certificate",
                      fmt::format("{} and {}, or {}", keys.certificate, keys.private_key, store));
    }
  }

  void ReadTrust() {
    const std::string prefix = ChooseGroup({"certificate_authorities", "truststore.path"});
    const std::string list = prefix + "certificate_authorities";
    const std::string store = prefix + "truststore.path";
    XpackStores stores(settings_, files_, prefix);
    stores.CheckTrustStoreWords();
    const bool has_list = settings_.Take(list) != nullptr;
    const bool has_store = settings_.Take(store) != nullptr;
    if (has_store && Conflict(store, {list})) {
      return;
    }
    std::optional<DerList> anchors;
    if (has_store) {
      anchors = stores.ReadTrustStore();
    } else if (has_list) {
      anchors = files_.CertificatesOfList(list);
    } else if (tls_.client_authentication != ClientAuthentication::kNone) {
      anchors = IssuersOfOwnMaterial();
      if (anchors->empty() && tls_.verify && !tls_.certificate_chain.empty()) {  // X-TLS-11
        settings_.Error(fmt::format("{}client_authentication", kHttp),
                        "no certificate of a client could be accepted: there is no "
                        "[certificate_authorities], and nobody is trusted that is not named",
                        fmt::format("{} or {}", list, store));
        return;
      }
    }
    const std::optional<DerList> crls = ReadCrls();
    if (!anchors || !crls) {
      return;
    }
    if (has_list && anchors->empty() && tls_.verify) {  // X-SET-45
      settings_.Warn(list,
                     "has no accepted certificate issuers: no client certificate is accepted");
    }
    tls_.trust_where = settings_.WhereOf(has_store ? store : list);
    tls_.trust = files_.MakeTrust(has_store ? store : list, *anchors, *crls,
                                  JdkTrustOptions(input_.options.allow_sha1));
  }

  // X-TLS-11: without a trust setting, the authorities that the listener's own chain or key store
  // brings along.
  DerList IssuersOfOwnMaterial() const {
    DerList issuers = trusted_by_keystore_;
    for (size_t index = 1; index < tls_.certificate_chain.size(); ++index) {
      const auto facts = x509::ParseCertificate(tls_.certificate_chain[index]);
      if (facts.ok() && facts->is_ca) {
        issuers.push_back(tls_.certificate_chain[index]);
      }
    }
    return issuers;
  }

  // Revocation lists have no setting in this dialect; pkigate.yml names them.
  std::optional<DerList> ReadCrls() {
    if (input_.crl_file.empty()) {
      return DerList();
    }
    return files_.CrlsOfGateway(input_.crl_file, input_.crl_file_where);
  }

  SettingsReader& settings_;
  KeyFiles& files_;
  const DialectFilesInput& input_;
  TlsSettings& tls_;
  DerList trusted_by_keystore_;
};

}  // namespace

void ReadXpackTls(SettingsReader& settings, KeyFiles& files, const DialectFilesInput& input,
                  XpackForm form, TlsSettings* tls) {
  HttpTlsReader(settings, files, input, tls).Read(form);
  // Known, whether or not the layer is on and whichever of two spellings was read.
  for (const std::string_view key : kKeys) {
    settings.Take(fmt::format("{}{}", kHttp, key));
    settings.Take(fmt::format("{}{}", kCommon, key));
  }
}

bool XpackTransportAsksForCertificates(SettingsReader& settings) {
  for (const std::string_view key : kKeys) {
    settings.Take(fmt::format("{}{}", kTransport, key));
  }
  bool enabled = false;
  if (!settings.Switch(fmt::format("{}enabled", kTransport), &enabled) || !enabled) {
    return false;
  }
  std::string mode;
  const bool own = settings.Text(fmt::format("{}client_authentication", kTransport), &mode);
  return !(own || settings.Text(fmt::format("{}client_authentication", kCommon), &mode)) ||
         !EqualsIgnoringCase(mode, "none");
}

}  // namespace pkigate::config
