// SPDX-License-Identifier: Apache-2.0
#include "config/secure_settings.h"

#include <optional>

#include "base/file.h"
#include "base/limits.h"
#include "config/yaml_document.h"

namespace pkigate::config {

namespace {

// The settings of a text. What is wrong with it is told without what the readers of YAML say, as
// that may quote.
SettingsTree Parse(std::string_view text, const std::string& path, Diagnostics& diagnostics) {
  Diagnostics quoting;
  const std::optional<YamlNode> root = ParseYaml(text, path, quoting);
  SettingsTree tree =
      root ? SettingsTree::Flatten(*root, path, quoting, /*environment=*/nullptr) : SettingsTree();
  for (const Diagnostic& diagnostic : quoting.list()) {
    diagnostics.Add({.severity = diagnostic.severity,
                     .file = path,
                     .line = diagnostic.line,
                     .column = diagnostic.column,
                     .problem = "cannot be read as secure settings (the text is not shown)",
                     .hint = "a YAML mapping: full.key.of.the.setting: \"value\", each key once"});
  }
  return tree;
}

SettingsTree ReadSecrets(const std::string& path, const SourceLine& where,
                         Diagnostics& diagnostics) {
  if (path.empty()) {
    return {};
  }
  const Result<std::string> content = ReadPrivateFile(path, limits::kConfigFileBytesMax);
  if (content.ok()) {
    return Parse(content.value(), path, diagnostics);
  }
  const bool exposed = std::string_view(content.error().code) == "file_exposed";
  diagnostics.Add({.file = where.file,
                   .line = where.line,
                   .key = "secrets_file",
                   .problem = content.error().message,
                   .hint = exposed ? "chmod 600" : ""});
  return {};
}

}  // namespace

SecureSettings::SecureSettings(const std::string& path, const SourceLine& where,
                               Diagnostics& diagnostics)
    : tree_(ReadSecrets(path, where, diagnostics)), reader_(tree_, diagnostics) {}

bool SecureSettings::Take(const std::string& key, std::string* out) {
  const Setting* setting = reader_.Take(key);
  if (setting == nullptr) {
    return false;
  }
  if (setting->is_list) {
    reader_.Error(key, "expected one value, got a list");
    return false;
  }
  *out = setting->values.front().text;
  return true;
}

std::vector<std::string> SecureSettings::KeysWithPrefix(std::string_view prefix) const {
  std::vector<std::string> keys;
  for (auto at = tree_.all().lower_bound(prefix);
       at != tree_.all().end() && at->first.starts_with(prefix); ++at) {
    keys.push_back(at->first);
  }
  return keys;
}

}  // namespace pkigate::config
