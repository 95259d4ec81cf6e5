// SPDX-License-Identifier: Apache-2.0
//
// ClientcertDomain: one Open Distro domain of type clientcert, compiled: what user and backend
// roles a certificate stands for (opendistro.md, 3.2 and 3.3). Immutable.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "identity/certificate_attribute.h"
#include "identity/dialect.h"
#include "identity/domain.h"
#include "identity/domain_model.h"
#include "match/pattern_set.h"
#include "x509/opendistro_form.h"

namespace pkigate::identity {

class ClientcertDomain final : public Domain {
 public:
  // Fails when a pattern of `skip_users` cannot be used. An attribute that is none counts as unset,
  // as upstream; whoever reads the configuration says so.
  static Result<std::unique_ptr<const ClientcertDomain>> Compile(const ClientcertModel& model,
                                                                 Dialect dialect,
                                                                 x509::MultiValuedRdn multi_valued);

  std::string_view type() const override { return "clientcert"; }
  FoundCredentials Find(const DomainRequest& request) const override;
  void ReserveIn(match::Scratch& scratch) const override;

 private:
  explicit ClientcertDomain(x509::MultiValuedRdn multi_valued) : multi_valued_(multi_valued) {}

  CertificateAttribute username_;
  CertificateAttribute roles_;
  std::unique_ptr<const match::PatternSet> skip_users_;
  const x509::MultiValuedRdn multi_valued_;
};

}  // namespace pkigate::identity
