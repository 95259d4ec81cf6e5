// SPDX-License-Identifier: Apache-2.0
#include "config/roles_file.h"

#include <optional>
#include <string_view>
#include <vector>

#include "config/opendistro_document.h"
#include "config/yaml_reader.h"

namespace pkigate::config {

namespace {

class RoleReader {
 public:
  RoleReader(const YamlContext& context, const StockRoles& stock, RoleNames* out)
      : context_(context), stock_(stock), out_(*out) {}

  void Read(const YamlEntry& entry) {
    MappingReader role(context_, entry.value, entry.key);
    bool hidden = false;
    bool unused = false;
    std::string description;
    role.Switch("reserved", &unused);
    role.Switch("static", &unused);
    role.Switch("hidden", &hidden);
    role.Text("description", &description);
    CheckTexts(role, "cluster_permissions");
    CheckPermissions(role, "index_permissions", "index_patterns");
    CheckPermissions(role, "tenant_permissions", "tenant_patterns");
    role.ReportUnknownKeys();
    if (stock_.fixed.contains(entry.key)) {
      context_.Error(entry.line, entry.column, entry.key,
                     "a built-in role, which no file can define anew", "another name");
    }
    out_.all.insert(entry.key);
    if (hidden) {
      out_.hidden.insert(entry.key);
    }
  }

 private:
  static void CheckTexts(MappingReader& reader, std::string_view key) {
    std::vector<const YamlNode*> texts;
    reader.Texts(key, &texts);
  }

  // A list of permissions on what `patterns` match.
  void CheckPermissions(MappingReader& role, std::string_view key, std::string_view patterns) {
    const YamlNode* list = role.Find(key);
    if (list == nullptr) {
      return;
    }
    if (list->kind != YamlNode::Kind::kSequence) {
      role.Error(key, "expected a list of permissions");
      return;
    }
    for (const YamlNode& item : list->items) {
      MappingReader permission(context_, item, role.PathOf(key));
      CheckTexts(permission, patterns);
      CheckTexts(permission, "allowed_actions");
      if (key == "index_permissions") {
        RefuseNarrowing(permission);
      }
      permission.ReportUnknownKeys();
    }
  }

  // Parts of documents kept from a reader: the cluster behind would have to do it (decisions.md).
  static void RefuseNarrowing(MappingReader& permission) {
    for (const std::string_view key : {"dls", "fls", "masked_fields"}) {
      const YamlNode* node = permission.Find(key);
      if (node != nullptr && !(node->text.empty() && node->items.empty())) {
        permission.Error(key, "document and field level security is not enforced by a gateway");
      }
    }
  }

  const YamlContext& context_;
  const StockRoles& stock_;
  RoleNames& out_;
};

}  // namespace

void ReadRolesFile(const std::string& path, const StockRoles& stock, Diagnostics& diagnostics,
                   RoleNames* out) {
  const std::optional<YamlNode> root = ReadOpendistroDocument(path, "roles", diagnostics);
  if (!root) {
    return;
  }
  const YamlContext context{path, &diagnostics};
  RoleReader reader(context, stock, out);
  for (const YamlEntry& entry : root->entries) {
    reader.Read(entry);
  }
}

}  // namespace pkigate::config
