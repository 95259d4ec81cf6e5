// SPDX-License-Identifier: Apache-2.0
#include "config/opendistro_files.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include "base/file.h"
#include "config/internal_users_file.h"
#include "config/key_files.h"
#include "config/opendistro_defaults.h"
#include "config/opendistro_dynamic.h"
#include "config/opendistro_settings.h"
#include "config/opendistro_tls.h"
#include "config/roles_file.h"
#include "config/roles_mapping_file.h"
#include "config/secure_settings.h"
#include "config/settings_reader.h"
#include "config/settings_tree.h"
#include "config/yaml_document.h"

namespace pkigate::config {

namespace {

bool Exists(const std::string& path) {
  std::error_code error;
  return std::filesystem::exists(path, error);
}

// OpenSearch's node settings are in opensearch.yml; a folder taken over from Open Distro may still
// have the older name.
std::string NodeSettingsFile(const DialectFilesInput& input) {
  const std::string older = ResolvePath(input.directory, "elasticsearch.yml");
  const std::string newer = ResolvePath(input.directory, "opensearch.yml");
  return input.dialect == Dialect::kOpensearch && (Exists(newer) || !Exists(older)) ? newer : older;
}

// Where config.yml and its like are: beside the node settings, or where OpenSearch 2 and later have
// them.
std::string SecurityFolder(const DialectFilesInput& input) {
  const std::string folder = ResolvePath(input.directory, "opensearch-security");
  return input.dialect == Dialect::kOpensearch &&
                 !Exists(ResolvePath(input.directory, "config.yml")) &&
                 Exists(ResolvePath(folder, "config.yml"))
             ? folder
             : input.directory;
}

// Fills what the node settings decide; false when the file could not be read as settings.
bool ReadNodeSettings(const DialectFilesInput& input, Diagnostics& diagnostics, TlsSettings* tls,
                      OpendistroNode* node) {
  const std::string path = NodeSettingsFile(input);
  const std::optional<YamlNode> root = ReadYamlFile(path, diagnostics);
  if (!root) {
    return false;
  }
  const SettingsTree tree = SettingsTree::Flatten(*root, path, diagnostics);
  if (tree.all().empty()) {
    diagnostics.Add({.file = path,
                     .line = 1,
                     .problem = "the file holds no settings",
                     .hint = "at least those of ssl.http"});
    return false;
  }
  SettingsReader reader(tree, diagnostics);
  OpendistroSettings settings(reader, input.dialect);
  SecureSettings none({}, {}, diagnostics);  // the dialect has none
  KeyFiles files(reader, none, input.directory, input.now_unix);
  ReadOpendistroTls(settings, files, input, tls);
  *node = ReadOpendistroNode(settings);
  settings.ReportUnknown();
  return true;
}

bool NeedsInternalUsers(const policy::OpendistroModel& model) {
  return model.internal_authz ||
         std::ranges::any_of(model.domains, [](const identity::DomainModel& domain) {
           return domain.http_enabled && domain.backend == identity::Backend::kInternal;
         });
}

}  // namespace

DialectFiles ReadOpendistroFiles(const DialectFilesInput& input, Diagnostics& diagnostics) {
  DialectFiles made;
  made.model.dialect = input.dialect;
  auto& model = made.model.body.emplace<policy::OpendistroModel>();
  model.multi_valued_rdn = input.options.multi_valued_rdn;
  model.dn_as_backend_role = input.options.dn_as_backend_role;
  OpendistroNode node;
  ReadNodeSettings(input, diagnostics, &made.tls, &node);
  model.admin_dns = std::move(node.admin_dns);
  model.resolution = node.resolution;
  model.impersonation = std::move(node.impersonation);
  model.cache_ttl_seconds = node.cache_ttl_seconds;
  const std::string folder = SecurityFolder(input);
  ReadOpendistroDynamic(ResolvePath(folder, "config.yml"), input.dialect, node, diagnostics,
                        &model);
  // Without a domain that asks for passwords nobody misses the file.
  const std::string users_path = ResolvePath(folder, "internal_users.yml");
  if (Exists(users_path) || NeedsInternalUsers(model)) {
    ReadInternalUsersFile(users_path, diagnostics, &model.internal_users);
  }
  ReadRolesMappingFile(ResolvePath(folder, "roles_mapping.yml"), diagnostics, &model.file_mappings);
  const StockRoles stock = node.load_static_resources ? StockRolesOf(input.dialect) : StockRoles();
  RoleNames own;
  const std::string roles_path = ResolvePath(folder, "roles.yml");
  // The static ones are built in; the others stand in the roles.yml that comes with the plugin, so
  // another one in its place takes them away.
  model.known_roles = Exists(roles_path) ? stock.fixed : stock.names;
  if (Exists(roles_path)) {
    ReadRolesFile(roles_path, stock, diagnostics, &own);
  } else {
    diagnostics.Add({.severity = Diagnostic::Severity::kWarning,
                     .file = roles_path,
                     .problem = "the file does not exist: there are the built-in roles only"});
  }
  model.known_roles.insert(own.all.begin(), own.all.end());
  model.hidden_roles = std::move(own.hidden);
  return made;
}

}  // namespace pkigate::config
