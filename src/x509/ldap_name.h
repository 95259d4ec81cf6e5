// SPDX-License-Identifier: Apache-2.0
//
// DNs as Open Distro reads and compares them: the rules of javax.naming.ldap.LdapName, which its
// principal, clientcert and admin_dn go through (docs/spec/opendistro.md, 3.1, 3.3, 3.6).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace pkigate::x509 {

class LdapName {
 public:
  struct Part {
    std::string type;        // as written
    std::string value;       // unescaped UTF-8; for a binary value its bytes
    bool is_binary = false;  // was written #hex
  };
  using Rdn = std::vector<Part>;  // sorted by type, then value, both without regard to case

  LdapName() = default;

  // Fails with `malformed_dn`, `name_too_large`.
  static Result<LdapName> Parse(std::string_view text);

  // As written: usually most specific first.
  const std::vector<Rdn>& rdns() const { return rdns_; }
  // RFC 2253 text, RDNs in the order written.
  std::string Text() const;
  // Equal texts iff equal names (3.6): for use as a key.
  std::string ComparisonKey() const;
  // The same RDNs in reverse order: what an operator who pasted openssl's output meant.
  LdapName Reversed() const;

  bool operator==(const LdapName& other) const { return ComparisonKey() == other.ComparisonKey(); }

 private:
  std::vector<Rdn> rdns_;
};

}  // namespace pkigate::x509
