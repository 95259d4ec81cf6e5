// SPDX-License-Identifier: Apache-2.0
#include "config/native_users_file.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ascii.h"
#include "base/file.h"
#include "base/json_text.h"
#include "config/yaml_document.h"
#include "config/yaml_reader.h"
#include "identity/password_hash.h"

namespace pkigate::config {

namespace {

constexpr std::string_view kHashHint = "password_hash: \"$2a$10$...\"";

// A number as JSON writes it: nothing that YAML alone would take for one.
bool IsJsonNumber(std::string_view text) {
  const auto skip_digits = [&text] {
    const size_t end = std::min(text.find_first_not_of("0123456789"), text.size());
    text.remove_prefix(end);
    return end > 0;
  };
  if (text.starts_with('-')) {
    text.remove_prefix(1);
  }
  if (text.starts_with('0') && text.size() > 1 && IsAsciiDigit(text[1])) {
    return false;
  }
  if (!skip_digits()) {
    return false;
  }
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    if (!skip_digits()) {
      return false;
    }
  }
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    if (text.starts_with('-') || text.starts_with('+')) {
      text.remove_prefix(1);
    }
    if (!skip_digits()) {
      return false;
    }
  }
  return text.empty();
}

// A plain scalar that is no text in JSON either.
bool IsJsonWord(const YamlNode& node) {
  return !node.quoted && (node.text == "true" || node.text == "false" || IsJsonNumber(node.text));
}

// Bounded by the depth of the YAML tree.
void AppendJson(std::string& out, const YamlNode& node) {
  std::string_view between;
  switch (node.kind) {
    case YamlNode::Kind::kNull:
      out += "null";
      return;
    case YamlNode::Kind::kScalar:
      if (IsJsonWord(node)) {
        out += node.text;
      } else {
        AppendJsonString(out, node.text);
      }
      return;
    case YamlNode::Kind::kSequence:
      out += '[';
      for (const YamlNode& item : node.items) {
        out += std::exchange(between, ",");
        AppendJson(out, item);
      }
      out += ']';
      return;
    case YamlNode::Kind::kMapping:
      out += '{';
      for (const YamlEntry& entry : node.entries) {
        out += std::exchange(between, ",");
        AppendJsonString(out, entry.key);
        out += ':';
        AppendJson(out, entry.value);
      }
      out += '}';
      return;
  }
}

void ReadMetadata(MappingReader& user, std::vector<identity::MetadataEntry>* out) {
  const YamlNode* node = user.Find("metadata");
  if (node == nullptr) {
    return;
  }
  if (node->kind != YamlNode::Kind::kMapping) {
    user.Error("metadata", "expected a mapping", "metadata: {key: value}");
    return;
  }
  for (const YamlEntry& entry : node->entries) {
    identity::MetadataEntry made{.key = entry.key};
    if (entry.value.kind == YamlNode::Kind::kScalar && !IsJsonWord(entry.value)) {
      made.value = entry.value.text;
    } else {
      made.is_json = true;
      AppendJson(made.value, entry.value);
    }
    out->push_back(std::move(made));
  }
}

void ReadRoles(MappingReader& user, std::vector<std::string>* out) {
  std::vector<const YamlNode*> roles;
  user.Texts("roles", &roles);
  for (const YamlNode* role : roles) {
    if (const Status right = identity::CheckXpackRoleName(role->text); !right.ok()) {
      user.context().Error(role->line, role->column, user.PathOf("roles"), right.error().message);
    }
    out->push_back(role->text);
  }
}

identity::PasswordUser ReadUser(MappingReader& reader) {
  identity::PasswordUser user;
  if (!reader.Text("password_hash", &user.password_hash)) {
    if (reader.Find("password_hash") == nullptr) {
      reader.Missing("password_hash", std::string(kHashHint));
    }
  } else if (const Status right = identity::CheckPasswordHash(user.password_hash); !right.ok()) {
    reader.Error("password_hash", right.error().message, std::string(kHashHint));
  }
  ReadRoles(reader, &user.roles);
  std::string text;
  if (reader.Text("full_name", &text)) {
    user.full_name = std::move(text);
  }
  if (reader.Text("email", &text)) {
    user.email = std::move(text);
  }
  ReadMetadata(reader, &user.metadata);
  reader.Switch("enabled", &user.enabled);
  reader.ReportUnknownKeys();
  return user;
}

}  // namespace

PasswordUsers ReadNativeUsersFile(const std::string& directory, Diagnostics& diagnostics) {
  PasswordUsers users;
  const std::string path = ResolvePath(directory, "native_users.yml");
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) {
    return users;
  }
  const std::optional<YamlNode> root = ReadYamlFile(path, diagnostics);
  if (!root || root->kind == YamlNode::Kind::kNull) {
    return users;
  }
  const YamlContext context{path, &diagnostics};
  if (root->kind != YamlNode::Kind::kMapping) {
    context.Error(root->line, root->column, "", "expected user names with their properties",
                  "name: {password_hash: \"$2a$10$...\", roles: [viewer]}");
    return users;
  }
  for (const YamlEntry& entry : root->entries) {
    // The reserved users are these; `_anonymous` is nobody's name.
    const identity::ReservedUserNames reserved{.reserved_realm = false};
    if (const Status right = identity::CheckXpackUserName(entry.key, reserved); !right.ok()) {
      context.Error(entry.line, entry.column, entry.key, right.error().message);
    }
    MappingReader reader(context, entry.value, entry.key);
    users.emplace(entry.key, ReadUser(reader));
  }
  return users;
}

}  // namespace pkigate::config
