// SPDX-License-Identifier: Apache-2.0
//
// `pkigate-users --config-dir DIR useradd|userdel|passwd|roles|list ...`: changes the file realm's
// users, as `elasticsearch-users` does (X-FILE-8). Text for people on standard output, complaints
// on standard error; exit statuses: docs/operations.md.
#pragma once

namespace pkigate::cli {

int RunUsersTool(int argc, char** argv);

}  // namespace pkigate::cli
