// SPDX-License-Identifier: Apache-2.0
//
// SecureSettings: the `secure_*` settings of X-Pack, which Elasticsearch keeps in a keystore of its
// own. Here they stand in the file that listeners[].secrets_file names: full key -> value in YAML,
// nested or dotted, nothing expanded. Nobody but its owner may read it, and no message quotes it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostics.h"
#include "base/source_line.h"
#include "config/settings_reader.h"
#include "config/settings_tree.h"

namespace pkigate::config {

class SecureSettings {
 public:
  // Those of the file `path`, which the setting at `where` names; none, reported, if it cannot be
  // used. None of no file (an empty path).
  SecureSettings(const std::string& path, const SourceLine& where, Diagnostics& diagnostics);
  SecureSettings(const SecureSettings&) = delete;
  SecureSettings& operator=(const SecureSettings&) = delete;

  bool Has(std::string_view key) const { return tree_.Find(key) != nullptr; }
  void Know(const std::string& key) { reader_.Take(key); }
  // Fills `out` and returns true if `key` is there and right; from now on it is known.
  bool Take(const std::string& key, std::string* out);
  void TakePrefix(std::string_view prefix) { reader_.TakePrefix(prefix); }
  std::vector<std::string> KeysWithPrefix(std::string_view prefix) const;

  void Error(const std::string& key, std::string problem) {
    reader_.Error(key, std::move(problem));
  }
  // Reports what stands below `prefix` and was not taken.
  void ReportUnknown(std::string_view prefix) {
    reader_.ReportUnknown(prefix, "unknown secure setting");
  }

 private:
  SettingsTree tree_;
  SettingsReader reader_;
};

}  // namespace pkigate::config
