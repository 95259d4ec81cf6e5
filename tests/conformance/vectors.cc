// SPDX-License-Identifier: Apache-2.0
//
// vectors: runs the vector files named on its command line against the program's own code.
//
//   vectors FILE...
//
// One line for each failing case, then `N passed, N failed, N skipped`. Status 0: nothing failed;
// 1: something did; 2: a file cannot be read or has a kind or form that is not known. Files that
// look right but hold a field no runner knows fail, so that nothing is skipped silently. The format
// is described in tests/data/vectors/README-*.md.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include <cstdio>
#include <string>
#include <vector>

#include "base/file.h"
#include "vector_kinds.h"

namespace pkigate::conformance {
namespace {

constexpr size_t kVectorFileBytesMax = 64 * 1024 * 1024;

struct Totals {
  int passed = 0;
  int failed = 0;
  int skipped = 0;
};

std::vector<std::string> DialectsOf(std::string_view suite, Fields& fields) {
  if (suite != "opendistro") {
    return {""};
  }
  const std::string dialect = fields.Text("dialect");
  if (dialect == "both") {
    return {"opendistro", "opensearch"};
  }
  if (dialect != "opendistro" && dialect != "opensearch") {
    throw FieldError("dialect `" + dialect + "` is not known");
  }
  return {dialect};
}

// In each dialect the case names; the first that does not pass decides.
Outcome Run(RunCase run, std::string_view suite, Fields& fields) {
  for (const std::string& dialect : DialectsOf(suite, fields)) {
    Fields input = fields.Inside("input");
    Fields expect = fields.Inside("expect");
    Case one{input, expect, dialect};
    Outcome outcome = run(one);
    if (outcome.kind != Outcome::Kind::kPassed) {
      return outcome;
    }
    input.ExpectAllRead();
    expect.ExpectAllRead();
  }
  return Passed();
}

void RunCaseOfFile(RunCase run, std::string_view suite, const nlohmann::json& object,
                   Totals& totals) {
  std::string id = "(without id)";
  Outcome outcome;
  try {
    Fields fields(object, "case");
    id = fields.Text("id");
    const std::string name = fields.Text("name");
    fields.Ignore("spec");
    outcome = Run(run, suite, fields);
    fields.ExpectAllRead();
    id += " (" + name + ")";
  } catch (const std::exception& error) {
    outcome = Failed(error.what());
  }
  switch (outcome.kind) {
    case Outcome::Kind::kPassed:
      ++totals.passed;
      break;
    case Outcome::Kind::kFailed:
      ++totals.failed;
      fmt::print("FAILED {}: {}\n", id, outcome.why);
      break;
    case Outcome::Kind::kSkipped:
      ++totals.skipped;
      fmt::print("skipped {}: {}\n", id, outcome.why);
      break;
  }
}

// Throws what is wrong with the file as a whole.
void RunFile(const std::string& path, Totals& totals) {
  const Result<std::string> text = ReadFile(path, kVectorFileBytesMax);
  if (!text.ok()) {
    throw FieldError(text.error().message);
  }
  const nlohmann::json document = nlohmann::json::parse(*text);
  Fields file(document, "file");
  const std::string format = file.Text("format");
  const std::string suite = file.Text("suite");
  const std::string kind = file.Text("kind");
  if (format != "pkigate-vectors-1") {
    throw FieldError("format `" + format + "` is not known");
  }
  const RunCase run = FindKind(suite, kind);
  if (run == nullptr) {
    throw FieldError("vectors of kind `" + suite + " " + kind + "` are not known");
  }
  for (const nlohmann::json& object : file.Any("cases")) {
    RunCaseOfFile(run, suite, object, totals);
  }
  file.ExpectAllRead();
}

int Main(const std::vector<std::string>& paths) {
  if (paths.empty()) {
    fmt::print(stderr, "usage: vectors FILE...\n");
    return 2;
  }
  Totals totals;
  bool readable = true;
  for (const std::string& path : paths) {
    try {
      RunFile(path, totals);
    } catch (const std::exception& error) {
      fmt::print(stderr, "{}: {}\n", path, error.what());
      readable = false;
    }
  }
  fmt::print("{} passed, {} failed, {} skipped\n", totals.passed, totals.failed, totals.skipped);
  if (!readable) {
    return 2;
  }
  return totals.failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace pkigate::conformance

int main(int argc, char** argv) { return pkigate::conformance::Main({argv + 1, argv + argc}); }
