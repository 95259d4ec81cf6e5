// SPDX-License-Identifier: Apache-2.0
//
// Who a request comes from, as a realm (X-Pack) or domain (Open Distro) found out.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace pkigate::identity {

// A member of an X-Pack user's metadata.
struct MetadataEntry {
  std::string key;
  std::string value;  // the text; or, if `is_json`, the JSON of a value that is no text
  bool is_json = false;

  bool operator==(const MetadataEntry&) const = default;
};

struct User {
  std::string username;
  // Who authenticated the caller: X-Pack realm or Open Distro domain; `admin_dn` for a superadmin,
  // `__anonymous` for X-Pack's anonymous user.
  std::string realm_name;
  std::string realm_type;  // `pki`, `file`, `clientcert`, `basic`, `__anonymous`, ...
  // X-Pack: where the user was found, when that is another realm, as under run-as (X-AUT-93).
  std::string lookup_realm_name;
  std::string lookup_realm_type;
  bool anonymous = false;
  // The certificate's DN in the dialect's own textual form; empty without a certificate.
  std::string principal;
  // Whom the credentials belong to, when the user above is another one that they may act as
  // (run-as, impersonation); else empty.
  std::string authenticated_as;

  // X-Pack.
  std::optional<std::string> full_name;
  std::optional<std::string> email;
  std::vector<MetadataEntry> metadata;  // of a pki user: `pki_dn`

  // Open Distro.
  std::vector<std::string> backend_roles;
  // Security roles that stand in internal_users.yml, held in every mode (opendistro.md, 4.1).
  std::vector<std::string> direct_roles;
  // `attr.internal.x`, `attr.proxy.x`, `attr.jwt.x`.
  std::vector<std::pair<std::string, std::string>> attributes;
  std::optional<std::string> requested_tenant;
  bool superadmin = false;  // the DN is listed in authcz.admin_dn
};

}  // namespace pkigate::identity
