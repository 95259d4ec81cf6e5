// SPDX-License-Identifier: Apache-2.0
#include "identity/reserved_users.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace pkigate::identity {

namespace {

struct ReservedUser {
  std::string_view name;
  std::vector<std::string> roles;
  std::string_view deprecated_reason;  // empty: not deprecated
};

const std::vector<ReservedUser>& ReservedUsers() {
  static const std::vector<ReservedUser> users = {
      {"elastic", {"superuser"}, ""},
      {"kibana", {"kibana_system"}, "Please use the [kibana_system] user instead."},
      {"kibana_system", {"kibana_system"}, ""},
      {"logstash_system", {"logstash_system"}, ""},
      {"beats_system", {"beats_system"}, ""},
      {"apm_system", {"apm_system"}, ""},
      {"remote_monitoring_user", {"remote_monitoring_collector", "remote_monitoring_agent"}, ""},
  };
  return users;
}

}  // namespace

bool IsReservedUserName(std::string_view name) {
  return std::ranges::any_of(ReservedUsers(),
                             [&](const ReservedUser& user) { return user.name == name; });
}

PasswordRealmModel ReservedRealm(const PasswordUsers& stored) {
  auto users = std::make_shared<PasswordUsers>();
  for (const ReservedUser& reserved : ReservedUsers()) {
    PasswordUser& user = (*users)[std::string(reserved.name)];
    user.roles = reserved.roles;
    user.metadata.push_back({.key = "_reserved", .value = "true", .is_json = true});
    if (!reserved.deprecated_reason.empty()) {
      user.metadata.push_back({.key = "_deprecated", .value = "true", .is_json = true});
      user.metadata.push_back(
          {.key = "_deprecated_reason", .value = std::string(reserved.deprecated_reason)});
    }
    if (const auto found = stored.find(reserved.name); found != stored.end()) {
      user.password_hash = found->second.password_hash;
      user.enabled = found->second.enabled;
    }
  }
  PasswordRealmModel model;
  model.name = "reserved";
  model.type = "reserved";
  model.users = std::move(users);
  return model;
}

}  // namespace pkigate::identity
