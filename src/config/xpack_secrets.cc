// SPDX-License-Identifier: Apache-2.0
#include "config/xpack_secrets.h"

#include <fmt/format.h>

#include <string>
#include <string_view>

namespace pkigate::config {

namespace {

constexpr std::string_view kRealms = "xpack.security.authc.realms.";
constexpr std::string_view kLayers[] = {
    "xpack.security.http.ssl.",
    "xpack.security.transport.ssl.",
    "xpack.ssl.",
};
constexpr std::string_view kOfLayers[] = {
    "secure_key_passphrase",
    "keystore.secure_password",
    "keystore.secure_key_password",
    "truststore.secure_password",
};
constexpr std::string_view kOfPkiRealms = "truststore.secure_password";

// What comes before the part number `num_parts` after kRealms, with the dot.
std::string RealmPrefix(const std::string& key, int num_parts) {
  size_t end = kRealms.size();
  for (int part = 0; part < num_parts && end != 0; ++part) {
    end = key.find('.', end) + 1;  // 0 after the last part
  }
  return end == 0 ? key + '.' : key.substr(0, end);
}

void CheckRealmSecret(const SettingsTree& plain, const std::string& key, SecureSettings& secrets) {
  const std::string flat = RealmPrefix(key, 1);
  const std::string typed = RealmPrefix(key, 2);
  const Setting* const type = plain.Find(flat + "type");  // X-SET-4
  if (type == nullptr && !plain.HasPrefix(typed)) {
    secrets.Know(key);
    secrets.Error(key, "a secure setting of a realm that has no other setting");
    return;
  }
  const bool is_pki = type == nullptr ? flat == fmt::format("{}pki.", kRealms)
                                      : !type->values.empty() && type->values.front().text == "pki";
  secrets.Know(is_pki ? fmt::format("{}{}", type == nullptr ? typed : flat, kOfPkiRealms) : key);
}

}  // namespace

void CheckXpackSecrets(const SettingsTree& plain, SecureSettings& secrets) {
  for (const std::string_view layer : kLayers) {
    for (const std::string_view name : kOfLayers) {
      secrets.Know(fmt::format("{}{}", layer, name));
    }
  }
  for (const std::string& key : secrets.KeysWithPrefix(kRealms)) {
    CheckRealmSecret(plain, key, secrets);
  }
  secrets.ReportUnknown("xpack.security.");
  secrets.ReportUnknown("xpack.ssl.");
}

}  // namespace pkigate::config
