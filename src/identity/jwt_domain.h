// SPDX-License-Identifier: Apache-2.0
//
// JwtDomain: one Open Distro domain of type jwt: user and backend roles from a token that a known
// key has signed, in a header or a parameter of the URL (opendistro.md, 8.3). Immutable.
//
// A token that is not right is no credentials, so the chain goes on, as upstream.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "identity/dialect.h"
#include "identity/domain.h"
#include "identity/domain_model.h"
#include "identity/jwt.h"

namespace pkigate::identity {

class JwtDomain final : public Domain {
 public:
  // Fails when there is no key, or one that cannot be used.
  static Result<std::unique_ptr<const JwtDomain>> Compile(const JwtModel& model, Dialect dialect);

  std::string_view type() const override { return "jwt"; }
  FoundCredentials Find(const DomainRequest& request) const override;
  Challenge challenge() const override { return Challenge::kBearer; }
  std::string_view parameter() const override { return model_.url_parameter; }
  void AddReadTo(HeaderWatch& watch) const override;

 private:
  JwtDomain(const JwtModel& model, Dialect dialect) : model_(model), dialect_(dialect) {}
  std::string TokenOf(const Credentials& credentials) const;
  FoundCredentials UserOf(const JwtClaims& claims) const;

  JwtModel model_;  // without its keys
  const Dialect dialect_;
  std::vector<x509::VerificationKey> keys_;
};

}  // namespace pkigate::identity
