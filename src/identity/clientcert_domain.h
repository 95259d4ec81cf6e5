// SPDX-License-Identifier: Apache-2.0
//
// ClientcertDomain: one Open Distro domain of type clientcert with backend noop, compiled: what
// user and backend roles a certificate's principal stands for (opendistro.md, 3.2 and 3.3).
// Immutable.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "identity/clientcert_domain_model.h"
#include "identity/user.h"
#include "x509/opendistro_form.h"

namespace pkigate::identity {

class ClientcertDomain {
 public:
  ClientcertDomain(const ClientcertDomainModel& model, x509::MultiValuedRdn multi_valued);

  const std::string& name() const { return name_; }

  // The user behind `principal` (its form is x509::OpendistroForm), with backend roles; nothing
  // when the domain finds no credentials in it, and then `why` says so in a few words.
  std::optional<User> UserOf(std::string_view principal, std::string* why) const;

 private:
  std::string name_;
  std::string username_attribute_;
  std::string roles_attribute_;
  x509::MultiValuedRdn multi_valued_;
};

}  // namespace pkigate::identity
