// SPDX-License-Identifier: Apache-2.0
//
// The program pkigate-users.
#include "cli/users_tool.h"

int main(int argc, char** argv) { return pkigate::cli::RunUsersTool(argc, argv); }
