// SPDX-License-Identifier: Apache-2.0
#include "config/settings_tree.h"

#include <fmt/format.h>

#include <utility>

namespace pkigate::config {

namespace {

SettingValue ValueOf(const YamlNode& node, const Environment& environment) {
  SettingValue value{node.text, node.line, node.column};
  if (!environment) {
    return value;
  }
  Result<std::string> expanded = ExpandPlaceholders(node.text, environment);
  if (expanded.ok()) {
    value.text = std::move(expanded).value();
  } else {
    value.problem = expanded.error().message;
  }
  return value;
}

}  // namespace

SettingsTree SettingsTree::Flatten(const YamlNode& root, const std::string& file,
                                   Diagnostics& diagnostics, const Environment& environment) {
  SettingsTree tree;
  tree.file_ = file;
  if (root.kind == YamlNode::Kind::kMapping) {
    tree.AddMapping(root, "", {diagnostics, environment});
  } else if (root.kind != YamlNode::Kind::kNull) {
    diagnostics.Add({.file = file,
                     .line = root.line,
                     .column = root.column,
                     .problem = fmt::format("expected settings (`key: value`), got {}",
                                            YamlKindName(root.kind))});
  }
  return tree;
}

// The depth of the recursion is that of the YAML tree: limits::kYamlDepthMax.
void SettingsTree::AddMapping(const YamlNode& node, const std::string& prefix, Target target) {
  for (const YamlEntry& entry : node.entries) {
    const std::string key = prefix.empty() ? entry.key : fmt::format("{}.{}", prefix, entry.key);
    if (entry.value.kind == YamlNode::Kind::kMapping) {
      AddMapping(entry.value, key, target);
    } else if (entry.value.kind != YamlNode::Kind::kNull) {
      Add(entry.value, key, entry.line, entry.column, target);
    }
  }
}

void SettingsTree::Add(const YamlNode& node, const std::string& key, int line, int column,
                       Target target) {
  Setting setting{
      .is_list = node.kind == YamlNode::Kind::kSequence, .line = line, .column = column};
  if (!setting.is_list) {
    setting.values.push_back(ValueOf(node, target.environment));
  }
  for (const YamlNode& item : node.items) {
    if (item.kind != YamlNode::Kind::kScalar) {
      target.diagnostics.Add(
          {.file = file_,
           .line = item.line,
           .column = item.column,
           .key = key,
           .problem = fmt::format("expected a text in the list, got {}", YamlKindName(item.kind))});
      continue;
    }
    setting.values.push_back(ValueOf(item, target.environment));
  }
  const auto [earlier, is_new] = settings_.emplace(key, std::move(setting));
  if (!is_new) {
    target.diagnostics.Add(
        {.file = file_,
         .line = line,
         .column = column,
         .key = key,
         .problem = fmt::format("given twice, first on line {}", earlier->second.line),
         .hint = "nested and dotted spellings are the same setting; keep one"});
  }
}

const Setting* SettingsTree::Find(std::string_view key) const {
  const auto found = settings_.find(key);
  return found == settings_.end() ? nullptr : &found->second;
}

const SettingsTree::Map::value_type* SettingsTree::FirstWithPrefix(std::string_view prefix) const {
  const auto found = settings_.lower_bound(prefix);
  return found != settings_.end() && found->first.starts_with(prefix) ? &*found : nullptr;
}

bool SettingsTree::HasPrefix(std::string_view prefix) const {
  return FirstWithPrefix(prefix) != nullptr;
}

}  // namespace pkigate::config
