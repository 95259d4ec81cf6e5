// SPDX-License-Identifier: Apache-2.0
//
// ProxyDomain: one Open Distro domain of type proxy or extended-proxy: user, backend roles and
// attributes from headers, which count only when the request came through a trusted proxy
// (opendistro.md, 8.1). Immutable.
//
// Header bytes are read as Latin-1, as upstream does.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "identity/dialect.h"
#include "identity/domain.h"
#include "identity/domain_model.h"
#include "match/java_regex.h"

namespace pkigate::identity {

class ProxyDomain final : public Domain {
 public:
  // Fails when `roles_separator` is no regular expression, or one that matches the empty text.
  static Result<std::unique_ptr<const ProxyDomain>> Compile(const ProxyModel& model,
                                                            Dialect dialect);

  std::string_view type() const override { return model_.extended ? "extended-proxy" : "proxy"; }
  FoundCredentials Find(const DomainRequest& request) const override;
  void AddReadTo(HeaderWatch& watch) const override;

 private:
  ProxyDomain(const ProxyModel& model, Dialect dialect, match::JavaRegex separator);
  void AddRoles(std::string_view value, match::Scratch& scratch, User* user) const;
  void AddAttributes(std::span<const HeaderField> headers, User* user) const;

  const ProxyModel model_;
  const Dialect dialect_;
  const match::JavaRegex separator_;
};

}  // namespace pkigate::identity
