// SPDX-License-Identifier: Apache-2.0
#include "config/opendistro_defaults.h"

#include <algorithm>
#include <optional>

#include "base/assert.h"
#include "base/diagnostics.h"
#include "config/yaml_document.h"

namespace pkigate::config {

namespace {

// The part of the data under `key`. The data are ours: that it is there is no question.
const YamlNode& Part(const YamlNode& node, std::string_view key) {
  const YamlNode* part = node.Find(key);
  PKIGATE_ASSERT(part != nullptr);
  return *part;
}

void AddRoles(const YamlNode& roles, StockRoles* stock) {
  for (const YamlEntry& role : roles.entries) {
    stock->names.insert(role.key);
    const YamlNode* flags = role.value.Find("flags");
    if (flags != nullptr && std::ranges::find(flags->items, std::string("static"),
                                              &YamlNode::text) != flags->items.end()) {
      stock->fixed.insert(role.key);
    }
  }
}

}  // namespace

StockRoles StockRolesOf(Dialect dialect) {
  Diagnostics diagnostics;
  const std::optional<YamlNode> root =
      ParseYaml(kOpendistroDefaults, "opendistro_defaults.yml", diagnostics);
  PKIGATE_ASSERT(root.has_value());
  StockRoles stock;
  AddRoles(Part(Part(*root, "opendistro"), "roles"), &stock);
  if (dialect == Dialect::kOpensearch) {
    const YamlNode& changes = Part(*root, "opensearch");
    AddRoles(Part(changes, "roles_changed_or_added"), &stock);
    for (const YamlNode& removed : Part(changes, "roles_removed").items) {
      stock.names.erase(removed.text);
      stock.fixed.erase(removed.text);
    }
  }
  return stock;
}

}  // namespace pkigate::config
