// SPDX-License-Identifier: Apache-2.0
//
// AdminDns: `authcz.admin_dn`, whose certificates are the superadmin's (opendistro.md, 3.6).
// Immutable once filled.
#pragma once

#include <string>
#include <string_view>
#include <unordered_set>

namespace pkigate::identity {

class AdminDns {
 public:
  // False when `dn` is none: then it makes nobody an administrator.
  bool Add(std::string_view dn);

  // Whether `name` parses to one of them.
  bool Contains(std::string_view name) const;
  // Whether it would, read backwards: what `openssl x509 -subject` prints.
  bool ContainsReversed(std::string_view name) const;

 private:
  std::unordered_set<std::string> keys_;  // x509::LdapName::ComparisonKey
  std::unordered_set<std::string> reversed_keys_;
};

}  // namespace pkigate::identity
