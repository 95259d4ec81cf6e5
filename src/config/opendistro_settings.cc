// SPDX-License-Identifier: Apache-2.0
#include "config/opendistro_settings.h"

#include <fmt/format.h>

#include <limits>
#include <utility>

#include "base/ascii.h"

namespace pkigate::config {

namespace {

constexpr std::string_view kOpendistro = "opendistro_security.";
constexpr std::string_view kOpensearch = "plugins.security.";

enum class ValueKind : uint8_t { kSwitch, kNumber, kText, kList };

struct KnownSetting {
  std::string_view name;
  ValueKind kind;
};

// Settings without effect in a gateway, or whose effect is another issue's: their values are
// checked, and a file that has them can be used as it is.
constexpr KnownSetting kWithoutEffect[] = {
    {"ssl_cert_reload_enabled", ValueKind::kSwitch},
    {"ssl.certificates_hot_reload.enabled", ValueKind::kSwitch},
    {"nodes_dn", ValueKind::kList},
    {"nodes_dn_dynamic_config_enabled", ValueKind::kSwitch},
    {"cert.oid", ValueKind::kText},
    {"restapi.admin.enabled", ValueKind::kSwitch},
    {"restapi.password_validation_regex", ValueKind::kText},
    {"restapi.password_validation_error_message", ValueKind::kText},
    {"config_index_name", ValueKind::kText},
    {"system_indices.enabled", ValueKind::kSwitch},
    {"system_indices.indices", ValueKind::kList},
    {"protected_indices.enabled", ValueKind::kSwitch},
    {"protected_indices.indices", ValueKind::kList},
    {"protected_indices.roles", ValueKind::kList},
    {"check_snapshot_restore_write_privileges", ValueKind::kSwitch},
    {"enable_snapshot_restore_privilege", ValueKind::kSwitch},
    // The gateway never takes an identity from a header, whatever these say.
    {"unsupported.inject_user.enabled", ValueKind::kSwitch},
    {"unsupported.inject_user.admin.enabled", ValueKind::kSwitch},
    {"unsupported.restapi.allow_securityconfig_modification", ValueKind::kSwitch},
    {"allow_unsafe_democertificates", ValueKind::kSwitch},
    {"allow_default_init_securityindex", ValueKind::kSwitch},
    {"background_init_if_securityindex_not_exist", ValueKind::kSwitch},
};

// Whole families of the cluster's own: audit, the transport layer, who may do what over transport.
constexpr std::string_view kFamiliesWithoutEffect[] = {
    "audit.", "authcz.impersonation_dn.", "compliance.", "kerberos.", "restapi.endpoints_disabled.",
};

// Below ssl.transport.: of another listener.
constexpr std::string_view kTransportKeys[] = {
    "enabled",
    "enforce_hostname_verification",
    "resolve_hostname",
    "extended_key_usage_enabled",
    "principal_extractor_class",
    "enable_openssl_if_available",
    "enabled_protocols",
    "enabled_ciphers",
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
    "server.pemcert_filepath",
    "server.pemkey_filepath",
    "server.pemkey_password",
    "server.pemtrustedcas_filepath",
    "server.keystore_alias",
    "server.keystore_keypassword",
    "server.truststore_alias",
    "client.pemcert_filepath",
    "client.pemkey_filepath",
    "client.pemkey_password",
    "client.pemtrustedcas_filepath",
    "client.keystore_alias",
    "client.keystore_keypassword",
    "client.truststore_alias",
};

class NodeReader {
 public:
  explicit NodeReader(OpendistroSettings& settings)
      : settings_(settings), reader_(settings.reader()) {}

  OpendistroNode Read() {
    CheckValuesWithoutEffect();
    RefuseWhatIsMissing();
    ReadAdminDns();
    ReadImpersonation();
    ReadResolution();
    ReadCache();
    reader_.Switch(settings_.Key("unsupported.load_static_resources"),
                   &node_.load_static_resources);
    reader_.Switch(settings_.Key("unsupported.disable_rest_auth_initially"),
                   &node_.disable_rest_auth_initially);
    reader_.Switch(settings_.Key("compliance.disable_anonymous_authentication"),
                   &node_.disable_anonymous);
    return std::move(node_);
  }

 private:
  void CheckValuesWithoutEffect() {
    for (const KnownSetting& known : kWithoutEffect) {
      const std::string key = settings_.Key(known.name);
      bool on = false;
      int64_t number = 0;
      std::string text;
      std::vector<SettingValue> list;
      switch (known.kind) {
        case ValueKind::kSwitch:
          reader_.Switch(key, &on);
          break;
        case ValueKind::kNumber:
          reader_.Integer(key, 0, std::numeric_limits<int32_t>::max(), &number);
          break;
        case ValueKind::kText:
          reader_.Text(key, &text);
          break;
        case ValueKind::kList:
          reader_.List(key, &list);
          break;
      }
    }
    for (const std::string_view family : kFamiliesWithoutEffect) {
      settings_.TakePrefix(family);
    }
    for (const std::string_view name : kTransportKeys) {
      settings_.Key(fmt::format("ssl.transport.{}", name));
    }
    if (settings_.dialect() == Dialect::kOpensearch) {
      settings_.Key("ssl.transport.enforce_cert_reload_dn_verification");
    }
    const std::string roles_key = settings_.Key("restapi.roles_enabled");
    std::vector<SettingValue> roles;
    if (reader_.List(roles_key, &roles) && !roles.empty()) {
      reader_.Warn(roles_key,
                   "has no effect yet: the REST API is for the certificates of authcz.admin_dn");
    }
  }

  void RefuseWhatIsMissing() {
    for (const std::string_view name : {"disabled", "ssl_only"}) {
      const std::string key = settings_.Key(name);
      bool on = false;
      if (reader_.Switch(key, &on) && on) {
        reader_.Error(key, "a gateway without security is not offered");
      }
    }
  }

  void ReadAdminDns() {
    const std::string key = settings_.Key("authcz.admin_dn");
    const Setting* setting = reader_.Take(key);
    if (setting == nullptr) {
      return;
    }
    // Upstream splits a lone text at its commas, which makes an administrator of whoever has a
    // subject as short as the first part.
    if (!setting->is_list && setting->values.front().text.find(',') != std::string::npos) {
      reader_.Error(key, "expected a list, got a text with commas",
                    fmt::format("- \"{}\"", setting->values.front().text));
      return;
    }
    std::vector<SettingValue> dns;
    reader_.List(key, &dns);
    for (SettingValue& dn : dns) {
      node_.admin_dns.push_back({std::move(dn.text), {reader_.tree().file(), dn.line}});
    }
  }

  // opendistro.md, 3.7. What follows the prefix is a user name, dots and all.
  void ReadImpersonation() {
    for (const auto& [username, key] : settings_.KeysBelow("authcz.rest_impersonation_user.")) {
      std::vector<SettingValue> targets;
      reader_.List(key, &targets);
      policy::ImpersonationModel& entry = node_.impersonation[username];
      entry.where = reader_.WhereOf(key);
      for (SettingValue& target : targets) {
        if (const Status checked = roles::CheckOpendistroPattern(target.text); !checked.ok()) {
          reader_.ErrorAt(
              key, target,
              fmt::format("'{}' cannot be used: {}", target.text, checked.error().message));
        }
        entry.targets.push_back(std::move(target.text));
      }
    }
  }

  void ReadCache() {
    int64_t minutes = 60;
    reader_.Integer(settings_.Key("cache.ttl_minutes"), 0, std::numeric_limits<int32_t>::max(),
                    &minutes);
    node_.cache_ttl_seconds = minutes * 60;
  }

  // opendistro.md, 4.5.
  void ReadResolution() {
    const std::string key = settings_.Key("roles_mapping_resolution");
    std::string text;
    if (!reader_.Text(key, &text)) {
      return;
    }
    if (EqualsIgnoringCase(text, "BACKENDROLES_ONLY")) {
      node_.resolution = policy::RolesMappingResolution::kBackendrolesOnly;
    } else if (EqualsIgnoringCase(text, "BOTH")) {
      node_.resolution = policy::RolesMappingResolution::kBoth;
    } else if (!EqualsIgnoringCase(text, "MAPPING_ONLY")) {
      reader_.Warn(key, fmt::format("unknown value `{}` is read as MAPPING_ONLY", text),
                   "MAPPING_ONLY, BACKENDROLES_ONLY or BOTH");
    }
  }

  OpendistroSettings& settings_;
  SettingsReader& reader_;
  OpendistroNode node_;
};

}  // namespace

std::string OpendistroSettings::Key(std::string_view name) {
  std::string older = fmt::format("{}{}", kOpendistro, name);
  const bool has_older = reader_.Take(older) != nullptr;
  if (dialect_ == Dialect::kOpendistro) {
    return older;
  }
  std::string newer = fmt::format("{}{}", kOpensearch, name);
  return reader_.Take(newer) != nullptr || !has_older ? newer : older;
}

void OpendistroSettings::TakePrefix(std::string_view prefix) {
  reader_.TakePrefix(fmt::format("{}{}", kOpendistro, prefix));
  if (dialect_ == Dialect::kOpensearch) {
    reader_.TakePrefix(fmt::format("{}{}", kOpensearch, prefix));
  }
}

std::map<std::string, std::string> OpendistroSettings::KeysBelow(std::string_view prefix) {
  TakePrefix(prefix);
  std::map<std::string, std::string> keys;
  const auto add = [&](std::string_view spelling) {
    const std::string full = fmt::format("{}{}", spelling, prefix);
    for (auto at = reader_.tree().all().lower_bound(full);
         at != reader_.tree().all().end() && at->first.starts_with(full); ++at) {
      keys[at->first.substr(full.size())] = at->first;
    }
  };
  add(kOpendistro);
  if (dialect_ == Dialect::kOpensearch) {
    add(kOpensearch);  // the newer spelling wins
  }
  return keys;
}

void OpendistroSettings::ReportUnknown() {
  reader_.ReportUnknown(kOpendistro, "unknown setting");
  if (dialect_ == Dialect::kOpensearch) {
    reader_.ReportUnknown(kOpensearch, "unknown setting");
  } else if (const auto* newer = reader_.tree().FirstWithPrefix(kOpensearch)) {
    reader_.Error(newer->first, fmt::format("unknown setting [{}]", newer->first),
                  "OpenSearch's spelling: `dialect: opensearch` in pkigate.yml");
  }
}

OpendistroNode ReadOpendistroNode(OpendistroSettings& settings) {
  return NodeReader(settings).Read();
}

}  // namespace pkigate::config
