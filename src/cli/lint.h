// SPDX-License-Identifier: Apache-2.0
//
// `pkigate lint --config FILE [--days N] [--strict] [--json]`: what is allowed in a configuration
// and yet is probably a mistake or a danger. Status 0 clean, 1 findings (notes count with --strict
// only), 2 the configuration cannot be used.
#pragma once

namespace CLI {
class App;
}

namespace pkigate::cli {

void AddLint(CLI::App& app, int* exit_status);

}  // namespace pkigate::cli
