// SPDX-License-Identifier: Apache-2.0
//
// How the compilers of both policies report what they find.
#pragma once

#include <string>
#include <utility>

#include "base/diagnostics.h"
#include "base/source_line.h"

namespace pkigate::policy {

inline void Report(Diagnostics& diagnostics, Diagnostic::Severity severity, const SourceLine& where,
                   std::string key, std::string problem, std::string hint = "") {
  diagnostics.Add({.severity = severity,
                   .file = where.file,
                   .line = where.line,
                   .key = std::move(key),
                   .problem = std::move(problem),
                   .hint = std::move(hint)});
}

}  // namespace pkigate::policy
