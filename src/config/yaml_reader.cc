// SPDX-License-Identifier: Apache-2.0
#include "config/yaml_reader.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/limits.h"
#include "config/suggestion.h"
#include "config/units.h"

namespace pkigate::config {

namespace {

constexpr int64_t kNanosecondsPerMillisecond = 1'000'000;

}  // namespace

void YamlContext::Error(int line, int column, std::string key, std::string problem,
                        std::string hint) const {
  diagnostics->Add({.file = file,
                    .line = line,
                    .column = column,
                    .key = std::move(key),
                    .problem = std::move(problem),
                    .hint = std::move(hint)});
}

void YamlContext::LeaveOut(int line, int column, std::string key, std::string problem,
                           std::string hint) const {
  diagnostics->Add({.severity = Diagnostic::Severity::kEntryError,
                    .file = file,
                    .line = line,
                    .column = column,
                    .key = std::move(key),
                    .problem = std::move(problem),
                    .hint = std::move(hint)});
}

void YamlContext::Warn(int line, int column, std::string key, std::string problem,
                       std::string hint) const {
  diagnostics->Add({.severity = Diagnostic::Severity::kWarning,
                    .file = file,
                    .line = line,
                    .column = column,
                    .key = std::move(key),
                    .problem = std::move(problem),
                    .hint = std::move(hint)});
}

MappingReader::MappingReader(const YamlContext& context, const YamlNode& node, std::string path)
    : context_(context), node_(node), path_(std::move(path)) {
  if (node.kind != YamlNode::Kind::kMapping && node.kind != YamlNode::Kind::kNull) {
    context_.Error(node.line, node.column, path_,
                   fmt::format("expected a mapping, got {}", YamlKindName(node.kind)));
  }
}

std::string MappingReader::PathOf(std::string_view key) const {
  return path_.empty() ? std::string(key) : fmt::format("{}.{}", path_, key);
}

const YamlEntry* MappingReader::FindEntry(std::string_view key) {
  asked_.push_back(key);
  const auto found = std::ranges::find(node_.entries, key, &YamlEntry::key);
  return found == node_.entries.end() ? nullptr : &*found;
}

const YamlNode* MappingReader::Find(std::string_view key) {
  const YamlEntry* entry = FindEntry(key);
  return entry == nullptr || entry->value.kind == YamlNode::Kind::kNull ? nullptr : &entry->value;
}

const YamlNode* MappingReader::Scalar(std::string_view key, std::string_view expected) {
  const YamlNode* node = Find(key);
  if (node != nullptr && node->kind != YamlNode::Kind::kScalar) {
    context_.Error(node->line, node->column, PathOf(key),
                   fmt::format("expected {}, got {}", expected, YamlKindName(node->kind)));
    return nullptr;
  }
  return node;
}

bool MappingReader::Text(std::string_view key, std::string* out) {
  const YamlNode* node = Scalar(key, "a text");
  if (node == nullptr) {
    return false;
  }
  *out = node->text;
  return true;
}

bool MappingReader::Switch(std::string_view key, bool* out) {
  const YamlNode* node = Scalar(key, "true or false");
  if (node == nullptr) {
    return false;
  }
  if (node->text != "true" && node->text != "false") {
    Error(key, fmt::format("expected true or false, got `{}`", node->text));
    return false;
  }
  *out = node->text == "true";
  return true;
}

bool MappingReader::Integer(std::string_view key, int64_t min, int64_t max, int64_t* out) {
  const YamlNode* node = Scalar(key, "a whole number");
  if (node == nullptr) {
    return false;
  }
  const Result<int64_t> number = ParseInteger(node->text);
  if (!number.ok()) {
    Error(key, number.error().message);
    return false;
  }
  if (*number < min || *number > max) {
    Error(key, fmt::format("{} is out of range", *number), fmt::format("from {} to {}", min, max));
    return false;
  }
  *out = *number;
  return true;
}

bool MappingReader::Milliseconds(std::string_view key, uint32_t min_ms, uint32_t max_ms,
                                 uint32_t* out) {
  const YamlNode* node = Scalar(key, "a time value");
  if (node == nullptr) {
    return false;
  }
  const Result<int64_t> nanoseconds = ParseTimeNanoseconds(node->text);
  if (!nanoseconds.ok()) {
    Error(key, nanoseconds.error().message);
    return false;
  }
  const int64_t milliseconds = *nanoseconds / kNanosecondsPerMillisecond;
  if (milliseconds < min_ms || milliseconds > max_ms) {
    Error(key, fmt::format("`{}` is out of range", node->text),
          fmt::format("from {}ms to {}ms", min_ms, max_ms));
    return false;
  }
  *out = static_cast<uint32_t>(milliseconds);
  return true;
}

bool MappingReader::Bytes(std::string_view key, uint64_t min, uint64_t max, uint64_t* out) {
  const YamlNode* node = Scalar(key, "a size");
  if (node == nullptr) {
    return false;
  }
  const Result<uint64_t> size = ParseBytes(node->text);
  if (!size.ok()) {
    Error(key, size.error().message);
    return false;
  }
  if (*size < min || *size > max) {
    Error(key, fmt::format("`{}` is out of range", node->text),
          fmt::format("from {} to {} bytes", min, max));
    return false;
  }
  *out = *size;
  return true;
}

bool MappingReader::Texts(std::string_view key, std::vector<const YamlNode*>* out) {
  const YamlNode* node = Find(key);
  if (node == nullptr) {
    return false;
  }
  if (node->kind == YamlNode::Kind::kMapping) {
    Error(key, "expected a list of texts, got a mapping");
    return false;
  }
  if (node->kind == YamlNode::Kind::kScalar) {
    out->push_back(node);
    return true;
  }
  bool right = true;
  for (const YamlNode& item : node->items) {
    if (item.kind == YamlNode::Kind::kScalar) {
      out->push_back(&item);
      continue;
    }
    context_.Error(item.line, item.column, PathOf(key),
                   fmt::format("expected a text in the list, got {}", YamlKindName(item.kind)));
    right = false;
  }
  return right;
}

bool MappingReader::Word(std::string_view key, std::initializer_list<std::string_view> words,
                         size_t* out) {
  const YamlNode* node = Scalar(key, "a word");
  if (node == nullptr) {
    return false;
  }
  const auto* found = std::ranges::find(words, std::string_view(node->text));
  if (found == words.end()) {
    Error(key, fmt::format("unknown value `{}`", node->text),
          fmt::format("one of {}", fmt::join(words, ", ")));
    return false;
  }
  *out = static_cast<size_t>(found - words.begin());
  return true;
}

void MappingReader::Error(std::string_view key, std::string problem, std::string hint) {
  const YamlEntry* entry = FindEntry(key);
  const YamlNode* value = entry == nullptr ? &node_ : &entry->value;
  context_.Error(value->line, value->column, PathOf(key), std::move(problem), std::move(hint));
}

void MappingReader::Missing(std::string_view key, std::string hint) {
  context_.Error(node_.line, node_.column, PathOf(key), "is missing", std::move(hint));
}

void MappingReader::ReportUnknownKeys() {
  ForUnknownKeys([this](const YamlEntry& entry) {
    context_.Error(entry.line, entry.column, PathOf(entry.key), "unknown key",
                   DidYouMean(entry.key, asked_));
  });
}

void MappingReader::WarnUnknownKeys(std::string_view problem) {
  ForUnknownKeys([&](const YamlEntry& entry) {
    context_.Warn(entry.line, entry.column, PathOf(entry.key), std::string(problem),
                  DidYouMean(entry.key, asked_));
  });
}

template <typename Report>
void MappingReader::ForUnknownKeys(const Report& report) {
  size_t num_reported = 0;
  for (const YamlEntry& entry : node_.entries) {
    if (std::ranges::find(asked_, std::string_view(entry.key)) != asked_.end()) {
      continue;
    }
    if (++num_reported > limits::kUnknownKeysReportedMax) {
      context_.Error(entry.line, entry.column, path_, "further unknown keys, not listed");
      return;
    }
    report(entry);
  }
}

}  // namespace pkigate::config
