// SPDX-License-Identifier: Apache-2.0
//
// `pkigate check-config --config FILE`: everything a start would read and build, without binding or
// starting anything. Findings are JSON lines on standard output; status 0 without an error, else 1.
#pragma once

namespace CLI {
class App;
}

namespace pkigate::cli {

void AddCheckConfig(CLI::App& app, int* exit_status);

}  // namespace pkigate::cli
