// SPDX-License-Identifier: Apache-2.0
//
// BasicDomain: one Open Distro domain of type basic: user name and password of the Authorization
// header (opendistro.md, 3.5). Immutable.
#pragma once

#include <string_view>

#include "identity/dialect.h"
#include "identity/domain.h"

namespace pkigate::identity {

class BasicDomain final : public Domain {
 public:
  explicit BasicDomain(Dialect dialect) : dialect_(dialect) {}

  std::string_view type() const override { return "basic"; }
  FoundCredentials Find(const DomainRequest& request) const override;
  Challenge challenge() const override { return Challenge::kBasic; }
  void AddReadTo(HeaderWatch& watch) const override { watch.AddName("Authorization"); }

 private:
  const Dialect dialect_;
};

}  // namespace pkigate::identity
