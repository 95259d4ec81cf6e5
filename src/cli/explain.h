// SPDX-License-Identifier: Apache-2.0
//
// `pkigate explain --config FILE …`: why somebody is let in or not, step by step, by the code that
// decides. Status 0 authenticated and allowed, 1 not, 2 wrong usage or unusable files.
#pragma once

namespace CLI {
class App;
}

namespace pkigate::cli {

void AddExplain(CLI::App& app, int* exit_status);

}  // namespace pkigate::cli
