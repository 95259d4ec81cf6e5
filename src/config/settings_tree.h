// SPDX-License-Identifier: Apache-2.0
//
// elasticsearch.yml as Elasticsearch reads it: nested, dotted and mixed spellings are one flat set
// of settings (X-SET-3). `a: {b.c: 1}` and `a.b: {c: 1}` both set `a.b.c`; giving it twice is an
// error here (upstream lets the later line win).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostics.h"
#include "config/placeholders.h"
#include "config/yaml_document.h"

namespace pkigate::config {

struct SettingValue {
  std::string text;  // placeholders replaced
  int line = 0;
  int column = 0;
  // Why a placeholder could not be replaced: such a value cannot be used. Empty: all is well.
  std::string problem = {};
};

struct Setting {
  // A scalar gives one value; a list each of its items. A scalar is split at commas only where a
  // list is asked for, as upstream does.
  std::vector<SettingValue> values;
  bool is_list = false;
  int line = 0;  // of the key's last part
  int column = 0;
};

// All settings of one file. Those read are remembered, so that the rest can be reported.
class SettingsTree {
 public:
  // Settings of `root`; null values leave a setting unset. Problems (duplicates through two
  // spellings, lists that hold more than texts) go to `diagnostics` under the name `file`. A
  // placeholder that cannot be replaced is a problem of those only who read the setting. Without an
  // `environment` (null) values are taken as they stand.
  static SettingsTree Flatten(const YamlNode& root, const std::string& file,
                              Diagnostics& diagnostics,
                              const Environment& environment = ProcessEnvironment);

  using Map = std::map<std::string, Setting, std::less<>>;
  const Map& all() const { return settings_; }
  const std::string& file() const { return file_; }

  // The setting, or null. The pointer lives as long as the tree.
  const Setting* Find(std::string_view key) const;
  // Whether any setting's key begins with `prefix`.
  bool HasPrefix(std::string_view prefix) const;
  // First setting whose key begins with `prefix`, in order of key; null when none.
  const Map::value_type* FirstWithPrefix(std::string_view prefix) const;

 private:
  struct Target {
    Diagnostics& diagnostics;
    const Environment& environment;
  };
  void Add(const YamlNode& node, const std::string& key, int line, int column, Target target);
  void AddMapping(const YamlNode& node, const std::string& prefix, Target target);

  std::string file_;
  Map settings_;
};

}  // namespace pkigate::config
