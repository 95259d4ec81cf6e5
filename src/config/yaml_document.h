// SPDX-License-Identifier: Apache-2.0
//
// A YAML file as a tree of our own: every node and key with the line and column it stands at, keys
// unique, size and depth bounded. Built from yaml-cpp's events (its own tree keeps duplicate keys
// side by side, looks keys up one by one and takes ten times the memory), after
// config/yaml_grammar.h has accepted the text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostics.h"

namespace pkigate::config {

struct YamlEntry;

// A value type. The text of a plain scalar is kept as written: what it means (number, switch,
// name) is for the reader of the key to say. `null`, `~` and nothing at all are kNull.
struct YamlNode {
  enum class Kind : uint8_t { kNull, kScalar, kSequence, kMapping };
  Kind kind = Kind::kNull;
  bool quoted = false;             // kScalar: written in quotes or as a block
  int line = 0;                    // 1-based
  int column = 0;                  // 1-based
  std::string text;                // kScalar
  std::vector<YamlNode> items;     // kSequence
  std::vector<YamlEntry> entries;  // kMapping, in the order of the file, keys unique

  // The value of `key`, or null. Linear: for mappings with a handful of keys.
  const YamlNode* Find(std::string_view key) const;
};

struct YamlEntry {
  std::string key;
  int line = 0;  // of the key
  int column = 0;
  YamlNode value;
};

// The tree of `text`; an empty text or one of comments only is kNull. On failure the reason stands
// in `diagnostics`, with `file` as the file's name.
std::optional<YamlNode> ParseYaml(std::string_view text, const std::string& file,
                                  Diagnostics& diagnostics);

// The same for the content of the file `path`, at most limits::kConfigFileBytesMax long.
std::optional<YamlNode> ReadYamlFile(const std::string& path, Diagnostics& diagnostics);

// For messages: `a text`, `a list`, `a mapping`, `nothing`.
std::string_view YamlKindName(YamlNode::Kind kind);

}  // namespace pkigate::config
