// SPDX-License-Identifier: Apache-2.0
//
// PasswordChecker: does this password belong to that stored hash? A good hash takes a tenth of a
// second, so nobody who holds an event loop may compute it. The policy asks; who is asked may
// answer at once, or say that the answer takes time. Then authentication comes to nothing yet
// (kPending), and is asked for again, from its beginning, when the checker knows.
//
// Implemented where there is time (identity/direct_password_checker.h) and by the workers, which
// have a cache and a pool of threads.
#pragma once

#include <cstdint>
#include <string_view>

namespace pkigate::identity {

struct PasswordQuestion {
  std::string_view stored_hash;  // as it stands in the users file, its format checked at load
  std::string_view password;     // as the client sent it; secret
  // How long a "right" may be remembered, in seconds; 0: not at all (cache.ttl).
  int64_t keep_seconds = 0;
};

class PasswordChecker {
 public:
  enum class Verdict : uint8_t { kWrong, kRight, kPending };

  virtual ~PasswordChecker() = default;
  virtual Verdict Check(const PasswordQuestion& question) = 0;
};

}  // namespace pkigate::identity
