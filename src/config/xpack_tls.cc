// SPDX-License-Identifier: Apache-2.0
#include "config/xpack_tls.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "base/ascii.h"
#include "config/tls_protocols.h"
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

  // Stores are read by a later version; nothing else may stand in for them silently.
  void RefuseUnsupported() {
    const auto refuse = [&](const std::string& key, std::string hint) {
      if (settings_.Take(key) != nullptr) {
        settings_.Error(key, "not supported yet, use PEM", std::move(hint));
      }
    };
    const std::string material = ChooseGroup({"key", "certificate", "keystore.path"});
    const std::string trust = ChooseGroup({"certificate_authorities", "truststore.path"});
    if (settings_.tree().Find(material + "certificate") != nullptr &&
        settings_.tree().Find(material + "keystore.path") != nullptr) {
      settings_.Error(material + "keystore.path",
                      fmt::format("cannot specify both [{}certificate] and [{}keystore.path]",
                                  material, material));
    } else {
      refuse(material + "keystore.path", material + "certificate and " + material + "key");
    }
    if (settings_.tree().Find(trust + "certificate_authorities") != nullptr &&
        settings_.tree().Find(trust + "truststore.path") != nullptr) {  // X-SET-40
      settings_.Error(
          trust + "truststore.path",
          fmt::format("cannot specify both [{}certificate_authorities] and [{}truststore.path]",
                      trust, trust));
    } else {
      refuse(trust + "truststore.path", trust + "certificate_authorities");
    }
    const std::string restrictions = Choose("trust_restrictions.path");
    if (settings_.Take(restrictions) != nullptr) {  // X-TLS-10
      settings_.Error(restrictions, "trust restrictions are not supported");
    }
    const std::string secure = Choose("secure_key_passphrase");
    if (settings_.Take(secure) != nullptr) {
      settings_.Error(secure, "a secure setting cannot stand in this file",
                      Choose("key_passphrase"));
    }
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
    const KeyMaterialKeys keys{prefix + "certificate", prefix + "key", prefix + "key_passphrase"};
    const bool has_certificate = settings_.Take(keys.certificate) != nullptr;
    const bool has_key = settings_.Take(keys.private_key) != nullptr;
    if (has_certificate && has_key) {
      files_.ReadKeyMaterial(keys, &tls_);
    } else if (has_certificate) {  // X-TLS-6
      settings_.Error(keys.certificate, fmt::format("needs [{}] beside it", keys.private_key));
    } else if (has_key) {
      settings_.Error(keys.private_key, fmt::format("needs [{}] beside it", keys.certificate));
    } else if (settings_.tree().Find(prefix + "keystore.path") == nullptr) {
      settings_.Error(fmt::format("{}enabled", kHttp), "TLS is on, but there is no certificate",
                      fmt::format("{} and {}", keys.certificate, keys.private_key));
    }
  }

  void ReadTrust() {
    const std::string prefix = ChooseGroup({"certificate_authorities", "truststore.path"});
    const std::string key = prefix + "certificate_authorities";
    const bool configured = settings_.Take(key) != nullptr;
    if (settings_.tree().Find(prefix + "truststore.path") != nullptr) {
      return;  // refused already
    }
    std::optional<DerList> anchors;
    if (configured) {
      anchors = files_.CertificatesOfList(key);
    } else if (tls_.client_authentication != ClientAuthentication::kNone) {
      anchors = IssuersOfOwnChain();
      if (anchors->empty() && tls_.verify && !tls_.certificate_chain.empty()) {  // X-TLS-11
        settings_.Error(fmt::format("{}client_authentication", kHttp),
                        "no certificate of a client could be accepted: there is no "
                        "[certificate_authorities], and nobody is trusted that is not named",
                        key);
        return;
      }
    }
    const std::optional<DerList> crls = ReadCrls();
    if (!anchors || !crls) {
      return;
    }
    if (configured && anchors->empty() && tls_.verify) {  // X-SET-45
      settings_.Warn(key, "has no accepted certificate issuers: no client certificate is accepted");
    }
    tls_.trust = files_.MakeTrust(key, *anchors, *crls, JdkTrustOptions(input_.options.allow_sha1));
  }

  // X-TLS-11: without a trust setting, the authorities that the listener's own chain brings along.
  DerList IssuersOfOwnChain() const {
    DerList issuers;
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
