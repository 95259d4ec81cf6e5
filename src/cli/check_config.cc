// SPDX-License-Identifier: Apache-2.0
#include "cli/check_config.h"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/load.h"
#include "control/snapshot_builder.h"
#include "store/peek.h"
#include "store/shard_folder.h"

namespace pkigate::cli {

namespace {

// What was stored through the management API, because a start compiles it, too. A store that this
// user may not read, or that a running gateway holds, is no fault of the configuration: the check
// then goes without it, and says so.
std::vector<store::RoleMapping> StoredMappings(const config::Settings& settings,
                                               Diagnostics& diagnostics) {
  if (settings.store_path.empty()) {
    return {};
  }
  auto found = store::Peek(settings.store_path);
  if (found.ok()) {
    return std::move(found).value();
  }
  const std::string_view code = found.error().code;
  const bool unseen = code == "store_in_use" || code == "store_unreadable";
  Diagnostic diagnostic;
  diagnostic.severity = unseen ? Diagnostic::Severity::kWarning : Diagnostic::Severity::kError;
  diagnostic.file = settings.file;
  diagnostic.key = "store.path";
  diagnostic.problem = found.error().message;
  diagnostic.hint = unseen ? "role mappings made through the API are not checked" : "";
  diagnostics.Add(std::move(diagnostic));
  return {};
}

void CheckPatternCache(const config::Settings& settings, Diagnostics& diagnostics) {
  if (settings.pattern_cache_path.empty()) {
    return;
  }
  const Status checked = store::ShardFolder::Check(settings.pattern_cache_path);
  if (!checked.ok()) {
    Diagnostic diagnostic;
    diagnostic.file = settings.file;
    diagnostic.key = "pattern_cache.path";
    diagnostic.problem = checked.error().message;
    diagnostics.Add(std::move(diagnostic));
  }
}

int CheckConfig(const std::string& path) {
  Diagnostics diagnostics;
  if (const auto settings = config::Load(path, diagnostics)) {
    const std::vector<store::RoleMapping> objects = StoredMappings(*settings, diagnostics);
    CheckPatternCache(*settings, diagnostics);
    (void)control::BuildSnapshot(*settings, objects, diagnostics);
  }
  for (const Diagnostic& diagnostic : diagnostics.list()) {
    std::printf("%s\n", diagnostic.ForMachines().c_str());
  }
  return diagnostics.has_errors() ? 1 : 0;
}

}  // namespace

void AddCheckConfig(CLI::App& app, int* exit_status) {
  auto path = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("check-config", "Check a configuration and all its files");
  command->add_option("--config", *path, "pkigate.yml to check")->required();
  command->callback([path, exit_status] { *exit_status = CheckConfig(*path); });
}

}  // namespace pkigate::cli
