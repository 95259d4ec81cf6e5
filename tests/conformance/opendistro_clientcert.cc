// SPDX-License-Identifier: Apache-2.0
//
// opendistro clientcert: from a certificate to user name and backend roles (opendistro.md, 3.1 to
// 3.3).
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "identity/clientcert_domain.h"
#include "vector_kinds.h"
#include "x509/opendistro_form.h"
#include "x509/peer_chain.h"
#include "x509/pem.h"

namespace pkigate::conformance {

namespace {

std::vector<std::string> Sorted(std::vector<std::string> values) {
  std::sort(values.begin(), values.end());
  return values;
}

}  // namespace

Outcome RunOpendistroClientcert(Case& c) {
  c.input.Ignore("subject_principal");
  Fields config = c.input.Inside("config");
  const Dialect dialect = c.dialect == "opensearch" ? Dialect::kOpensearch : Dialect::kOpendistro;
  identity::ClientcertModel model;
  model.username_attribute = config.OptionalText("username_attribute").value_or("");
  model.roles_attribute = config.OptionalText("roles_attribute").value_or("");
  // Open Distro's reader does not know skip_users, so there it is without effect.
  if (config.Has("skip_users")) {
    const auto patterns = config.Any("skip_users").get<std::vector<std::string>>();
    model.skip_users = dialect == Dialect::kOpensearch ? patterns : std::vector<std::string>();
  }
  config.ExpectAllRead();

  const auto certificates =
      x509::CertificatesFromPem(c.input.Text("certificate_pem"), "certificate_pem");
  if (!certificates.ok()) {
    return Failed(certificates.error().message);
  }
  const auto chain = x509::MakePeerChain({certificates->front()});
  if (!chain.ok()) {
    return Failed(chain.error().message);
  }
  const std::string principal = x509::OpendistroForm((*chain)->leaf.subject);
  const Outcome same_principal = Compare("the principal", principal, c.expect.Text("principal"));
  if (same_principal.kind != Outcome::Kind::kPassed) {
    return same_principal;
  }
  const auto domain =
      identity::ClientcertDomain::Compile(model, dialect, x509::MultiValuedRdn::kFirst);
  if (!domain.ok()) {
    return Failed(domain.error().message);
  }
  match::Scratch scratch;
  (*domain)->ReserveIn(scratch);
  identity::Credentials request;
  request.chain = chain->get();
  const identity::FoundCredentials found =
      (*domain)->Find({.credentials = request, .principal = principal, .scratch = scratch});
  const bool has_user = found.kind == identity::FoundCredentials::Kind::kUser;
  const identity::User& user = found.user;
  if (c.expect.Any("credentials").is_null()) {
    return has_user ? Failed("the user is `" + user.username + "`, expected none") : Passed();
  }
  if (!has_user) {
    return Failed("there is no user: " + found.why);
  }
  Fields credentials = c.expect.Inside("credentials");
  const Outcome same_name = Compare("the user name", user.username, credentials.Text("username"));
  if (same_name.kind != Outcome::Kind::kPassed) {
    return same_name;
  }
  const auto expected_roles = credentials.Any("backend_roles").get<std::vector<std::string>>();
  credentials.ExpectAllRead();
  return Compare("the backend roles",
                 fmt::format("{}", fmt::join(Sorted(user.backend_roles), ", ")),
                 fmt::format("{}", fmt::join(Sorted(expected_roles), ", ")));
}

}  // namespace pkigate::conformance
