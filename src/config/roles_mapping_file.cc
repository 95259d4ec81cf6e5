// SPDX-License-Identifier: Apache-2.0
#include "config/roles_mapping_file.h"

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "config/opendistro_document.h"
#include "config/yaml_reader.h"

namespace pkigate::config {

namespace {

// A list of patterns. Upstream takes a lone text for an error, and so do we.
void ReadPatterns(MappingReader& reader, std::string_view key, std::vector<std::string>* out) {
  const YamlNode* node = reader.Find(key);
  if (node != nullptr && node->kind == YamlNode::Kind::kScalar) {
    reader.Error(key, "expected a list, got a text", "- \"" + node->text + "\"");
    return;
  }
  std::vector<const YamlNode*> texts;
  reader.Texts(key, &texts);
  for (const YamlNode* text : texts) {
    out->push_back(text->text);
  }
}

}  // namespace

void ReadRolesMappingFile(const std::string& path, Diagnostics& diagnostics,
                          std::map<std::string, policy::OpendistroFileMapping>* out) {
  const std::optional<YamlNode> root = ReadOpendistroDocument(path, "rolesmapping", diagnostics);
  if (!root) {
    return;
  }
  const YamlContext context{path, &diagnostics};
  for (const YamlEntry& entry : root->entries) {
    MappingReader reader(context, entry.value, entry.key);
    policy::OpendistroFileMapping made{.where = {path, entry.line}};
    roles::OpendistroMapping& mapping = made.mapping;
    ReadPatterns(reader, "users", &mapping.users);
    ReadPatterns(reader, "backend_roles", &mapping.backend_roles);
    ReadPatterns(reader, "hosts", &mapping.hosts);
    ReadPatterns(reader, "and_backend_roles", &mapping.and_backend_roles);
    reader.Switch("reserved", &mapping.reserved);
    reader.Switch("hidden", &mapping.hidden);
    std::string description;
    if (reader.Text("description", &description)) {
      mapping.description = std::move(description);
    }
    reader.ReportUnknownKeys();
    out->emplace(entry.key, std::move(made));
  }
}

}  // namespace pkigate::config
