// SPDX-License-Identifier: Apache-2.0
#include "cli/check_config.h"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <memory>
#include <string>

#include "config/load.h"
#include "control/snapshot_builder.h"

namespace pkigate::cli {

namespace {

int CheckConfig(const std::string& path) {
  Diagnostics diagnostics;
  if (const auto settings = config::Load(path, diagnostics)) {
    (void)control::BuildSnapshot(*settings, {}, 1, nullptr, diagnostics);
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
