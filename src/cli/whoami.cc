// SPDX-License-Identifier: Apache-2.0
#include "cli/whoami.h"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <memory>
#include <string>
#include <utility>

#include "base/file.h"
#include "base/json_text.h"
#include "base/limits.h"
#include "cli/loaded_configuration.h"
#include "embed/judge_chain.h"
#include "x509/pem.h"

namespace pkigate::cli {

namespace {

constexpr int kAuthenticated = 0;
constexpr int kNotAuthenticated = 1;
constexpr int kUnusable = 2;

struct Question {
  std::string config;
  std::string listener;
  std::string chain_file;
};

void AppendList(std::string& out, std::string_view key, const std::vector<std::string>& values) {
  out += ",";
  AppendJsonString(out, key);
  out += ":[";
  for (size_t index = 0; index < values.size(); ++index) {
    out += index == 0 ? "" : ",";
    AppendJsonString(out, values[index]);
  }
  out += "]";
}

void AppendText(std::string& out, std::string_view key, std::string_view value) {
  out += ",";
  AppendJsonString(out, key);
  out += ":";
  if (value.empty()) {
    out += "null";
  } else {
    AppendJsonString(out, value);
  }
}

int Print(const policy::Authentication& result, std::string_view reason) {
  const bool authenticated = result.outcome == policy::Authentication::Outcome::kAuthenticated;
  std::string line = authenticated ? "{\"authenticated\":true" : "{\"authenticated\":false";
  AppendText(line, "realm", authenticated ? result.user.realm_name : "");
  AppendText(line, "username", authenticated ? result.user.username : "");
  AppendText(line, "dn", result.user.principal);
  AppendList(line, "roles", authenticated ? result.roles : std::vector<std::string>{});
  AppendList(line, "backend_roles",
             authenticated ? result.user.backend_roles : std::vector<std::string>{});
  AppendText(line, "reason", authenticated ? "" : reason);
  std::printf("%s}\n", line.c_str());
  return authenticated ? kAuthenticated : kNotAuthenticated;
}

int Refused(std::string_view reason) { return Print({}, reason); }

int Whoami(const Question& question) {
  Diagnostics diagnostics;
  const auto configuration = LoadConfiguration(question.config, diagnostics);
  PrintForPeople(diagnostics);
  if (!configuration.has_value()) {
    return kUnusable;
  }
  const std::vector<config::Listener>& listeners = configuration->settings.listeners;
  const size_t index = FindListener(configuration->settings, question.listener);
  if (index == listeners.size()) {
    std::fprintf(stderr, "pkigate: no listener named %s\n", question.listener.c_str());
    return kUnusable;
  }
  const Result<std::string> text = ReadFile(question.chain_file, limits::kPemFileBytesMax);
  if (!text.ok()) {
    return Refused(text.error().message);
  }
  auto certificates = x509::CertificatesFromPem(*text, question.chain_file);
  if (!certificates.ok()) {
    return Refused(certificates.error().message);
  }
  const policy::Policy& policy = *configuration->snapshot->listeners[index].policy;
  const std::unique_ptr<policy::Scratch> scratch = policy.NewScratch();
  const policy::Authentication result = embed::JudgeChain(
      listeners[index].tls, policy, *scratch,
      {.der = std::move(certificates).value(), .peer = {}, .now_unix = SystemNowUnix()});
  return Print(result, result.why);
}

}  // namespace

void AddWhoami(CLI::App& app, int* exit_status) {
  auto question = std::make_shared<Question>();
  CLI::App* command = app.add_subcommand("whoami", "Say who the holder of a certificate chain is");
  command->add_option("--config", question->config, "pkigate.yml")->required();
  command->add_option("--listener", question->listener, "Listener to ask at (default: the first)");
  command->add_option("chain", question->chain_file, "PEM file, leaf certificate first")
      ->required();
  command->callback([question, exit_status] { *exit_status = Whoami(*question); });
}

}  // namespace pkigate::cli
