// SPDX-License-Identifier: Apache-2.0
#include "cli/lint.h"

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "cli/key_findings.h"
#include "cli/loaded_configuration.h"
#include "policy/lint.h"

namespace pkigate::cli {

namespace {

using policy::Finding;

constexpr int kClean = 0;
constexpr int kFindings = 1;
constexpr int kUnusable = 2;
constexpr int64_t kSecondsPerDay = 24 * 60 * 60;

struct Question {
  std::string config;
  int64_t days = 30;
  bool strict = false;
  bool json = false;
};

// What the loader and the compiler say, in their words.
Finding FindingOf(const Diagnostic& diagnostic) {
  return {.severity = diagnostic.severity == Diagnostic::Severity::kError
                          ? Finding::Severity::kError
                          : Finding::Severity::kWarning,
          .code = "configuration",
          .where = {.file = diagnostic.file, .line = diagnostic.line},
          .key = diagnostic.key,
          .what = diagnostic.problem,
          .why = "",
          .to_do = diagnostic.hint};
}

const char* SeverityWord(Finding::Severity severity) {
  switch (severity) {
    case Finding::Severity::kNote:
      return "note";
    case Finding::Severity::kWarning:
      return "warning";
    case Finding::Severity::kError:
      return "error";
  }
  return "";
}

std::string ForPeople(const Finding& finding) {
  std::string text;
  if (!finding.where.file.empty()) {
    text += finding.where.file + ":";
    text += finding.where.line == 0 ? " " : fmt::format("{}: ", finding.where.line);
  }
  text += fmt::format("{}: {}: {} [{}]\n", SeverityWord(finding.severity), finding.key,
                      finding.what, finding.code);
  if (!finding.why.empty()) {
    text += fmt::format("    because {}\n", finding.why);
  }
  if (!finding.to_do.empty()) {
    text += fmt::format("    instead: {}\n", finding.to_do);
  }
  return text;
}

std::string ForMachines(const Finding& finding) {
  const nlohmann::ordered_json json = {{"severity", SeverityWord(finding.severity)},
                                       {"code", finding.code},
                                       {"file", finding.where.file},
                                       {"line", finding.where.line},
                                       {"key", finding.key},
                                       {"what", finding.what},
                                       {"why", finding.why},
                                       {"to_do", finding.to_do}};
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

std::vector<Finding> FindingsOf(const config::Settings& settings, const Deadline& deadline) {
  std::vector<Finding> findings;
  std::set<const policy::Model*> looked_at;  // listeners may share one
  for (const config::Listener& listener : settings.listeners) {
    if (looked_at.insert(listener.model.get()).second) {
      const std::vector<Finding> some = policy::Lint(*listener.model);
      findings.insert(findings.end(), some.begin(), some.end());
    }
    FindInKeys(listener, deadline, &findings);
  }
  return findings;
}

int Lint(const Question& question) {
  Diagnostics diagnostics;
  const auto configuration = LoadConfiguration(question.config, diagnostics);
  if (!configuration.has_value()) {
    PrintForPeople(diagnostics);
    return kUnusable;
  }
  std::vector<Finding> findings;
  for (const Diagnostic& diagnostic : diagnostics.list()) {
    findings.push_back(FindingOf(diagnostic));
  }
  const Deadline deadline{.now_unix = SystemNowUnix(),
                          .warn_seconds = question.days * kSecondsPerDay};
  const std::vector<Finding> more = FindingsOf(configuration->settings, deadline);
  findings.insert(findings.end(), more.begin(), more.end());
  const auto place = [](const Finding& finding) {
    return std::tie(finding.where.file, finding.where.line);
  };
  std::stable_sort(findings.begin(), findings.end(),
                   [&](const Finding& a, const Finding& b) { return place(a) < place(b); });
  for (const Finding& finding : findings) {
    std::fputs((question.json ? ForMachines(finding) : ForPeople(finding)).c_str(), stdout);
  }
  const bool any = std::any_of(findings.begin(), findings.end(), [&](const Finding& finding) {
    return question.strict || finding.severity != Finding::Severity::kNote;
  });
  return any ? kFindings : kClean;
}

}  // namespace

void AddLint(CLI::App& app, int* exit_status) {
  auto question = std::make_shared<Question>();
  CLI::App* command =
      app.add_subcommand("lint", "Look for what is allowed and yet probably a mistake");
  command->add_option("--config", question->config, "pkigate.yml")->required();
  command
      ->add_option("--days", question->days, "Warn of what ends within so many days (default: 30)")
      ->check(CLI::Range(0, 36500));
  command->add_flag("--strict", question->strict, "Notes count as findings, too");
  command->add_flag("--json", question->json, "For machines: one object a line");
  command->callback([question, exit_status] { *exit_status = Lint(*question); });
}

}  // namespace pkigate::cli
