// SPDX-License-Identifier: Apache-2.0
#include "x509/certificate.h"

#include <algorithm>
#include <string_view>

#include "base/hex.h"
#include "base/limits.h"
#include "x509/der.h"
#include "x509/der_time.h"

namespace pkigate::x509 {

namespace {

constexpr char kCode[] = "malformed_certificate";

// Tags of the optional fields of TBSCertificate.
constexpr uint8_t kVersion = der::kContextConstructed | 0;
constexpr uint8_t kIssuerUniqueId = der::kContextPrimitive | 1;
constexpr uint8_t kSubjectUniqueId = der::kContextPrimitive | 2;
constexpr uint8_t kExtensions = der::kContextConstructed | 3;

// Content octets of the two extensions read here: 2.5.29.17 and 2.5.29.19.
constexpr uint8_t kSubjectAltName[] = {0x55, 0x1d, 0x11};
constexpr uint8_t kBasicConstraints[] = {0x55, 0x1d, 0x13};

bool Equals(std::span<const uint8_t> a, std::span<const uint8_t> b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

std::string SerialText(std::span<const uint8_t> content) {
  while (content.size() > 1 && content[0] == 0) {
    content = content.subspan(1);
  }
  return ToHex(content);
}

// BOOLEAN with a default: absent, or present with any value. DER asks to leave the default out;
// enough certificates spell it that refusing them would be of no use to anybody.
Result<bool> ReadFlag(DerReader& in, std::string_view what) {
  if (!in.StartsWith(der::kBoolean)) {
    return false;
  }
  const DerElement flag = PKIGATE_TRY(in.Next(what));
  if (flag.content.size() != 1 || (flag.content[0] != 0 && flag.content[0] != 0xff)) {
    return in.FailAt(flag.position, "a BOOLEAN is neither true nor false");
  }
  return flag.content[0] != 0;
}

Result<int64_t> ReadTime(DerReader& in, std::string_view what) {
  const DerElement time = PKIGATE_TRY(in.Next(what));
  const std::optional<int64_t> unix_time = ParseDerTime(time.tag, time.content);
  if (!unix_time.has_value()) {
    return MakeError(kCode, "byte {}: {} is no date of RFC 5280", time.position, what);
  }
  return *unix_time;
}

// BasicConstraints ::= SEQUENCE { cA BOOLEAN DEFAULT FALSE, pathLenConstraint INTEGER OPTIONAL }
Result<bool> ReadBasicConstraints(DerReader in) {
  DerReader fields = PKIGATE_TRY(in.Enter(der::kSequence, "basicConstraints"));
  PKIGATE_TRY_STATUS(in.End("basicConstraints"));
  const bool is_ca = PKIGATE_TRY(ReadFlag(fields, "cA"));
  if (!fields.empty()) {
    const auto path_len = fields.Next(der::kInteger, "pathLenConstraint");
    if (!path_len.ok()) {
      return path_len.error();
    }
  }
  PKIGATE_TRY_STATUS(fields.End("pathLenConstraint"));
  return is_ca;
}

// GeneralName's tags: constructed for those that hold a structure.
constexpr bool IsConstructed(SanType type) {
  return type == SanType::kOtherName || type == SanType::kX400Address ||
         type == SanType::kDirectoryName || type == SanType::kEdiPartyName;
}

Result<std::vector<SubjectAlternativeName>> ReadSubjectAlternativeNames(DerReader in) {
  DerReader sequence = PKIGATE_TRY(in.Enter(der::kSequence, "subjectAltName"));
  PKIGATE_TRY_STATUS(in.End("subjectAltName"));
  std::vector<SubjectAlternativeName> names;
  while (!sequence.empty()) {
    if (names.size() == limits::kSanNamesMax) {
      return MakeError(kCode, "subjectAltName has more than {} names", limits::kSanNamesMax);
    }
    const DerElement element = PKIGATE_TRY(sequence.Next("a name of subjectAltName"));
    const auto type = static_cast<SanType>(element.tag & 0x1f);
    const uint8_t kind = IsConstructed(type) ? der::kContextConstructed : der::kContextPrimitive;
    if (type > SanType::kRegisteredId || (element.tag & 0xe0) != kind) {
      return sequence.FailAt(element.position, "subjectAltName holds what is no GeneralName");
    }
    if (type == SanType::kIpAddress && element.content.size() != 4 &&
        element.content.size() != 16) {
      return sequence.FailAt(element.position, "an IP address has neither 4 nor 16 bytes");
    }
    names.push_back({type, {element.content.begin(), element.content.end()}});
  }
  return names;
}

Status ReadExtensions(DerReader in, Certificate& certificate) {
  DerReader sequence = PKIGATE_TRY(in.Enter(der::kSequence, "the extensions"));
  PKIGATE_TRY_STATUS(in.End("the extensions"));
  bool has_names = false;
  bool has_constraints = false;
  while (!sequence.empty()) {
    DerReader extension = PKIGATE_TRY(sequence.Enter(der::kSequence, "an extension"));
    const DerElement type = PKIGATE_TRY(extension.Next(der::kOid, "an extension's type"));
    const bool critical = PKIGATE_TRY(ReadFlag(extension, "an extension's critical"));
    const DerElement value = PKIGATE_TRY(extension.Next(der::kOctetString, "an extension's value"));
    PKIGATE_TRY_STATUS(extension.End("an extension's value"));
    const bool is_names = Equals(type.content, kSubjectAltName);
    const bool is_constraints = Equals(type.content, kBasicConstraints);
    if ((is_names && has_names) || (is_constraints && has_constraints)) {
      return sequence.FailAt(type.position, "an extension stands here for the second time");
    }
    if (is_names) {
      has_names = true;
      certificate.subject_alternative_names_critical = critical;
      certificate.subject_alternative_names =
          PKIGATE_TRY(ReadSubjectAlternativeNames(extension.Inside(value)));
    } else if (is_constraints) {
      has_constraints = true;
      certificate.is_ca = PKIGATE_TRY(ReadBasicConstraints(extension.Inside(value)));
    }
  }
  return {};
}

// Skips what stands between the subject and the extensions: public key and unique identifiers.
Status SkipPublicKeyAndIdentifiers(DerReader& fields) {
  if (const auto key = fields.Next(der::kSequence, "the public key"); !key.ok()) {
    return key.error();
  }
  for (const uint8_t tag : {kIssuerUniqueId, kSubjectUniqueId}) {
    if (fields.StartsWith(tag)) {
      if (const auto identifier = fields.Next("a unique identifier"); !identifier.ok()) {
        return identifier.error();
      }
    }
  }
  return {};
}

// TBSCertificate (RFC 5280, 4.1)
Result<Certificate> ReadBody(DerReader fields) {
  Certificate certificate;
  uint8_t version = 0;  // as encoded: 2 is version 3
  if (fields.StartsWith(kVersion)) {
    DerReader tagged = PKIGATE_TRY(fields.Enter(kVersion, "the version"));
    const DerElement number = PKIGATE_TRY(tagged.Next(der::kInteger, "the version"));
    PKIGATE_TRY_STATUS(tagged.End("the version"));
    if (number.content.size() != 1 || number.content[0] > 2) {
      return fields.FailAt(number.position, "the version is none of 1, 2, 3");
    }
    version = number.content[0];
  }
  const DerElement serial = PKIGATE_TRY(fields.Next(der::kInteger, "the serial number"));
  if (serial.content.empty()) {
    return fields.FailAt(serial.position, "the serial number is empty");
  }
  certificate.serial = SerialText(serial.content);
  if (const auto algorithm = fields.Next(der::kSequence, "the signature algorithm");
      !algorithm.ok()) {
    return algorithm.error();
  }
  const DerElement issuer = PKIGATE_TRY(fields.Next(der::kSequence, "the issuer"));
  certificate.issuer = PKIGATE_TRY(Name::FromDer(issuer.tlv));
  DerReader validity = PKIGATE_TRY(fields.Enter(der::kSequence, "the validity"));
  certificate.not_before_unix = PKIGATE_TRY(ReadTime(validity, "notBefore"));
  certificate.not_after_unix = PKIGATE_TRY(ReadTime(validity, "notAfter"));
  PKIGATE_TRY_STATUS(validity.End("the validity"));
  const DerElement subject = PKIGATE_TRY(fields.Next(der::kSequence, "the subject"));
  certificate.subject = PKIGATE_TRY(Name::FromDer(subject.tlv));
  certificate.is_self_issued = certificate.subject == certificate.issuer;
  PKIGATE_TRY_STATUS(SkipPublicKeyAndIdentifiers(fields));
  if (!fields.empty()) {
    DerReader extensions = PKIGATE_TRY(fields.Enter(kExtensions, "the extensions"));
    if (version != 2) {
      return extensions.Fail("only certificates of version 3 may have extensions");
    }
    PKIGATE_TRY_STATUS(ReadExtensions(extensions, certificate));
  }
  PKIGATE_TRY_STATUS(fields.End("the extensions"));
  return certificate;
}

}  // namespace

Result<Certificate> ParseCertificate(std::span<const uint8_t> der) {
  if (der.size() > limits::kCertificateBytesMax) {
    return MakeError(kCode, "the certificate has {} bytes, at most {}", der.size(),
                     limits::kCertificateBytesMax);
  }
  DerReader in(der, kCode);
  DerReader outer = PKIGATE_TRY(in.Enter(der::kSequence, "a certificate"));
  PKIGATE_TRY_STATUS(in.End("the certificate"));
  DerReader body = PKIGATE_TRY(outer.Enter(der::kSequence, "the body of the certificate"));
  Certificate certificate = PKIGATE_TRY(ReadBody(body));
  if (const auto algorithm = outer.Next(der::kSequence, "the signature algorithm");
      !algorithm.ok()) {
    return algorithm.error();
  }
  if (const auto signature = outer.Next(der::kBitString, "the signature"); !signature.ok()) {
    return signature.error();
  }
  PKIGATE_TRY_STATUS(outer.End("the signature"));
  return certificate;
}

}  // namespace pkigate::x509
