// SPDX-License-Identifier: Apache-2.0
//
// `pkigate verify-cert --trust T.pem [--crl R.pem] [--purpose client|server|any] [--time UNIX]
// [--max-depth N] CHAIN.pem`: whether a listener with these trusted CAs and CRLs would take the
// chain, and why not. One JSON object on one line of standard output; status 0 accepted, 1 rejected
// (also a chain that cannot be read, and trust that cannot be used), 2 wrong usage or unreadable
// files other than the chain.
#pragma once

namespace CLI {
class App;
}

namespace pkigate::cli {

void AddVerifyCert(CLI::App& app, int* exit_status);

}  // namespace pkigate::cli
