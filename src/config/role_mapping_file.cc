// SPDX-License-Identifier: Apache-2.0
#include "config/role_mapping_file.h"

#include <fmt/format.h>

#include <optional>
#include <string_view>
#include <utility>

#include "base/ascii.h"
#include "config/yaml_document.h"
#include "config/yaml_reader.h"
#include "x509/ldap_dn.h"

namespace pkigate::config {

namespace {

constexpr std::string_view kEssence = "failed to parse role mappings file";

class RoleMappingReader {
 public:
  RoleMappingReader(const YamlContext& context, const std::string& realm,
                    std::vector<roles::FileMapping>* out)
      : context_(context), realm_(realm), out_(*out) {}

  bool Read(const YamlNode& root) {
    if (root.kind == YamlNode::Kind::kNull) {
      return true;  // X-MAP-10
    }
    if (root.kind != YamlNode::Kind::kMapping) {
      return Refuse(
          root, "",
          fmt::format("expected role names with lists of DNs, got {}", YamlKindName(root.kind)));
    }
    bool right = true;
    for (const YamlEntry& role : root.entries) {
      right = ReadRole(role) && right;
    }
    return right;
  }

 private:
  bool Refuse(const YamlNode& node, const std::string& role, const std::string& problem) {
    context_.Error(node.line, node.column, role,
                   fmt::format("{} [{}]: {}", kEssence, context_.file, problem));
    return false;
  }

  bool ReadRole(const YamlEntry& role) {
    const YamlNode& value = role.value;
    if (role.key.find('.') != std::string::npos) {  // X-MAP-12
      context_.Warn(role.line, role.column, role.key,
                    "a role name with a dot: taken as it is, while Elasticsearch loses the entry");
    }
    switch (value.kind) {
      case YamlNode::Kind::kNull:
        context_.Error(role.line, role.column, role.key,
                       fmt::format("{} [{}]: the role has no value", kEssence, context_.file),
                       "a list of DNs, or [] for none");
        return false;
      case YamlNode::Kind::kMapping:
        return Refuse(value, role.key, "expected a list of DNs, got a mapping");
      case YamlNode::Kind::kScalar:
        SplitAtCommas(role);
        return true;
      case YamlNode::Kind::kSequence:
        break;
    }
    bool right = true;
    for (const YamlNode& item : value.items) {
      if (item.kind == YamlNode::Kind::kScalar) {
        Add(role, item, item.text);
      } else {
        right = Refuse(item, role.key,
                       fmt::format("expected a DN in the list, got {}", YamlKindName(item.kind)));
      }
    }
    return right;
  }

  void Add(const YamlEntry& role, const YamlNode& node, std::string dn) {
    if (!x509::LdapDn::Parse(dn).ok()) {  // X-MAP-4
      context_.LeaveOut(node.line, node.column, role.key,
                        fmt::format("invalid DN [{}] found in [pki] role mappings [{}] for realm "
                                    "[pki/{}]; it grants nothing",
                                    dn, context_.file, realm_));
      return;
    }
    out_.push_back({role.key, std::move(dn), {context_.file, node.line}});
  }

  // X-MAP-7: upstream reads a lone text as a list with commas between.
  void SplitAtCommas(const YamlEntry& role) {
    const YamlNode& value = role.value;
    context_.Warn(value.line, value.column, role.key,
                  "a text instead of a list is split at its commas, as Elasticsearch does",
                  "write a list: `- \"cn=...,ou=...\"`");
    std::string_view rest = value.text;
    for (;;) {
      const size_t comma = rest.find(',');
      Add(role, value, std::string(TrimBlanks(rest.substr(0, comma))));
      if (comma == std::string_view::npos) {
        return;
      }
      rest = rest.substr(comma + 1);
    }
  }

  const YamlContext& context_;
  const std::string& realm_;
  std::vector<roles::FileMapping>& out_;
};

}  // namespace

bool ReadRoleMappingFile(const std::string& path, const std::string& realm,
                         Diagnostics& diagnostics, std::vector<roles::FileMapping>* out) {
  const std::optional<YamlNode> root = ReadYamlFile(path, diagnostics);
  if (!root) {
    return false;
  }
  const YamlContext context{path, &diagnostics};
  return RoleMappingReader(context, realm, out).Read(*root);
}

}  // namespace pkigate::config
