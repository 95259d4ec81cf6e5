// SPDX-License-Identifier: Apache-2.0
#include "identity/clientcert_domain.h"

#include <algorithm>
#include <utility>

#include "base/ascii.h"

namespace pkigate::identity {

namespace {

bool HasControlCharacter(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F;
  });
}

bool IsBlank(std::string_view text) { return text.find_first_not_of(' ') == text.npos; }

}  // namespace

ClientcertDomain::ClientcertDomain(const ClientcertDomainModel& model,
                                   x509::MultiValuedRdn multi_valued)
    : name_(model.name),
      username_attribute_(model.username_attribute),
      roles_attribute_(model.roles_attribute),
      multi_valued_(multi_valued) {}

std::optional<User> ClientcertDomain::UserOf(std::string_view principal, std::string* why) const {
  if (principal.empty()) {
    *why = "no principal";
    return std::nullopt;
  }
  User user;
  user.realm_name = name_;
  user.realm_type = "clientcert";
  user.principal = std::string(principal);
  // Rule 3: the attribute's most specific value, else the whole DN. Trimmed, as upstream has it: a
  // final escaped blank leaves its backslash (rule 6).
  user.username = std::string(TrimBlanks(principal));
  if (!username_attribute_.empty()) {
    x509::DnAttributeValues found =
        x509::OpendistroAttributeValues(principal, username_attribute_, multi_valued_);
    if (found.has_binary || (!found.values.empty() && IsBlank(found.values.front()))) {
      *why = "attribute " + username_attribute_ + " is empty or no text";
      return std::nullopt;
    }
    if (!found.values.empty()) {
      user.username = std::move(found.values.front());
    }
  }
  // Rule 4: all values of the attribute, empty ones too; none is no failure.
  if (!roles_attribute_.empty()) {
    x509::DnAttributeValues found =
        x509::OpendistroAttributeValues(principal, roles_attribute_, multi_valued_);
    if (found.has_binary) {
      *why = "attribute " + roles_attribute_ + " is no text";
      return std::nullopt;
    }
    for (std::string& value : found.values) {
      if (std::find(user.backend_roles.begin(), user.backend_roles.end(), value) ==
          user.backend_roles.end()) {
        user.backend_roles.push_back(std::move(value));
      }
    }
  }
  if (HasControlCharacter(user.username)) {
    *why = "user name has control characters";
    return std::nullopt;
  }
  return user;
}

}  // namespace pkigate::identity
