// SPDX-License-Identifier: Apache-2.0
#include "base/diagnostics.h"

#include <fmt/format.h>

#include <iterator>

#include "base/json_text.h"

namespace pkigate {

std::string Diagnostic::ForPeople() const {
  std::string text;
  if (!file.empty()) {
    text += file;
    if (line > 0) {
      fmt::format_to(std::back_inserter(text), ":{}", line);
    }
    if (line > 0 && column > 0) {
      fmt::format_to(std::back_inserter(text), ":{}", column);
    }
    text += ": ";
  }
  text += severity == Severity::kWarning ? "warning: " : "error: ";
  if (!key.empty()) {
    text += key + ": ";
  }
  text += problem;
  if (!hint.empty()) {
    text += " (" + hint + ")";
  }
  return text;
}

std::string Diagnostic::ForMachines() const {
  std::string text = "{\"severity\":";
  AppendJsonString(text, severity == Severity::kWarning ? "warning" : "error");
  text += ",\"file\":";
  AppendJsonString(text, file);
  fmt::format_to(std::back_inserter(text), ",\"line\":{},\"column\":{}", line, column);
  text += ",\"key\":";
  AppendJsonString(text, key);
  text += ",\"message\":";
  AppendJsonString(text, problem);
  text += ",\"hint\":";
  AppendJsonString(text, hint);
  text += "}";
  return text;
}

bool Diagnostics::has_errors() const { return first_error() != nullptr; }

const Diagnostic* Diagnostics::first_error() const {
  for (const Diagnostic& diagnostic : list_) {
    if (diagnostic.severity == Diagnostic::Severity::kError) {
      return &diagnostic;
    }
  }
  return nullptr;
}

}  // namespace pkigate
