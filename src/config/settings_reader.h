// SPDX-License-Identifier: Apache-2.0
//
// Typed reading of flat settings (config/settings_tree.h), with the same manners as
// MappingReader: getters report what is wrong and where; settings of a namespace that nobody has
// asked for are reported at the end. Every getter takes the full key.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostics.h"
#include "base/source_line.h"
#include "config/settings_tree.h"

namespace pkigate::config {

class SettingsReader {
 public:
  // Borrows both.
  SettingsReader(const SettingsTree& tree, Diagnostics& diagnostics)
      : tree_(tree), diagnostics_(diagnostics) {}

  const SettingsTree& tree() const { return tree_; }
  Diagnostics& diagnostics() const { return diagnostics_; }

  // The setting, or null; from now on the key is known.
  const Setting* Take(const std::string& key);
  // Every setting whose key begins with `prefix` is known.
  void TakePrefix(std::string_view prefix);

  // Each fills `out` and returns true when the setting is there and right.
  bool Text(const std::string& key, std::string* out);
  // A text that no message may quote.
  bool Secret(const std::string& key, std::string* out);
  bool Switch(const std::string& key, bool* out);
  bool Integer(const std::string& key, int64_t min, int64_t max, int64_t* out);
  // A list, or a text split at commas, without the blanks around each part.
  bool List(const std::string& key, std::vector<SettingValue>* out);
  bool Nanoseconds(const std::string& key, int64_t* out);

  // A problem with the value of `key`, or with its absence.
  void Error(const std::string& key, std::string problem, std::string hint = {});
  void Warn(const std::string& key, std::string problem, std::string hint = {});
  // A problem with one value of `key`.
  void ErrorAt(const std::string& key, const SettingValue& value, std::string problem,
               std::string hint = {});
  // Whether a placeholder of this value of `key` could not be replaced; reported then.
  bool IsUnusable(const std::string& key, const SettingValue& value);
  // Where the setting `key` stands; without a line when it is not there.
  SourceLine WhereOf(std::string_view key) const;

  // Reports what stands below `prefix` and was not taken; `what` begins the message, which goes on
  // with ` [<full key>]`. Keys asked for so far are the suggestions.
  void ReportUnknown(std::string_view prefix, std::string_view what);

 private:
  // The one value of `key`, else null; lists and values without their placeholder are reported.
  const SettingValue* Single(const std::string& key);
  void Add(Diagnostic::Severity severity, const std::string& key, std::string problem,
           std::string hint);

  const SettingsTree& tree_;
  Diagnostics& diagnostics_;
  std::set<std::string, std::less<>> known_;
};

}  // namespace pkigate::config
