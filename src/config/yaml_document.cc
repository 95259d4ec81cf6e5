// SPDX-License-Identifier: Apache-2.0
#include "config/yaml_document.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <istream>
#include <streambuf>
#include <unordered_map>
#include <utility>

#include "base/assert.h"
#include "base/file.h"
#include "base/limits.h"
#include "config/yaml_grammar.h"

namespace pkigate::config {

namespace {

// Ends parsing from inside an event; never leaves this file.
struct Refused {
  int line;
  int column;
  std::string problem;
};

// A string_view as a stream, without the copy that std::istringstream makes.
class ViewBuffer : public std::streambuf {
 public:
  explicit ViewBuffer(std::string_view text) {
    // The buffer is only ever read.
    char* begin = const_cast<char*>(text.data());
    setg(begin, begin, begin + text.size());
  }
};

class TreeBuilder : public YAML::EventHandler {
 public:
  YamlNode root;

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override {
    if (WantsKey()) {
      throw Refused{mark.line + 1, mark.column + 1, "a key must be a text"};
    }
    Place(mark, YamlNode::Kind::kNull);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    throw Refused{mark.line + 1, mark.column + 1, "anchors and aliases are not accepted"};
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                const std::string& value) override {
    if (WantsKey()) {
      AddKey(mark, value);
      return;
    }
    YamlNode* node = Place(mark, YamlNode::Kind::kScalar);
    // yaml-cpp tags what is not plain with `!`; tags of the file's own the grammar has refused.
    node->quoted = tag == "!";
    node->text = value;
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    Open(mark, YamlNode::Kind::kSequence);
  }
  void OnSequenceEnd() override { open_.pop_back(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {
    Open(mark, YamlNode::Kind::kMapping);
  }
  void OnMapEnd() override { open_.pop_back(); }

 private:
  struct Level {
    // Stable while it is open: its parent gets no further child before it is closed.
    YamlNode* node;
    bool wants_key;
    std::unordered_map<std::string, int> key_lines;
  };

  bool WantsKey() const { return !open_.empty() && open_.back().wants_key; }

  void AddKey(const YAML::Mark& mark, const std::string& key) {
    Level& level = open_.back();
    const auto [earlier, is_new] = level.key_lines.emplace(key, mark.line + 1);
    if (!is_new) {
      throw Refused{
          mark.line + 1, mark.column + 1,
          fmt::format("duplicate key `{}`, first given on line {}", key, earlier->second)};
    }
    level.node->entries.push_back({key, mark.line + 1, mark.column + 1, {}});
    level.wants_key = false;
  }

  // The node that the next value fills.
  YamlNode* Place(const YAML::Mark& mark, YamlNode::Kind kind) {
    if (++num_nodes_ > limits::kYamlNodesMax) {
      throw Refused{mark.line + 1, mark.column + 1,
                    fmt::format("more than {} values in one file", limits::kYamlNodesMax)};
    }
    YamlNode* node = &root;
    if (!open_.empty()) {
      Level& level = open_.back();
      if (level.node->kind == YamlNode::Kind::kSequence) {
        node = &level.node->items.emplace_back();
      } else {
        node = &level.node->entries.back().value;
        level.wants_key = true;
      }
    }
    node->kind = kind;
    node->line = mark.line + 1;
    node->column = mark.column + 1;
    return node;
  }

  void Open(const YAML::Mark& mark, YamlNode::Kind kind) {
    if (WantsKey()) {
      throw Refused{mark.line + 1, mark.column + 1, "a key must be a text"};
    }
    YamlNode* node = Place(mark, kind);
    open_.push_back({node, kind == YamlNode::Kind::kMapping, {}});
  }

  std::vector<Level> open_;
  size_t num_nodes_ = 0;
};

}  // namespace

const YamlNode* YamlNode::Find(std::string_view key) const {
  for (const YamlEntry& entry : entries) {
    if (entry.key == key) {
      return &entry.value;
    }
  }
  return nullptr;
}

std::optional<YamlNode> ParseYaml(std::string_view text, const std::string& file,
                                  Diagnostics& diagnostics) {
  if (auto problem = CheckYamlGrammar(text)) {
    diagnostics.Add({.file = file,
                     .line = problem->line,
                     .column = problem->column,
                     .problem = std::move(problem->problem),
                     .hint = std::move(problem->hint)});
    return std::nullopt;
  }
  try {
    ViewBuffer buffer(text);
    std::istream stream(&buffer);
    YAML::Parser parser(stream);
    TreeBuilder builder;
    if (!parser.HandleNextDocument(builder)) {
      builder.root.line = builder.root.column = 1;
    }
    return std::move(builder.root);
  } catch (const Refused& refused) {
    diagnostics.Add(
        {.file = file, .line = refused.line, .column = refused.column, .problem = refused.problem});
  } catch (const YAML::Exception& exception) {
    diagnostics.Add({.file = file,
                     .line = exception.mark.line + 1,
                     .column = exception.mark.column + 1,
                     .problem = exception.msg});
  }
  return std::nullopt;
}

std::optional<YamlNode> ReadYamlFile(const std::string& path, Diagnostics& diagnostics) {
  const Result<std::string> content = ReadFile(path, limits::kConfigFileBytesMax);
  if (!content.ok()) {
    diagnostics.Add({.file = path, .problem = content.error().message});
    return std::nullopt;
  }
  return ParseYaml(*content, path, diagnostics);
}

std::string_view YamlKindName(YamlNode::Kind kind) {
  switch (kind) {
    case YamlNode::Kind::kNull:
      return "nothing";
    case YamlNode::Kind::kScalar:
      return "a text";
    case YamlNode::Kind::kSequence:
      return "a list";
    case YamlNode::Kind::kMapping:
      return "a mapping";
  }
  return "";
}

}  // namespace pkigate::config
