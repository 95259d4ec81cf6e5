// SPDX-License-Identifier: Apache-2.0
#include "config/xpack_roles_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "config/suggestion.h"
#include "config/yaml_document.h"
#include "config/yaml_reader.h"
#include "match/dialect_pattern.h"
#include "match/pattern_set.h"
#include "roles/xpack_builtin_roles.h"

namespace pkigate::config {

namespace {

constexpr std::string_view kMembers[] = {
    "cluster",  "indices",     "applications",   "run_as",         "global",
    "metadata", "description", "remote_indices", "remote_cluster", "transient_metadata"};

class RolesReader {
 public:
  explicit RolesReader(const YamlContext& context) : context_(context) {}

  // Nothing when the role cannot be used.
  std::optional<std::vector<std::string>> RunAsOf(const YamlEntry& role) const {
    if (roles::IsXpackBuiltinRole(role.key)) {  // X-ROL-1, X-ROL-3
      context_.Warn(role.line, role.column, role.key,
                    fmt::format("Role [{}] is reserved and may not be used.", role.key));
      return std::nullopt;
    }
    if (role.value.kind == YamlNode::Kind::kNull) {
      return std::vector<std::string>();
    }
    if (role.value.kind != YamlNode::Kind::kMapping) {
      return Skip(role, role.value, "expected a role's members");
    }
    std::vector<std::string> run_as;
    for (const YamlEntry& member : role.value.entries) {
      if (std::ranges::find(kMembers, member.key) == std::end(kMembers)) {
        context_.Warn(member.line, member.column, role.key + "." + member.key,
                      fmt::format("unexpected field [{}]: the role is skipped", member.key),
                      DidYouMean(member.key, kMembers));
        return std::nullopt;
      }
      if (member.key == "run_as" && !ReadPatterns(role, member.value, &run_as)) {
        return std::nullopt;
      }
    }
    return run_as;
  }

 private:
  std::nullopt_t Skip(const YamlEntry& role, const YamlNode& where,
                      std::string_view problem) const {
    context_.Warn(where.line, where.column, role.key,
                  fmt::format("{}: the role is skipped", problem));
    return std::nullopt;
  }

  bool ReadPatterns(const YamlEntry& role, const YamlNode& list,
                    std::vector<std::string>* out) const {
    if (list.kind == YamlNode::Kind::kNull) {
      return true;
    }
    if (list.kind != YamlNode::Kind::kSequence) {  // X-ROL-1a
      Skip(role, list, "[run_as]: expected a string array");
      return false;
    }
    for (const YamlNode& item : list.items) {
      if (item.kind != YamlNode::Kind::kScalar) {
        Skip(role, item, "[run_as]: expected a string");
        return false;
      }
      const Result<match::DialectPattern> pattern = match::ReadXpackPermissionPattern(item.text);
      const Result<uint32_t> usable =
          pattern.ok() ? match::PatternSet::Builder().Add(*pattern) : pattern.error();
      if (!usable.ok()) {
        Skip(role, item, usable.error().message);
        return false;
      }
      out->push_back(item.text);
    }
    return true;
  }

  const YamlContext& context_;
};

}  // namespace

roles::RunAsPatterns ReadXpackRolesFile(const std::string& path, Diagnostics& diagnostics) {
  roles::RunAsPatterns made;
  const std::optional<YamlNode> root = ReadYamlFile(path, diagnostics);
  if (!root || root->kind == YamlNode::Kind::kNull) {
    return made;
  }
  const YamlContext context{path, &diagnostics};
  if (root->kind != YamlNode::Kind::kMapping) {
    context.Error(root->line, root->column, "",
                  fmt::format("expected role names, got {}", YamlKindName(root->kind)));
    return made;
  }
  const RolesReader reader(context);
  for (const YamlEntry& role : root->entries) {
    if (auto run_as = reader.RunAsOf(role)) {
      made[role.key] = std::move(*run_as);
    }
  }
  return made;
}

}  // namespace pkigate::config
