// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace pkigate::cli {

// The program's version and those of the libraries it runs with, one a line.
std::string VersionText();

}  // namespace pkigate::cli
