// SPDX-License-Identifier: Apache-2.0
//
// What is wrong with a configuration, said so that an operator can mend it: what, where (file,
// line, column, key) and what would be right. Loaders collect diagnostics instead of stopping at
// the first one; a load with any error yields no value.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace pkigate {

struct Diagnostic {
  // kEntryError: something is wrong and was left out, without which the rest is still good; logged
  // as an error, but a load with it yields its value.
  enum class Severity { kWarning, kEntryError, kError };
  Severity severity = Severity::kError;
  std::string file;     // as the operator wrote or would open it; empty: no file involved
  int line = 0;         // 1-based; 0: unknown or the file as a whole
  int column = 0;       // 1-based; 0: unknown
  std::string key;      // dotted path of the setting, empty when none
  std::string problem;  // what is wrong
  std::string hint;     // what would be right; may be empty

  // `file:line:column: error: key: problem (hint)`, leaving out what is unknown.
  std::string ForPeople() const;
  // One JSON object on one line: severity, file, line, column, key, message, hint.
  std::string ForMachines() const;
};

class Diagnostics {
 public:
  void Add(Diagnostic diagnostic) { list_.push_back(std::move(diagnostic)); }
  bool has_errors() const;
  const std::vector<Diagnostic>& list() const { return list_; }
  // The first error, for one-line reports; null when there is none.
  const Diagnostic* first_error() const;

 private:
  std::vector<Diagnostic> list_;
};

}  // namespace pkigate
