// SPDX-License-Identifier: Apache-2.0
#include "config/xpack_authc.h"

#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace pkigate::config {

namespace {

constexpr char kSuccessCache[] = "xpack.security.authc.success_cache.";

// X-SET-61 to X-SET-63.
void ReadAnonymous(SettingsReader& settings, policy::XpackAnonymous* anonymous) {
  const std::string prefix = "xpack.security.authc.anonymous.";
  const std::string username_key = prefix + "username";
  if (settings.Text(username_key, &anonymous->username) && anonymous->username.empty()) {
    settings.Error(username_key, "the anonymous user has to have a name", "_anonymous");
  }
  settings.Switch(prefix + "authz_exception", &anonymous->authz_exception);
  std::vector<SettingValue> roles;
  if (!settings.List(prefix + "roles", &roles)) {
    return;
  }
  for (SettingValue& role : roles) {
    anonymous->roles.push_back(std::move(role.text));
  }
}

// Settings of services that the gateway does not have, or that its own caches make needless: their
// values are checked and come to nothing (X-SET-66 to X-SET-70).
void CheckWithoutEffect(SettingsReader& settings) {
  bool on = false;
  int64_t number = 0;
  std::string text;
  settings.Switch("xpack.security.authc.token.enabled", &on);
  settings.Switch("xpack.security.authc.api_key.enabled", &on);
  settings.Switch(std::string(kSuccessCache) + "enabled", &on);
  settings.Integer(std::string(kSuccessCache) + "size", 0, std::numeric_limits<int32_t>::max(),
                   &number);
  settings.Nanoseconds(std::string(kSuccessCache) + "expire_after_access", &number);
  settings.Integer("xpack.security.authz.store.roles.cache.max_size", 0,
                   std::numeric_limits<int32_t>::max(), &number);
}

}  // namespace

void ReadXpackAuthc(SettingsReader& settings, policy::XpackModel* model) {
  ReadAnonymous(settings, &model->anonymous);
  settings.Switch("xpack.security.authc.run_as.enabled", &model->run_as_enabled);
  settings.Switch("xpack.security.authc.reserved_realm.enabled", &model->reserved_realm);
  CheckWithoutEffect(settings);
}

}  // namespace pkigate::config
