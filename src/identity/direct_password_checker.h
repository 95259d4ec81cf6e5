// SPDX-License-Identifier: Apache-2.0
//
// DirectPasswordChecker computes at once, on the caller's thread: for the command line, embedders
// and tests, who have no event loop to hold up. It remembers nothing.
#pragma once

#include "identity/password_checker.h"

namespace pkigate::identity {

class DirectPasswordChecker final : public PasswordChecker {
 public:
  // kRight or kWrong, after as long as the hash takes.
  Verdict Check(const PasswordQuestion& question) override;
};

}  // namespace pkigate::identity
