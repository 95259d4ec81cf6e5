// SPDX-License-Identifier: Apache-2.0
//
// An X-Pack pki realm as its settings describe it (xpack.md, 1.2); plain values, not yet checked.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/source_line.h"

namespace pkigate::x509 {
class TrustStore;
}

namespace pkigate::identity {

struct PkiRealmModel {
  std::string name;
  // The realm's full key without its last part, for messages, e.g.
  // `xpack.security.authc.realms.pki.pki1`.
  std::string key_prefix;
  std::optional<int64_t> order;  // X-SET-10, X-SET-31
  bool enabled = true;
  std::string username_pattern = "CN=(.*?)(?:,|$)";  // X-SET-12
  // Take the username from an attribute instead; as written, at most one of the two (X-SET-13, 14).
  std::optional<std::string> username_rdn_name;
  std::optional<std::string> username_rdn_oid;
  // Null: no trust of its own, the listener's check is enough (X-AUT-30).
  std::shared_ptr<const x509::TrustStore> trust;
  bool strict_username = false;         // X-AUT-23, pki.strict_username
  int64_t cache_ttl_seconds = 20 * 60;  // X-SET-23; 0: ask anew for every request
  SourceLine where;                     // of the realm
  SourceLine username_where;            // of the setting the username comes from
};

}  // namespace pkigate::identity
