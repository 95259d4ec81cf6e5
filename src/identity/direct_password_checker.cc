// SPDX-License-Identifier: Apache-2.0
#include "identity/direct_password_checker.h"

#include "identity/password_hash.h"

namespace pkigate::identity {

PasswordChecker::Verdict DirectPasswordChecker::Check(const PasswordQuestion& question) {
  return PasswordMatches(question.stored_hash, question.password) ? Verdict::kRight
                                                                  : Verdict::kWrong;
}

}  // namespace pkigate::identity
