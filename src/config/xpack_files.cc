// SPDX-License-Identifier: Apache-2.0
#include "config/xpack_files.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "base/file.h"
#include "config/key_files.h"
#include "config/secure_settings.h"
#include "config/settings_reader.h"
#include "config/settings_tree.h"
#include "config/xpack_authc.h"
#include "config/xpack_realm_list.h"
#include "config/xpack_realms.h"
#include "config/xpack_roles_file.h"
#include "config/xpack_secrets.h"
#include "config/xpack_tls.h"
#include "config/yaml_document.h"

namespace pkigate::config {

namespace {

constexpr std::string_view kSecurity = "xpack.security.";

// Settings of the security plugin that concern the cluster's own nodes, or services that the
// gateway has no part in: known, so that a file can be used as it is, and without effect here.
constexpr std::string_view kOfTheCluster[] = {
    "xpack.security.audit.",
    "xpack.security.authc.api_key.",
    "xpack.security.authc.password_hashing.",
    "xpack.security.authc.service_token.",
    "xpack.security.authc.success_cache.",
    "xpack.security.authc.token.",
    "xpack.security.authz.",
    "xpack.security.autoconfiguration.",
    "xpack.security.automata.",
    "xpack.security.crypto.",
    "xpack.security.dls.",
    "xpack.security.dls_fls.",
    "xpack.security.encryption.",
    "xpack.security.enrollment.",
    "xpack.security.filter.",
    "xpack.security.fips_mode.",
    "xpack.security.operator_privileges.",
    "xpack.security.ssl.diagnose.",
    "xpack.security.system_key.",
    "xpack.security.transport.filter.",
};

// Settings that a gateway without them must not pass over: they keep people out, or let them in.
void RefuseWhatIsMissing(SettingsReader& settings) {
  bool enabled = true;
  if (settings.Switch("xpack.security.enabled", &enabled) && !enabled) {
    settings.Error("xpack.security.enabled", "a gateway without security is not offered");
  }
  settings.Take("xpack.security.user");  // of the transport client, 5.x and 6.x
  bool filtered = true;
  settings.Switch("xpack.security.http.filter.enabled", &filtered);
  for (const char* key : {"xpack.security.http.filter.allow", "xpack.security.http.filter.deny"}) {
    if (settings.Take(key) != nullptr && filtered) {
      settings.Error(key, "filtering by address is not available");
    }
  }
}

// X-SET-54, X-TLS-12.
void CheckRealmsAgainstTls(SettingsReader& settings, const DialectFilesInput& input,
                           const XpackRealms& realms, bool transport_asks, const TlsSettings& tls) {
  if (!realms.any_pki_enabled) {
    return;
  }
  const bool asks = tls.enabled && tls.client_authentication != ClientAuthentication::kNone;
  const std::string realm_key = [&] {
    const auto enabled = std::ranges::find_if(
        realms.pki, [](const policy::XpackRealmModel& realm) { return realm.pki.enabled; });
    return settings.tree().FirstWithPrefix(enabled->pki.key_prefix + ".")->first;
  }();
  if (!asks && !transport_asks) {
    settings.Error(
        realm_key,
        "a PKI realm is enabled but cannot be used as neither HTTP or Transport have SSL "
        "and client authentication enabled",
        "xpack.security.http.ssl.client_authentication: optional");
    return;
  }
  if (!asks) {
    settings.Warn(realm_key,
                  "this listener never asks for a certificate: the PKI realm has nothing to go by",
                  "xpack.security.http.ssl.client_authentication: optional");
    return;
  }
  if (tls.verify || input.options.allow_untrusted_pki) {
    return;
  }
  for (const policy::XpackRealmModel& realm : realms.pki) {
    if (realm.pki.enabled && realm.pki.trust == nullptr) {
      settings.Error(settings.tree().FirstWithPrefix(realm.pki.key_prefix + ".")->first,
                     "with verification_mode none and without a trust of its own "
                     "the realm would take every self-made certificate",
                     realm.pki.key_prefix +
                         ".certificate_authorities, or in pkigate.yml "
                         "insecure.allow_untrusted_pki: true");
    }
  }
}

// 6.3 and later keep it beside elasticsearch.yml, versions before in x-pack/.
roles::RunAsPatterns ReadRoles(const DialectFilesInput& input, Diagnostics& diagnostics) {
  for (const char* name : {"roles.yml", "x-pack/roles.yml"}) {
    const std::string path = ResolvePath(input.directory, name);
    std::error_code error;
    if (std::filesystem::exists(path, error)) {
      return ReadXpackRolesFile(path, diagnostics);
    }
  }
  return {};
}

}  // namespace

DialectFiles ReadXpackFiles(const DialectFilesInput& input, Diagnostics& diagnostics) {
  DialectFiles made;
  made.model.dialect = input.dialect;
  policy::XpackModel& model = made.model.body.emplace<policy::XpackModel>();
  model.answers = input.options.xpack_answers;
  model.prefer_certificate = input.options.prefer_certificate;
  model.tokens = input.options.tokens;
  const std::string path = ResolvePath(input.directory, "elasticsearch.yml");
  const std::optional<YamlNode> root = ReadYamlFile(path, diagnostics);
  if (!root) {
    return made;
  }
  const SettingsTree tree = SettingsTree::Flatten(*root, path, diagnostics);
  if (tree.all().empty()) {
    diagnostics.Add({.file = path,
                     .line = 1,
                     .problem = "the file holds no settings",
                     .hint = "at least xpack.security.http.ssl.*"});
    return made;
  }
  SettingsReader settings(tree, diagnostics);
  SecureSettings secrets(input.secrets_file, input.secrets_file_where, diagnostics);
  KeyFiles files(settings, secrets, input.directory, input.now_unix);
  for (const std::string_view prefix : kOfTheCluster) {
    settings.TakePrefix(prefix);
    secrets.TakePrefix(prefix);
  }
  RefuseWhatIsMissing(settings);
  ReadXpackTls(settings, files, input, FormOf(tree), &made.tls);
  const bool transport_asks = XpackTransportAsksForCertificates(settings);
  ReadXpackAuthc(settings, &model);
  XpackRealms realms = ReadXpackRealms(
      settings, files, input,
      {.reserved_realm = model.reserved_realm, .anonymous = model.anonymous.username});
  CheckRealmsAgainstTls(settings, input, realms, transport_asks, made.tls);
  model.realms = std::move(realms.pki);
  model.password_realms = std::move(realms.passwords);
  model.reserved_users = std::move(realms.reserved_users);
  model.run_as = ReadRoles(input, diagnostics);
  CheckXpackSecrets(tree, secrets);
  settings.ReportUnknown(kSecurity, "unknown setting");
  settings.ReportUnknown("xpack.ssl.", "unknown setting");
  return made;
}

}  // namespace pkigate::config
