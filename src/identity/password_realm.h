// SPDX-License-Identifier: Apache-2.0
//
// PasswordRealm: an X-Pack realm that takes passwords (xpack.md, 2.1 and 4.6), compiled: the file
// realm, the native realm, and the reserved realm that is first in every chain. Immutable.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "identity/password_checker.h"
#include "identity/password_realm_model.h"
#include "identity/user.h"

namespace pkigate::identity {

class PasswordRealm {
 public:
  enum class Said : uint8_t {
    kNotMine,   // no such user: the next realm is asked (X-FILE-5)
    kWrong,     // the next realm is asked, too
    kDisabled,  // the password is right, and the walk ends (X-AUT-75)
    kRight,
    kPending,  // the checker does not know yet
  };

  explicit PasswordRealm(const PasswordRealmModel& model);

  const std::string& name() const { return name_; }
  const std::string& type() const { return type_; }

  // `checker` null: no password is right.
  Said Check(std::string_view username, std::string_view password, PasswordChecker* checker) const;

  // Null when there is no such user. Disabled ones are found, too.
  const PasswordUser* Find(std::string_view username) const;

  // The user `username`, which Find has found, as this realm hands it out; roles are not in it.
  User MakeUser(std::string_view username, const PasswordUser& found) const;

 private:
  std::string name_;
  std::string type_;
  std::shared_ptr<const PasswordUsers> users_;
  int64_t keep_seconds_;
};

}  // namespace pkigate::identity
