// SPDX-License-Identifier: Apache-2.0
//
// The command line: `pkigate --config FILE` runs the gateway; the subcommands answer one question
// each and end. Exit statuses and output: docs/operations.md.
#include <CLI/CLI.hpp>

#include <cstdio>
#include <string>

#include "cli/check_config.h"
#include "cli/explain.h"
#include "cli/lint.h"
#include "cli/verify_cert.h"
#include "cli/version.h"
#include "cli/whoami.h"
#include "control/control.h"

int main(int argc, char** argv) {
  CLI::App app("pkigate: a PKI authentication gateway for Elasticsearch and OpenSearch", "pkigate");
  app.require_subcommand(0, 1);
  app.set_version_flag("--version", [] { return pkigate::cli::VersionText(); });
  std::string config;
  CLI::Option* config_option =
      app.add_option("--config", config, "Run the gateway with this pkigate.yml");
  int exit_status = 0;
  pkigate::cli::AddCheckConfig(app, &exit_status);
  pkigate::cli::AddExplain(app, &exit_status);
  pkigate::cli::AddLint(app, &exit_status);
  pkigate::cli::AddWhoami(app, &exit_status);
  pkigate::cli::AddVerifyCert(app, &exit_status);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // Help and version end with 0; anything else is wrong usage.
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (!app.get_subcommands().empty()) {
    return exit_status;
  }
  if (config_option->count() == 0) {
    std::fputs(app.help().c_str(), stderr);
    return 2;
  }
  return pkigate::control::RunGateway(config);
}
