// SPDX-License-Identifier: Apache-2.0
#include "config/settings_reader.h"

#include <fmt/format.h>

#include <utility>

#include "base/ascii.h"
#include "base/limits.h"
#include "config/suggestion.h"
#include "config/units.h"

namespace pkigate::config {

namespace {

constexpr char kPlaceholderHint[] =
    "set the environment variable, or give a default: ${NAME:default}";

}  // namespace

const Setting* SettingsReader::Take(const std::string& key) {
  known_.insert(key);
  return tree_.Find(key);
}

void SettingsReader::TakePrefix(std::string_view prefix) {
  for (auto at = tree_.all().lower_bound(prefix);
       at != tree_.all().end() && at->first.starts_with(prefix); ++at) {
    known_.insert(at->first);
  }
}

bool SettingsReader::IsUnusable(const std::string& key, const SettingValue& value) {
  if (value.problem.empty()) {
    return false;
  }
  ErrorAt(key, value, value.problem, kPlaceholderHint);
  return true;
}

const SettingValue* SettingsReader::Single(const std::string& key) {
  const Setting* setting = Take(key);
  if (setting == nullptr) {
    return nullptr;
  }
  if (setting->is_list) {
    Error(key, "expected one value, got a list");
    return nullptr;
  }
  return IsUnusable(key, setting->values.front()) ? nullptr : &setting->values.front();
}

bool SettingsReader::Text(const std::string& key, std::string* out) {
  const SettingValue* value = Single(key);
  if (value == nullptr) {
    return false;
  }
  *out = value->text;
  return true;
}

bool SettingsReader::Secret(const std::string& key, std::string* out) {
  const Setting* setting = Take(key);
  if (setting == nullptr) {
    return false;
  }
  if (setting->is_list) {
    Error(key, "expected one value, got a list");
    return false;
  }
  const SettingValue& value = setting->values.front();
  if (!value.problem.empty()) {  // which quotes a part of the value
    Error(key, "holds a placeholder that cannot be replaced", kPlaceholderHint);
    return false;
  }
  *out = value.text;
  return true;
}

bool SettingsReader::Switch(const std::string& key, bool* out) {
  const SettingValue* value = Single(key);
  if (value == nullptr) {
    return false;
  }
  if (value->text != "true" && value->text != "false") {
    Error(key, fmt::format("expected true or false, got `{}`", value->text));
    return false;
  }
  *out = value->text == "true";
  return true;
}

bool SettingsReader::Integer(const std::string& key, int64_t min, int64_t max, int64_t* out) {
  const SettingValue* value = Single(key);
  if (value == nullptr) {
    return false;
  }
  const Result<int64_t> number = ParseInteger(value->text);
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

bool SettingsReader::List(const std::string& key, std::vector<SettingValue>* out) {
  const Setting* setting = Take(key);
  if (setting == nullptr) {
    return false;
  }
  for (const SettingValue& value : setting->values) {
    if (IsUnusable(key, value)) {
      return false;
    }
  }
  if (setting->is_list) {
    *out = setting->values;
    return true;
  }
  const SettingValue& whole = setting->values.front();
  std::string_view rest = whole.text;
  while (!rest.empty()) {
    const size_t comma = rest.find(',');
    const std::string_view part = TrimBlanks(rest.substr(0, comma));
    if (!part.empty()) {
      out->push_back({std::string(part), whole.line, whole.column});
    }
    rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
  }
  return true;
}

bool SettingsReader::Nanoseconds(const std::string& key, int64_t* out) {
  const SettingValue* value = Single(key);
  if (value == nullptr) {
    return false;
  }
  const Result<int64_t> nanoseconds = ParseTimeNanoseconds(value->text);
  if (!nanoseconds.ok()) {
    Error(key, nanoseconds.error().message);
    return false;
  }
  *out = *nanoseconds;
  return true;
}

void SettingsReader::Add(Diagnostic::Severity severity, const std::string& key, std::string problem,
                         std::string hint) {
  const Setting* setting = tree_.Find(key);
  diagnostics_.Add({.severity = severity,
                    .file = tree_.file(),
                    .line = setting == nullptr ? 0 : setting->line,
                    .column = setting == nullptr ? 0 : setting->column,
                    .key = key,
                    .problem = std::move(problem),
                    .hint = std::move(hint)});
}

void SettingsReader::Error(const std::string& key, std::string problem, std::string hint) {
  Add(Diagnostic::Severity::kError, key, std::move(problem), std::move(hint));
}

void SettingsReader::Warn(const std::string& key, std::string problem, std::string hint) {
  Add(Diagnostic::Severity::kWarning, key, std::move(problem), std::move(hint));
}

void SettingsReader::ErrorAt(const std::string& key, const SettingValue& value, std::string problem,
                             std::string hint) {
  diagnostics_.Add({.file = tree_.file(),
                    .line = value.line,
                    .column = value.column,
                    .key = key,
                    .problem = std::move(problem),
                    .hint = std::move(hint)});
}

SourceLine SettingsReader::WhereOf(std::string_view key) const {
  const Setting* setting = tree_.Find(key);
  return {tree_.file(), setting == nullptr ? 0 : setting->line};
}

void SettingsReader::ReportUnknown(std::string_view prefix, std::string_view what) {
  size_t num_reported = 0;
  std::vector<std::string_view> candidates;
  for (const std::string& key : known_) {
    if (std::string_view(key).starts_with(prefix)) {
      candidates.push_back(std::string_view(key).substr(prefix.size()));
    }
  }
  for (auto at = tree_.all().lower_bound(prefix);
       at != tree_.all().end() && at->first.starts_with(prefix); ++at) {
    if (!known_.insert(at->first).second) {
      continue;
    }
    if (++num_reported > limits::kUnknownKeysReportedMax) {
      Error(at->first, fmt::format("further unknown settings below [{}], not listed", prefix));
      return;
    }
    Error(at->first, fmt::format("{} [{}]", what, at->first),
          DidYouMean(std::string_view(at->first).substr(prefix.size()), candidates));
  }
}

}  // namespace pkigate::config
