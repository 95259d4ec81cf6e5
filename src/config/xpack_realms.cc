// SPDX-License-Identifier: Apache-2.0
#include "config/xpack_realms.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/file.h"
#include "config/native_users_file.h"
#include "config/role_mapping_file.h"
#include "config/users_file.h"
#include "config/xpack_realm_list.h"
#include "config/xpack_stores.h"
#include "identity/reserved_users.h"

namespace pkigate::config {

namespace {

constexpr int64_t kNanosecondsPerSecond = 1'000'000'000;

// A realm with the keys that all types have in common.
struct Realm : XpackRealmEntry {
  bool enabled = true;
  std::optional<int64_t> order{};
};

class RealmReader {
 public:
  RealmReader(SettingsReader& settings, KeyFiles& files, const DialectFilesInput& input,
              const identity::ReservedUserNames& reserved)
      : settings_(settings),
        files_(files),
        input_(input),
        reserved_(reserved),
        native_users_(ReadNativeUsersFile(input.directory, settings.diagnostics())) {}

  XpackRealms Read(const std::vector<XpackRealmEntry>& entries) {
    std::vector<Realm> realms;
    for (const XpackRealmEntry& entry : entries) {
      Realm& realm = realms.emplace_back(Realm{entry});
      settings_.Switch(realm.prefix + "enabled", &realm.enabled);
      int64_t order = 0;
      if (settings_.Integer(realm.prefix + "order", std::numeric_limits<int32_t>::min(),
                            std::numeric_limits<int32_t>::max(), &order)) {
        realm.order = order;
      }
    }
    XpackRealms made;
    for (const Realm& realm : realms) {
      if (realm.type == "pki") {
        made.any_pki_enabled = made.any_pki_enabled || realm.enabled;
        made.pki.push_back(ReadPki(realm, realms));
      } else if (IsForeignRealmType(realm.type)) {
        RefuseOtherType(realm);
      } else {
        made.passwords.push_back(ReadPasswordRealm(realm));
      }
    }
    CheckOrders(realms);
    if (realms.empty()) {
      AddDefaultRealms(&made);
    }
    ReadReservedUsers(&made);
    return made;
  }

 private:
  policy::XpackRealmModel ReadPki(const Realm& realm, const std::vector<Realm>& all) {
    policy::XpackRealmModel model;
    identity::PkiRealmModel& pki = model.pki;
    pki.name = realm.name;
    pki.key_prefix = realm.prefix.substr(0, realm.prefix.size() - 1);
    pki.order = realm.order;
    pki.enabled = realm.enabled;
    pki.where = realm.where;
    pki.strict_username = input_.options.strict_username;
    ReadUsername(realm, &pki);
    ReadTrust(realm, &pki);
    ReadCache(realm, &pki.cache_ttl_seconds);
    ReadDelegation(realm);
    ReadAuthorizationRealms(realm, all, &model.authorization_realms);
    ReadMappingFile(realm, &model);
    bool unused = false;
    settings_.Switch(realm.prefix + "unmapped_groups_as_roles", &unused);  // X-SET-25
    settings_.ReportUnknown(realm.prefix, "unknown setting");              // X-SET-30
    return model;
  }

  // X-SET-12 to X-SET-14. Whether the pattern and the names are good is for the policy compiler.
  void ReadUsername(const Realm& realm, identity::PkiRealmModel* pki) {
    const std::string pattern_key = realm.prefix + "username_pattern";
    const std::string name_key = realm.prefix + "username_rdn_name";
    const std::string oid_key = realm.prefix + "username_rdn_oid";
    pki->username_where = realm.where;
    if (settings_.Text(pattern_key, &pki->username_pattern)) {
      pki->username_where = settings_.WhereOf(pattern_key);
    }
    std::string name;
    std::string oid;
    const bool has_name = settings_.Text(name_key, &name);
    const bool has_oid = settings_.Text(oid_key, &oid);
    if (has_name && has_oid) {  // X-SET-49
      settings_.Error(oid_key, fmt::format("Both [{}] and [{}] are set", oid_key, name_key),
                      "keep one of the two");
    } else if (has_name) {
      pki->username_rdn_name = name;
      pki->username_where = settings_.WhereOf(name_key);
    } else if (has_oid) {
      pki->username_rdn_oid = oid;
      pki->username_where = settings_.WhereOf(oid_key);
    }
    const bool by_pattern = !has_name && !has_oid;
    if (realm.enabled && by_pattern && !pki->strict_username &&
        pki->username_pattern == identity::PkiRealmModel().username_pattern) {
      settings_.Warn(settings_.tree().Find(pattern_key) != nullptr ? pattern_key : FirstKey(realm),
                     "the default username_pattern also matches inside the value of another "
                     "attribute (CVE-2025-37731)",
                     "pki.strict_username: true in pkigate.yml");
    }
  }

  // X-SET-15 to X-SET-19, X-SET-40, X-SET-45.
  void ReadTrust(const Realm& realm, identity::PkiRealmModel* pki) {
    const std::string ca_key = realm.prefix + "certificate_authorities";
    const std::string store_key = realm.prefix + "truststore.path";
    for (const std::string_view key : {"password", "secure_password"}) {
      settings_.Take(fmt::format("{}truststore.{}", realm.prefix, key));
    }
    XpackStores stores(settings_, files_, realm.prefix);
    stores.CheckTrustStoreWords();
    const bool has_store = settings_.Take(store_key) != nullptr;
    const bool has_list = settings_.Take(ca_key) != nullptr;
    if (has_store && has_list) {
      settings_.Error(store_key,
                      fmt::format("cannot specify both [{}] and [{}]", ca_key, store_key), ca_key);
      return;
    }
    if (!(has_store || has_list) || !realm.enabled) {
      return;
    }
    const std::optional<DerList> anchors =
        has_store ? stores.ReadTrustStore() : files_.CertificatesOfList(ca_key);
    if (!anchors) {
      return;
    }
    if (has_list && anchors->empty()) {
      settings_.Warn(ca_key, "has no accepted certificate issuers: the realm trusts nobody");
    }
    pki->trust = files_.MakeTrust(has_store ? store_key : ca_key, *anchors, {},
                                  JdkTrustOptions(input_.options.allow_sha1));
  }

  // X-SET-23, X-SET-24, X-SET-55.
  void ReadCache(const Realm& realm, int64_t* ttl_seconds) {
    const std::string ttl_key = realm.prefix + "cache.ttl";
    int64_t ttl = 0;
    if (settings_.Nanoseconds(ttl_key, &ttl)) {
      if (ttl < 0) {
        settings_.Error(ttl_key, "negative durations are not supported", "0 turns the cache off");
      } else {
        *ttl_seconds = (ttl + kNanosecondsPerSecond - 1) / kNanosecondsPerSecond;
      }
    }
    int64_t max_users = 0;
    settings_.Integer(realm.prefix + "cache.max_users", 1, std::numeric_limits<int32_t>::max(),
                      &max_users);
  }

  // X-SET-22, X-SET-46, X-SET-47.
  void ReadDelegation(const Realm& realm) {
    const std::string key = realm.prefix + "delegation.enabled";
    bool enabled = false;
    if (!settings_.Switch(key, &enabled) || !enabled) {
      return;
    }
    const std::string ca_key = realm.prefix + "certificate_authorities";
    const std::string store_key = realm.prefix + "truststore.path";
    bool token_service = false;
    settings_.Switch("xpack.security.http.ssl.enabled", &token_service);
    settings_.Switch(kTokenService, &token_service);
    std::string needs;
    if (settings_.tree().Find(ca_key) == nullptr && settings_.tree().Find(store_key) == nullptr) {
      needs = fmt::format("a trust configuration ({} or {})", ca_key, store_key);
    }
    if (!token_service) {
      needs += needs.empty() ? "" : " and ";
      needs += fmt::format("that the token service be also enabled ({})", kTokenService);
    }
    settings_.Error(key, needs.empty() ? std::string("delegation is not available yet")
                                       : "PKI realms with delegation enabled require " + needs);
  }

  // X-SET-21, X-SET-48.
  void ReadAuthorizationRealms(const Realm& realm, const std::vector<Realm>& all,
                               std::vector<std::string>* out) {
    const std::string key = realm.prefix + "authorization_realms";
    std::vector<SettingValue> names;
    if (!settings_.List(key, &names)) {
      return;
    }
    for (const SettingValue& name : names) {
      const auto found = std::ranges::find_if(
          all, [&](const Realm& other) { return other.name == name.text && other.enabled; });
      if (found == all.end()) {
        settings_.ErrorAt(key, name,
                          fmt::format("configured authorization realm [{}] does not exist (or is "
                                      "not enabled)",
                                      name.text));
        return;
      }
      if (found->name == realm.name) {
        settings_.ErrorAt(
            key, name, fmt::format("realm [{}] cannot be its own authorization realm", realm.name));
        return;
      }
      if (found->type == "pki") {  // X-AUT-62
        settings_.Warn(key,
                       fmt::format("no user can be looked up in the pki realm [{}]", name.text));
      }
      out->push_back(name.text);
    }
  }

  // X-SET-20, X-MAP-9. Realms that share a file share what was read of it.
  void ReadMappingFile(const Realm& realm, policy::XpackRealmModel* model) {
    const std::string key = realm.prefix + "files.role_mapping";
    std::string name;
    const bool configured = settings_.Text(key, &name);
    if (!realm.enabled || (settings_.tree().Find(key) != nullptr && !configured)) {
      return;
    }
    const std::string path =
        configured ? ResolvePath(input_.directory, name) : DefaultMappingFile();
    const auto known = mapping_files_.find(path);
    if (known != mapping_files_.end()) {
      model->file_mappings = known->second;
      return;
    }
    std::vector<roles::FileMapping>& mappings = mapping_files_[path];
    std::error_code error;
    if (std::filesystem::exists(path, error)) {
      ReadRoleMappingFile(path, realm.name, settings_.diagnostics(), &mappings);
    } else if (configured) {
      // Upstream goes on without it. A file that a setting names and that is not there is a
      // mistake, and here every such mistake is refused.
      settings_.Error(key, fmt::format("Role mapping file [{}] for realm [{}] does not exist.",
                                       path, realm.name));
    } else {
      settings_.diagnostics().Add(
          {.severity = Diagnostic::Severity::kWarning,
           .file = path,
           .problem = fmt::format("Role mapping file [{}] for realm [{}] does not exist. Role "
                                  "mapping will be skipped.",
                                  path, realm.name)});
    }
    model->file_mappings = mappings;
  }

  // 6.3 and later keep it beside elasticsearch.yml, versions before in x-pack/.
  std::string DefaultMappingFile() const {
    const std::string path = ResolvePath(input_.directory, "role_mapping.yml");
    const std::string older = ResolvePath(input_.directory, "x-pack/role_mapping.yml");
    std::error_code error;
    return !std::filesystem::exists(path, error) && std::filesystem::exists(older, error) ? older
                                                                                          : path;
  }

  identity::PasswordRealmModel ReadPasswordRealm(const Realm& realm) {
    identity::PasswordRealmModel model;
    model.name = realm.name;
    model.type = realm.type;
    model.key_prefix = realm.prefix.substr(0, realm.prefix.size() - 1);
    model.order = realm.order;
    model.enabled = realm.enabled;
    model.where = realm.where;
    settings_.Take(realm.prefix + "type");
    ReadCache(realm, &model.cache_ttl_seconds);
    // The cache keeps keyed SHA-256 only; upstream's choices are all weaker or slower.
    settings_.Take(realm.prefix + "cache.hash_algo");
    bool authenticates = true;
    settings_.Switch(realm.prefix + "authentication.enabled", &authenticates);
    settings_.ReportUnknown(realm.prefix, "unknown setting");
    if (!realm.enabled) {
      return model;
    }
    if (!authenticates) {
      settings_.Error(realm.prefix + "authentication.enabled",
                      "a realm for lookups alone is not offered", "true");
    }
    model.users = realm.type == "file" ? FileUsers() : NativeUsers();
    return model;
  }

  // X-SET-33: with no realm at all in the settings these two are the chain.
  void AddDefaultRealms(XpackRealms* made) {
    identity::PasswordRealmModel file{.name = "default_file", .type = "file", .order = 0};
    file.users = FileUsers();
    made->passwords.push_back(std::move(file));
    identity::PasswordRealmModel native{.name = "default_native", .type = "native", .order = 1};
    native.users = NativeUsers();
    made->passwords.push_back(std::move(native));
  }

  std::shared_ptr<const identity::PasswordUsers> FileUsers() {
    return std::make_shared<const identity::PasswordUsers>(
        ReadUsersFiles(input_.directory, reserved_, settings_.diagnostics()));
  }

  // native_users.yml has the users of the native realm and, by their names, the passwords of the
  // reserved ones.
  std::shared_ptr<const identity::PasswordUsers> NativeUsers() {
    auto users = std::make_shared<identity::PasswordUsers>();
    for (const auto& [name, user] : native_users_) {
      if (!identity::IsReservedUserName(name)) {
        users->emplace(name, user);
      }
    }
    return users;
  }

  void ReadReservedUsers(XpackRealms* made) {
    for (const auto& [name, user] : native_users_) {
      if (identity::IsReservedUserName(name)) {
        made->reserved_users.emplace(name, user);
      }
    }
  }

  // X-DEC-4.
  void RefuseOtherType(const Realm& realm) {
    settings_.TakePrefix(realm.prefix);
    if (realm.enabled) {
      settings_.Error(FirstKey(realm),
                      fmt::format("realm type [{}] of realm [{}] is not supported by pkigate",
                                  realm.type, realm.name),
                      fmt::format("{}enabled: false", realm.prefix));
    }
  }

  // X-SET-31.
  void CheckOrders(const std::vector<Realm>& realms) {
    std::map<int64_t, std::vector<std::string_view>> names;
    for (const Realm& realm : realms) {
      if (!realm.enabled || IsForeignRealmType(realm.type)) {
        continue;
      }
      if (!realm.order) {
        settings_.Warn(FirstKey(realm),
                       fmt::format("realm [{}] has no order and comes last", realm.name),
                       fmt::format("{}order: a number", realm.prefix));
        continue;
      }
      std::vector<std::string_view>& same = names[*realm.order];
      same.push_back(realm.name);
      if (same.size() == 2) {
        settings_.Warn(
            realm.prefix + "order",
            fmt::format("Found multiple realms configured with the same order: {} and {} "
                        "have {}; they are asked in the order of their names",
                        same[0], same[1], *realm.order));
      }
    }
  }

  const std::string& FirstKey(const Realm& realm) const {
    return settings_.tree().FirstWithPrefix(realm.prefix)->first;
  }

  static constexpr char kTokenService[] = "xpack.security.authc.token.enabled";

  SettingsReader& settings_;
  KeyFiles& files_;
  const DialectFilesInput& input_;
  const identity::ReservedUserNames& reserved_;
  const identity::PasswordUsers native_users_;
  std::map<std::string, std::vector<roles::FileMapping>> mapping_files_;
};

}  // namespace

XpackRealms ReadXpackRealms(SettingsReader& settings, KeyFiles& files,
                            const DialectFilesInput& input,
                            const identity::ReservedUserNames& reserved) {
  return RealmReader(settings, files, input, reserved).Read(ListXpackRealms(settings));
}

}  // namespace pkigate::config
