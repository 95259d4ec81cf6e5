// SPDX-License-Identifier: Apache-2.0
#include "config/internal_users_file.h"

#include <fmt/format.h>

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "config/opendistro_document.h"
#include "config/yaml_reader.h"
#include "identity/password_hash.h"

namespace pkigate::config {

namespace {

void ReadHash(MappingReader& reader, std::string* out) {
  std::string hash;
  if (!reader.Text("hash", &hash)) {
    reader.context().Warn(reader.line(), 0, reader.PathOf("hash"),
                          "the user has no hash: no password is right", "hash: \"$2y$12$...\"");
    return;
  }
  const Status right = identity::CheckBcryptHash(hash);
  if (!right.ok()) {
    const YamlNode& node = *reader.Find("hash");
    reader.context().Warn(node.line, node.column, reader.PathOf("hash"),
                          right.error().message + "; no password is right");
    return;
  }
  *out = std::move(hash);
}

// A list; upstream takes a lone text for an error, and so do we.
void ReadNames(MappingReader& reader, std::string_view key, std::vector<std::string>* out) {
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

void ReadAttributes(MappingReader& reader, std::vector<std::pair<std::string, std::string>>* out) {
  const YamlNode* node = reader.Find("attributes");
  if (node == nullptr) {
    return;
  }
  if (node->kind != YamlNode::Kind::kMapping) {
    reader.Error("attributes", fmt::format("expected a mapping, got {}", YamlKindName(node->kind)));
    return;
  }
  for (const YamlEntry& entry : node->entries) {
    if (entry.value.kind != YamlNode::Kind::kScalar) {
      reader.context().Error(
          entry.line, entry.column, fmt::format("{}.{}", reader.PathOf("attributes"), entry.key),
          fmt::format("expected a text, got {}", YamlKindName(entry.value.kind)));
      continue;
    }
    out->emplace_back(entry.key, entry.value.text);
  }
}

identity::InternalUser ReadUser(MappingReader& reader) {
  identity::InternalUser user;
  ReadHash(reader, &user.password_hash);
  ReadNames(reader, "backend_roles", &user.backend_roles);
  ReadNames(reader, "opendistro_security_roles", &user.direct_roles);
  ReadAttributes(reader, &user.attributes);
  std::string description;
  if (reader.Text("description", &description)) {
    user.description = std::move(description);
  }
  reader.Switch("reserved", &user.reserved);
  reader.Switch("hidden", &user.hidden);
  bool is_static = false;  // what a backup of the stored document has; of no meaning for users
  reader.Switch("static", &is_static);
  reader.ReportUnknownKeys();
  return user;
}

}  // namespace

void ReadInternalUsersFile(const std::string& path, Diagnostics& diagnostics,
                           std::map<std::string, identity::InternalUser>* out) {
  const std::optional<YamlNode> root = ReadOpendistroDocument(path, "internalusers", diagnostics);
  if (!root) {
    return;
  }
  const YamlContext context{path, &diagnostics};
  for (const YamlEntry& entry : root->entries) {
    MappingReader reader(context, entry.value, entry.key);
    out->emplace(entry.key, ReadUser(reader));
  }
}

}  // namespace pkigate::config
