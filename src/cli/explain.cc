// SPDX-License-Identifier: Apache-2.0
#include "cli/explain.h"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/ascii.h"
#include "base/file.h"
#include "base/limits.h"
#include "cli/explanation.h"
#include "cli/explanation_json.h"
#include "cli/explanation_text.h"
#include "cli/loaded_configuration.h"
#include "x509/pem.h"

namespace pkigate::cli {

namespace {

constexpr int kAllowed = 0;
constexpr int kNotAllowed = 1;
constexpr int kUnusable = 2;

struct Question {
  std::string config;
  std::string listener;
  std::string chain_file;
  std::vector<std::string> headers;
  std::string peer = "127.0.0.1";
  std::string method = "GET";
  std::string target = "/";
  std::optional<int64_t> time_unix;
  bool json = false;
};

int Unusable(const std::string& message) {
  std::fprintf(stderr, "pkigate: %s\n", message.c_str());
  return kUnusable;
}

// Errors name a header by its place only: its value may be a password.
Result<Appearance> Read(const Question& question) {
  Appearance appearance;
  appearance.method = question.method;
  appearance.target = question.target;
  appearance.now_unix = question.time_unix.value_or(SystemNowUnix());
  appearance.peer = PKIGATE_TRY(IpAddress::Parse(question.peer));
  for (size_t index = 0; index < question.headers.size(); ++index) {
    const std::string& header = question.headers[index];
    const size_t colon = header.find(':');
    if (colon == 0 || colon == std::string::npos) {
      return MakeError("header", "--header number {} is not `Name: value`", index + 1);
    }
    appearance.headers.emplace_back(header.substr(0, colon),
                                    TrimBlanks(std::string_view(header).substr(colon + 1)));
  }
  if (!question.chain_file.empty()) {
    const std::string pem = PKIGATE_TRY(ReadFile(question.chain_file, limits::kPemFileBytesMax));
    appearance.chain = PKIGATE_TRY(x509::CertificatesFromPem(pem, question.chain_file));
  }
  return appearance;
}

int ExplainCommand(const Question& question) {
  Diagnostics diagnostics;
  const auto configuration = LoadConfiguration(question.config, diagnostics);
  PrintForPeople(diagnostics);
  if (!configuration.has_value()) {
    return kUnusable;
  }
  const size_t listener = FindListener(configuration->settings, question.listener);
  if (listener == configuration->settings.listeners.size()) {
    return Unusable("no listener named " + question.listener);
  }
  const Result<Appearance> appearance = Read(question);
  if (!appearance.ok()) {
    return Unusable(appearance.error().message);
  }
  const Explanation explanation = Explain(*configuration, listener, *appearance);
  const std::string text =
      question.json ? ExplanationJson(explanation) + "\n" : ExplanationText(explanation);
  std::fputs(text.c_str(), stdout);
  if (!explanation.unreadable.empty()) {
    return kUnusable;
  }
  return explanation.allowed() ? kAllowed : kNotAllowed;
}

}  // namespace

void AddExplain(CLI::App& app, int* exit_status) {
  auto question = std::make_shared<Question>();
  CLI::App* command = app.add_subcommand("explain", "Say why somebody is let in or not");
  command->add_option("--config", question->config, "pkigate.yml")->required();
  command->add_option("--listener", question->listener, "Listener to ask at (default: the first)");
  command->add_option("--cert", question->chain_file, "PEM file, leaf certificate first");
  command->add_option("--header", question->headers, "`Name: value`; may be repeated")
      ->allow_extra_args(false);
  command->add_option("--peer", question->peer, "The client's address (default: 127.0.0.1)");
  command->add_option("--method", question->method, "Of the request (default: GET)");
  command->add_option("--target", question->target, "Path and query (default: /)");
  command->add_option("--time", question->time_unix, "Seconds since 1970 (default: now)");
  command->add_flag("--json", question->json, "For machines");
  command->callback([question, exit_status] { *exit_status = ExplainCommand(*question); });
}

}  // namespace pkigate::cli
