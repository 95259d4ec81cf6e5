// SPDX-License-Identifier: Apache-2.0
//
// libFuzzer target: the YAML reader. What is accepted is written out again in the plainest form
// there is (everything in braces and double quotes) and must read as the same tree; keys are
// unique, depth is bounded, places lie inside the text. So the grammar check and yaml-cpp are held
// against each other: a text that one takes for something else than the other seldom survives this.
#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <iterator>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "base/limits.h"
#include "config/settings_tree.h"
#include "config/yaml_document.h"

namespace pkigate::config {
namespace {

void AppendQuoted(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  out += '"';
}

void AppendPlainest(std::string& out, const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::kNull:
      out += "null";
      return;
    case YamlNode::Kind::kScalar:
      AppendQuoted(out, node.text);
      return;
    case YamlNode::Kind::kSequence:
      out += '[';
      for (const YamlNode& item : node.items) {
        AppendPlainest(out, item);
        out += ',';
      }
      out += ']';
      return;
    case YamlNode::Kind::kMapping:
      out += '{';
      for (const YamlEntry& entry : node.entries) {
        AppendQuoted(out, entry.key);
        out += ": ";
        AppendPlainest(out, entry.value);
        out += ',';
      }
      out += '}';
      return;
  }
}

void CheckTree(const YamlNode& node, int num_lines, size_t depth) {
  PKIGATE_ASSERT(depth <= limits::kYamlDepthMax + 1);
  PKIGATE_ASSERT(node.line >= 1 && node.line <= num_lines && node.column >= 1);
  std::set<std::string_view> keys;
  for (const YamlEntry& entry : node.entries) {
    PKIGATE_ASSERT(keys.insert(entry.key).second);
    CheckTree(entry.value, num_lines, depth + 1);
  }
  for (const YamlNode& item : node.items) {
    CheckTree(item, num_lines, depth + 1);
  }
}

// Characters that YAML may not hold as they are, but as an escape: what was read from one cannot be
// written plainly.
bool HoldsUnprintable(const std::string& plainest) {
  Diagnostics diagnostics;
  (void)ParseYaml(plainest, "again", diagnostics);
  return diagnostics.has_errors() &&
         diagnostics.list().front().problem == "a character that may not stand in YAML";
}

// Keys that escapes make longer than YAML lets a key be (1.2, 7.4.2: 1024 characters).
bool HoldsLongKey(const YamlNode& node) {
  constexpr size_t kKeyCharactersMax = 1024;
  for (const YamlEntry& entry : node.entries) {
    std::string quoted;
    AppendQuoted(quoted, entry.key);
    if (quoted.size() > kKeyCharactersMax || HoldsLongKey(entry.value)) {
      return true;
    }
  }
  return std::ranges::any_of(node.items, HoldsLongKey);
}

void Run(std::string_view text) {
  Diagnostics diagnostics;
  const std::optional<YamlNode> root = ParseYaml(text, "fuzzed", diagnostics);
  PKIGATE_ASSERT(root.has_value() == !diagnostics.has_errors());
  const int num_lines = static_cast<int>(std::ranges::count(text, '\n')) + 1;
  if (!root) {
    PKIGATE_ASSERT(diagnostics.list().front().line >= 1);
    PKIGATE_ASSERT(diagnostics.list().front().line <= num_lines + 1);
    return;
  }
  CheckTree(*root, num_lines + 1, 0);
  std::string plainest;
  AppendPlainest(plainest, *root);
  if (HoldsLongKey(*root) || HoldsUnprintable(plainest)) {
    return;
  }
  const std::optional<YamlNode> again = ParseYaml(plainest, "again", diagnostics);
  if (!again.has_value()) {
    std::fprintf(stderr, "%s\n", diagnostics.list().back().ForPeople().c_str());
  }
  PKIGATE_ASSERT(again.has_value());
  std::string twice;
  AppendPlainest(twice, *again);
  PKIGATE_ASSERT(plainest == twice);
  (void)SettingsTree::Flatten(*root, "fuzzed", diagnostics);
}

}  // namespace
}  // namespace pkigate::config

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  pkigate::config::Run({reinterpret_cast<const char*>(data), size});
  return 0;
}
