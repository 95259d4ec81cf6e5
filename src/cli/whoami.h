// SPDX-License-Identifier: Apache-2.0
//
// `pkigate whoami --config FILE [--listener NAME] CHAIN.pem`: who the holder of a certificate chain
// would be. The chain is verified as the listener would in a handshake and then given to the same
// policy that decides requests. One JSON object on standard output; status 0 authenticated, 1 not,
// 2 wrong usage or unreadable files other than the chain.
#pragma once

namespace CLI {
class App;
}

namespace pkigate::cli {

void AddWhoami(CLI::App& app, int* exit_status);

}  // namespace pkigate::cli
