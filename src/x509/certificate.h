// SPDX-License-Identifier: Apache-2.0
//
// Certificate: the facts of one X.509 certificate that identity, logs and status pages need. Says
// nothing about whether to believe it: that is TrustStore (trust_store.h).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "x509/name.h"

namespace pkigate::x509 {

// The alternatives of GeneralName (RFC 5280, 4.2.1.6), numbered as its tags.
enum class SanType : uint8_t {
  kOtherName = 0,
  kRfc822Name = 1,
  kDnsName = 2,
  kX400Address = 3,
  kDirectoryName = 4,
  kEdiPartyName = 5,
  kUniformResourceIdentifier = 6,
  kIpAddress = 7,
  kRegisteredId = 8,
};

struct SubjectAlternativeName {
  SanType type = SanType::kDnsName;
  // The content octets; for directoryName the DER of the Name.
  std::vector<uint8_t> value;

  bool operator==(const SubjectAlternativeName&) const = default;
};

struct Certificate {
  Name subject;
  Name issuer;
  std::string serial;  // lower-case hex of the content octets, without leading zero octets
  int64_t not_before_unix = 0;
  int64_t not_after_unix = 0;  // the last second that counts as valid (RFC 5280, 4.1.2.5)
  std::vector<SubjectAlternativeName> subject_alternative_names;  // in the order of the encoding
  bool subject_alternative_names_critical = false;
  bool is_ca = false;           // basicConstraints says so
  bool is_self_issued = false;  // subject and issuer are the same name; nothing about signatures
};

// Reads exactly one DER certificate. Fails (`malformed_certificate`, `malformed_name`,
// `name_too_large`) on anything else, also on BER that a lenient reader would take: what the
// gateway acts on must mean the same to everybody. Extensions other than those above are not read.
Result<Certificate> ParseCertificate(std::span<const uint8_t> der);

}  // namespace pkigate::x509
