// SPDX-License-Identifier: Apache-2.0
#include "cli/whoami.h"

#include <CLI/CLI.hpp>

#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>

#include "base/file.h"
#include "base/json_text.h"
#include "base/limits.h"
#include "config/load.h"
#include "control/snapshot_builder.h"
#include "embed/judge_chain.h"
#include "store/peek.h"
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

// What the management API stored. A store that a running gateway holds cannot be read beside it;
// the answer then speaks of the files alone, and says so.
std::vector<store::RoleMapping> StoredMappings(const std::string& path) {
  if (path.empty()) {
    return {};
  }
  auto objects = store::Peek(path);
  if (!objects.ok()) {
    std::fprintf(stderr, "pkigate: mappings made through the API are left out: %s\n",
                 objects.error().message.c_str());
    return {};
  }
  return std::move(objects).value();
}

int Refused(std::string_view reason) { return Print({}, reason); }

// By name, or the first of a layer (`http`); the first of all when nothing is asked for.
size_t FindListener(const config::Settings& settings, const std::string& wanted) {
  const std::vector<config::Listener>& listeners = settings.listeners;
  for (size_t index = 0; index < listeners.size(); ++index) {
    if (wanted.empty() || listeners[index].name == wanted) {
      return index;
    }
  }
  for (size_t index = 0; index < listeners.size(); ++index) {
    const bool http = listeners[index].layer == config::Listener::Layer::kHttp;
    if (wanted == (http ? "http" : "transport")) {
      return index;
    }
  }
  return listeners.size();
}

int Whoami(const Question& question) {
  Diagnostics diagnostics;
  const auto settings = config::Load(question.config, diagnostics);
  const std::vector<store::RoleMapping> objects = settings.has_value()
                                                      ? StoredMappings(settings->store_path)
                                                      : std::vector<store::RoleMapping>{};
  const auto snapshot =
      settings.has_value() ? control::BuildSnapshot(*settings, objects, diagnostics) : nullptr;
  if (snapshot == nullptr) {
    for (const Diagnostic& diagnostic : diagnostics.list()) {
      std::fprintf(stderr, "%s\n", diagnostic.ForPeople().c_str());
    }
    return kUnusable;
  }
  const size_t index = FindListener(*settings, question.listener);
  if (index == settings->listeners.size()) {
    std::fprintf(stderr, "pkigate: no listener named %s\n", question.listener.c_str());
    return kUnusable;
  }
  const int64_t now_unix = std::chrono::duration_cast<std::chrono::seconds>(
                               std::chrono::system_clock::now().time_since_epoch())
                               .count();

  const Result<std::string> text = ReadFile(question.chain_file, limits::kPemFileBytesMax);
  if (!text.ok()) {
    return Refused(text.error().message);
  }
  auto certificates = x509::CertificatesFromPem(*text, question.chain_file);
  if (!certificates.ok()) {
    return Refused(certificates.error().message);
  }
  const policy::Policy& policy = *snapshot->listeners[index].policy;
  const std::unique_ptr<policy::Scratch> scratch = policy.NewScratch();
  const policy::Authentication result =
      embed::JudgeChain(settings->listeners[index].tls, policy, *scratch,
                        {.der = std::move(certificates).value(), .peer = {}, .now_unix = now_unix});
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
