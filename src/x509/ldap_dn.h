// SPDX-License-Identifier: Apache-2.0
//
// DNs as X-Pack's role mappings write and compare them (X-DN-1 to X-DN-6).
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace pkigate::x509 {

class LdapDn {
 public:
  LdapDn() = default;  // the empty DN

  // Fails (`malformed_dn`, `name_too_large`) with the byte position and what was expected there.
  static Result<LdapDn> Parse(std::string_view text);

  // N(s) of X-DN-1: `cn=doe\, john+uid=jd,o=acme`. Two DNs are equal iff these are. Characters
  // outside printable ASCII come out as bytes in hexadecimal, `cn=\c3\a9va`: patterns see that.
  // Several values of one type in an RDN all count (7.x drops all but the last of them).
  std::string NormalForm() const;
  bool empty() const { return rdns_.empty(); }
  bool operator==(const LdapDn& other) const { return NormalForm() == other.NormalForm(); }

 private:
  // Type as written, value unescaped.
  using Pair = std::pair<std::string, std::string>;
  std::vector<std::vector<Pair>> rdns_;  // as written
};

}  // namespace pkigate::x509
