// SPDX-License-Identifier: Apache-2.0
//
// Who a request comes from, as a realm (X-Pack) or domain (Open Distro) found out.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace pkigate::identity {

struct User {
  std::string username;
  std::string realm_name;  // X-Pack realm or Open Distro domain; `admin_dn` for a superadmin
  std::string realm_type;  // `pki`, `clientcert`
  // The certificate's DN in the dialect's own textual form; empty without a certificate.
  std::string principal;
  std::vector<std::string> backend_roles;                     // Open Distro
  std::vector<std::pair<std::string, std::string>> metadata;  // X-Pack: `pki_dn`
  bool superadmin = false;  // Open Distro: the DN is listed in authcz.admin_dn
};

}  // namespace pkigate::identity
