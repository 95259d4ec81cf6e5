// SPDX-License-Identifier: Apache-2.0
//
// CertificateAttribute: what `username_attribute` and `roles_attribute` of a clientcert domain name
// (opendistro.md, 3.2): an attribute of the subject, or, in OpenSearch, subject alternative names.
//
//   attribute := type | "dn:" type | "san:" kind [ ":" glob ]
//   kind      := rfc822Name | dNSName | uniformResourceIdentifier | iPAddress | otherName |
//                x400Address | directoryName | ediPartyName | registeredID       (any case)
//   glob      := text in which `*` is any run of characters, in any case
//
// Open Distro knows the first form alone; there the others are types that no certificate has.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "identity/dialect.h"
#include "x509/certificate.h"
#include "x509/opendistro_form.h"

namespace pkigate::identity {

class CertificateAttribute {
 public:
  // Unset.
  CertificateAttribute() = default;
  // An empty text is the unset attribute. Fails (`attribute`) on a `san:` of another form, which
  // upstream takes for unset.
  static Result<CertificateAttribute> Parse(std::string_view text, Dialect dialect);

  bool is_set() const { return !text_.empty(); }
  const std::string& text() const { return text_; }  // as written

  // Of the subject whose principal is `principal`: most specific first. Of the alternative names of
  // `leaf` (null: it has none): in their order, at most limits::kSanMatchesMax, each cut to
  // limits::kSanMatchBytesMax; kinds without a text have no values.
  x509::DnAttributeValues ValuesOf(std::string_view principal, const x509::Certificate* leaf,
                                   x509::MultiValuedRdn multi_valued) const;

 private:
  std::string text_;
  std::string type_;                     // of the subject
  std::optional<x509::SanType> san_;     // takes its place
  std::optional<std::string> san_glob_;  // lower case; nothing: every value
};

}  // namespace pkigate::identity
