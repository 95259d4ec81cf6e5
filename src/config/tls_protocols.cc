// SPDX-License-Identifier: Apache-2.0
#include "config/tls_protocols.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace pkigate::config {

namespace {

constexpr uint16_t kTls12 = 0x0303;
constexpr uint16_t kTls13 = 0x0304;

}  // namespace

void ReadTlsProtocols(SettingsReader& settings, const std::string& key, TlsSettings* tls) {
  std::vector<SettingValue> names;
  if (!settings.List(key, &names) || names.empty()) {
    return;
  }
  bool tls12 = false;
  bool tls13 = false;
  bool wrong = false;
  for (const SettingValue& name : names) {
    if (name.text == "TLSv1.2") {
      tls12 = true;
    } else if (name.text == "TLSv1.3") {
      tls13 = true;
    } else if (name.text == "TLSv1.1" || name.text == "TLSv1") {
      settings.Warn(key,
                    fmt::format("{} is no longer spoken and was left out (RFC 8996)", name.text));
    } else {
      settings.ErrorAt(key, name, fmt::format("unsupported protocol [{}]", name.text),
                       "TLSv1.3, TLSv1.2");
      wrong = true;
    }
  }
  if (!tls12 && !tls13) {
    if (!wrong) {
      settings.Error(key, "no protocol is left", "TLSv1.3, TLSv1.2");
    }
    return;
  }
  tls->version_min = tls12 ? kTls12 : kTls13;
  tls->version_max = tls13 ? kTls13 : kTls12;
}

void ReadCipherSuites(SettingsReader& settings, const std::string& key, TlsSettings* tls) {
  std::vector<SettingValue> names;
  if (!settings.List(key, &names)) {
    return;
  }
  for (const SettingValue& name : names) {
    tls->cipher_suites.push_back(name.text);
  }
}

}  // namespace pkigate::config
