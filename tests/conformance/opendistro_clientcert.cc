// SPDX-License-Identifier: Apache-2.0
//
// opendistro clientcert: from a certificate to user name and backend roles (opendistro.md, 3.1 to
// 3.3). Cases that read subject alternative names or skip_users are skipped.
#include <fmt/format.h>

#include <algorithm>

#include "identity/clientcert_domain.h"
#include "vector_kinds.h"
#include "x509/certificate.h"
#include "x509/opendistro_form.h"
#include "x509/pem.h"

namespace pkigate::conformance {

namespace {

// config.yml's reader takes OpenSearch's `dn:` off (3.2).
std::string AttributeType(std::string text, std::string_view dialect) {
  const bool prefixed = dialect == "opensearch" && text.starts_with("dn:");
  return prefixed ? text.substr(3) : text;
}

bool IsOfSan(std::string_view attribute) { return attribute.starts_with("san:"); }

std::vector<std::string> Sorted(std::vector<std::string> values) {
  std::sort(values.begin(), values.end());
  return values;
}

}  // namespace

Outcome RunOpendistroClientcert(Case& c) {
  c.input.Ignore("subject_principal");
  Fields config = c.input.Inside("config");
  identity::ClientcertDomainModel model;
  model.name = "clientcert_auth_domain";
  model.username_attribute =
      AttributeType(config.OptionalText("username_attribute").value_or(""), c.dialect);
  model.roles_attribute =
      AttributeType(config.OptionalText("roles_attribute").value_or(""), c.dialect);
  if (IsOfSan(model.username_attribute) || IsOfSan(model.roles_attribute)) {
    return Skipped("subject alternative names are not read yet");
  }
  if (config.Has("skip_users") && c.dialect == "opensearch") {
    return Skipped("skip_users is not read yet");
  }
  config.Ignore("skip_users");  // unknown to Open Distro, so without effect
  config.ExpectAllRead();

  const auto certificates =
      x509::CertificatesFromPem(c.input.Text("certificate_pem"), "certificate_pem");
  if (!certificates.ok()) {
    return Failed(certificates.error().message);
  }
  const Result<x509::Certificate> certificate = x509::ParseCertificate(certificates->front());
  if (!certificate.ok()) {
    return Failed(certificate.error().message);
  }
  const std::string principal = x509::OpendistroForm(certificate->subject);
  const Outcome same_principal = Compare("the principal", principal, c.expect.Text("principal"));
  if (same_principal.kind != Outcome::Kind::kPassed) {
    return same_principal;
  }
  std::string why;
  const identity::ClientcertDomain domain(model, x509::MultiValuedRdn::kFirst);
  const std::optional<identity::User> user = domain.UserOf(principal, &why);
  if (c.expect.Any("credentials").is_null()) {
    return user.has_value() ? Failed("the user is `" + user->username + "`, expected none")
                            : Passed();
  }
  if (!user.has_value()) {
    return Failed("there is no user: " + why);
  }
  Fields credentials = c.expect.Inside("credentials");
  const Outcome same_name = Compare("the user name", user->username, credentials.Text("username"));
  if (same_name.kind != Outcome::Kind::kPassed) {
    return same_name;
  }
  const auto expected_roles = credentials.Any("backend_roles").get<std::vector<std::string>>();
  credentials.ExpectAllRead();
  return Compare("the backend roles",
                 fmt::format("{}", fmt::join(Sorted(user->backend_roles), ", ")),
                 fmt::format("{}", fmt::join(Sorted(expected_roles), ", ")));
}

}  // namespace pkigate::conformance
