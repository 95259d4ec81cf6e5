// SPDX-License-Identifier: Apache-2.0
#include "identity/basic_domain.h"

#include <optional>
#include <string>
#include <utility>

#include "identity/authorization_header.h"
#include "identity/query_parameter.h"

namespace pkigate::identity {

FoundCredentials BasicDomain::Find(const DomainRequest& request) const {
  const Credentials& credentials = request.credentials;
  if (dialect_ == Dialect::kOpendistro) {
    const std::optional<std::string> force = QueryParameter(credentials.target, "force_login");
    if (force == "" || force == "true") {
      return FoundCredentials::Nothing("force_login leaves Authorization aside");
    }
    if (force.has_value() && force != "false") {
      return FoundCredentials::Unusable("force_login is neither true nor false");
    }
  }
  OpendistroBasic basic = ReadOpendistroBasic(credentials.headers, dialect_);
  switch (basic.kind) {
    case OpendistroBasic::Kind::kNone:
      return FoundCredentials::Nothing("no user name and password");
    case OpendistroBasic::Kind::kBadBasic:
      return FoundCredentials::Unusable("Authorization is no Base64");
    case OpendistroBasic::Kind::kBasic:
      break;
  }
  FoundCredentials found;
  found.kind = FoundCredentials::Kind::kUser;
  found.user.username = std::move(basic.username);
  found.password = std::move(basic.password);
  return found;
}

}  // namespace pkigate::identity
