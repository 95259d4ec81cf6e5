// SPDX-License-Identifier: Apache-2.0
//
// Asking for a password.
#pragma once

#include <string>

#include "base/result.h"

namespace pkigate::cli {

// A new password: asked for twice on the terminal, without showing it; or one line of standard
// input when that is no terminal. Fails with `password` when the two differ or there is none.
Result<std::string> AskNewPassword();

}  // namespace pkigate::cli
