// SPDX-License-Identifier: Apache-2.0
//
// Typed reading of a YAML tree: each getter says what it expected and where when the file has
// something else, and keys nobody asked for are reported at the end. A key that is absent or null
// keeps its default. Nothing here stops at the first problem.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/diagnostics.h"
#include "config/yaml_document.h"

namespace pkigate::config {

// Where problems of one file go.
struct YamlContext {
  std::string file;
  Diagnostics* diagnostics;

  // `key` is the dotted path of the setting.
  void Error(int line, int column, std::string key, std::string problem,
             std::string hint = {}) const;
  void Warn(int line, int column, std::string key, std::string problem,
            std::string hint = {}) const;
  // For what is wrong and left out, while the rest of the file counts.
  void LeaveOut(int line, int column, std::string key, std::string problem,
                std::string hint = {}) const;
};

// One mapping being read. Borrows the node, the context and every key it is asked for (string
// literals, as a rule); a key asked for counts as known.
class MappingReader {
 public:
  // A node that is no mapping is reported (nothing at all is an empty mapping) and read as empty.
  MappingReader(const YamlContext& context, const YamlNode& node, std::string path);

  const YamlContext& context() const { return context_; }
  const std::string& path() const { return path_; }
  int line() const { return node_.line; }
  // `path.key`.
  std::string PathOf(std::string_view key) const;

  // The value of `key`; null when absent or null.
  const YamlNode* Find(std::string_view key);
  // The entry of `key`, null values too; null when absent.
  const YamlEntry* FindEntry(std::string_view key);

  // Each fills `out` and returns true when the key is there and right; reports what is wrong.
  bool Text(std::string_view key, std::string* out);
  bool Switch(std::string_view key, bool* out);  // `true` or `false`
  bool Integer(std::string_view key, int64_t min, int64_t max, int64_t* out);
  // A time value (config/units.h) in [min_ms, max_ms], in milliseconds.
  bool Milliseconds(std::string_view key, uint32_t min_ms, uint32_t max_ms, uint32_t* out);
  bool Bytes(std::string_view key, uint64_t min, uint64_t max, uint64_t* out);
  // A list of texts; a lone text counts as a list of one.
  bool Texts(std::string_view key, std::vector<const YamlNode*>* out);
  // One of `words`; `out` gets its index. The message lists them.
  bool Word(std::string_view key, std::initializer_list<std::string_view> words, size_t* out);

  // Reports a problem with the value of `key`, which the file has.
  void Error(std::string_view key, std::string problem, std::string hint = {});
  // Reports `key` as missing, at the mapping's own place.
  void Missing(std::string_view key, std::string hint = {});

  // Reports every key that nobody has asked for, with the nearest known one.
  void ReportUnknownKeys();
  // The same as warnings, for mappings where upstream lets them pass; `problem` says what becomes
  // of them.
  void WarnUnknownKeys(std::string_view problem);

 private:
  template <typename Report>
  void ForUnknownKeys(const Report& report);
  // The scalar under `key`, else null, reported when it is something else.
  const YamlNode* Scalar(std::string_view key, std::string_view expected);

  const YamlContext& context_;
  const YamlNode& node_;
  std::string path_;
  std::vector<std::string_view> asked_;
};

}  // namespace pkigate::config
