// SPDX-License-Identifier: Apache-2.0
//
// The domains of Open Distro as config.yml describes them (opendistro.md, 2.1, 2.2, 3.2, 8.1 to
// 8.3); plain values, not yet checked.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "base/source_line.h"

namespace pkigate::identity {

// HTTP Basic.
struct BasicModel {};

// The client's certificate. Attributes as written: an RDN type; OpenSearch also `dn:TYPE` and
// `san:KIND[:GLOB]` (certificate_attribute.h).
struct ClientcertModel {
  std::string username_attribute;       // empty: the whole DN
  std::string roles_attribute;          // empty: no backend roles
  std::vector<std::string> skip_users;  // OpenSearch: patterns of principals
};

// Headers that a trusted proxy sets.
struct ProxyModel {
  bool extended = false;  // type extended-proxy
  std::string user_header;
  std::string roles_header;           // empty: no backend roles
  std::string roles_separator = ",";  // a Java regex
  std::string attribute_prefix;       // extended: of the headers that are attributes; empty: none
};

// A signed token.
struct JwtModel {
  std::vector<std::string> signing_keys;  // secret, as written: Base64 or PEM
  std::string header = "Authorization";
  std::string url_parameter;  // empty: none
  std::string subject_key;    // empty: `sub`
  std::string roles_key;      // empty: no backend roles
  // OpenSearch: one of these audiences, and this issuer; empty: any.
  std::vector<std::string> required_audiences;
  std::string required_issuer;
  int64_t clock_skew_seconds = 0;
};

// Who says whether the credentials are right.
enum class Backend : uint8_t { kNoop, kInternal };

struct DomainModel {
  std::string name;
  int64_t order = 0;
  bool http_enabled = true;
  bool challenge = true;
  Backend backend = Backend::kNoop;
  std::variant<ClientcertModel, BasicModel, ProxyModel, JwtModel> authenticator;
  SourceLine where;
};

}  // namespace pkigate::identity
