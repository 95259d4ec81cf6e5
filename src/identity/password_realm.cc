// SPDX-License-Identifier: Apache-2.0
#include "identity/password_realm.h"

namespace pkigate::identity {

PasswordRealm::PasswordRealm(const PasswordRealmModel& model)
    : name_(model.name),
      type_(model.type),
      users_(model.users),
      keep_seconds_(model.cache_ttl_seconds) {}

PasswordRealm::Said PasswordRealm::Check(std::string_view username, std::string_view password,
                                         PasswordChecker* checker) const {
  const PasswordUser* user = Find(username);
  if (user == nullptr) {
    return Said::kNotMine;
  }
  // A reserved user that nobody has given a password yet.
  if (checker == nullptr || user->password_hash.empty()) {
    return Said::kWrong;
  }
  switch (checker->Check(
      {.stored_hash = user->password_hash, .password = password, .keep_seconds = keep_seconds_})) {
    case PasswordChecker::Verdict::kWrong:
      return Said::kWrong;
    case PasswordChecker::Verdict::kPending:
      return Said::kPending;
    case PasswordChecker::Verdict::kRight:
      break;
  }
  return user->enabled ? Said::kRight : Said::kDisabled;
}

const PasswordUser* PasswordRealm::Find(std::string_view username) const {
  if (users_ == nullptr) {
    return nullptr;
  }
  const auto found = users_->find(username);
  return found == users_->end() ? nullptr : &found->second;
}

User PasswordRealm::MakeUser(std::string_view username, const PasswordUser& found) const {
  User user;
  user.username = std::string(username);
  user.realm_name = name_;
  user.realm_type = type_;
  user.full_name = found.full_name;
  user.email = found.email;
  user.metadata = found.metadata;
  return user;
}

}  // namespace pkigate::identity
