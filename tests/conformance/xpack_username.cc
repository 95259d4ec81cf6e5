// SPDX-License-Identifier: Apache-2.0
//
// xpack username: what a pki realm reads from a subject (X-AUT-21 to X-AUT-25).
#include "identity/pki_realm.h"
#include "vector_kinds.h"
#include "x509/jdk_form.h"

namespace pkigate::conformance {

Outcome RunXpackUsername(Case& c) {
  const Result<x509::Name> subject = x509::Name::FromDer(c.input.Hex("subject_der_hex"));
  if (!subject.ok()) {
    return Failed(subject.error().message);
  }
  identity::PkiRealmModel model;
  model.name = "pki1";
  model.key_prefix = "xpack.security.authc.realms.pki.pki1";
  if (const auto pattern = c.input.OptionalText("username_pattern"); pattern.has_value()) {
    model.username_pattern = *pattern;
  }
  model.username_rdn_name = c.input.OptionalText("username_rdn_name");
  model.username_rdn_oid = c.input.OptionalText("username_rdn_oid");
  const auto realm = identity::PkiRealm::Compile(model);
  if (!realm.ok()) {
    return Failed(realm.error().message);
  }
  const std::string dn = x509::JdkForm(*subject);
  match::Scratch scratch;
  const std::optional<std::string> username = (*realm)->UsernameOf(*subject, dn, scratch);
  const std::optional<std::string> expected = c.expect.NullableText("username");
  const Outcome same_dn = Compare("the DN", dn, c.expect.Text("dn"));
  if (same_dn.kind != Outcome::Kind::kPassed) {
    return same_dn;
  }
  if (username.has_value() != expected.has_value()) {
    return Failed(username.has_value() ? "the username is `" + *username + "`, expected none"
                                       : "there is no username, expected `" + *expected + "`");
  }
  return Compare("the username", username.value_or(""), expected.value_or(""));
}

}  // namespace pkigate::conformance
