// SPDX-License-Identifier: Apache-2.0
#include "config/opendistro_document.h"

#include <fmt/format.h>

#include "config/yaml_reader.h"

namespace pkigate::config {

namespace {

constexpr std::string_view kMeta = "_meta";

constexpr std::string_view kVersion = "2";

std::string MetaHint(std::string_view type) {
  return fmt::format("_meta: {{type: {}, config_version: {}}}", type, kVersion);
}

bool CheckMeta(const YamlContext& context, const YamlNode& node, std::string_view type) {
  const size_t num_before = context.diagnostics->list().size();
  MappingReader meta(context, node, std::string(kMeta));
  std::string text;
  if (meta.Text("type", &text) && text != type) {
    meta.Error("type", fmt::format("a document of type `{}`, expected `{}`", text, type),
               "the files of the folder may have been swapped");
  } else if (text.empty()) {
    meta.Missing("type", MetaHint(type));
  }
  if (meta.Text("config_version", &text) && text != kVersion) {
    meta.Error("config_version", fmt::format("unknown version `{}`", text), MetaHint(type));
  } else if (meta.Find("config_version") == nullptr) {
    meta.Missing("config_version", MetaHint(type));
  }
  meta.ReportUnknownKeys();
  return context.diagnostics->list().size() == num_before;
}

}  // namespace

std::optional<YamlNode> ReadOpendistroDocument(const std::string& path, std::string_view type,
                                               Diagnostics& diagnostics) {
  std::optional<YamlNode> root = ReadYamlFile(path, diagnostics);
  if (!root) {
    return std::nullopt;
  }
  const YamlContext context{path, &diagnostics};
  if (root->kind != YamlNode::Kind::kMapping) {
    context.Error(root->line, root->column, "",
                  fmt::format("expected a document with `_meta`, got {}", YamlKindName(root->kind)),
                  MetaHint(type));
    return std::nullopt;
  }
  const YamlNode* meta = root->Find(kMeta);
  if (meta == nullptr) {
    context.Error(root->line, root->column, std::string(kMeta), "is missing", MetaHint(type));
    return std::nullopt;
  }
  if (!CheckMeta(context, *meta, type)) {
    return std::nullopt;
  }
  std::erase_if(root->entries, [](const YamlEntry& entry) { return entry.key == kMeta; });
  return root;
}

}  // namespace pkigate::config
