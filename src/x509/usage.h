// SPDX-License-Identifier: Apache-2.0
//
// What a certificate says about itself beyond what decides: key usages and subject alternative
// names as words, for people who look into one. Judging them is TrustStore's.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "x509/certificate.h"

namespace pkigate::x509 {

struct Usages {
  bool limits_key = false;                // there is a keyUsage extension
  std::vector<std::string> key;           // `digitalSignature`, `keyCertSign`, ...
  bool limits_purpose = false;            // there is an extKeyUsage extension
  std::vector<std::string> extended_key;  // `clientAuth`, ...; others as dotted OIDs
};

// Of a certificate that ParseCertificate has read. Fails (`malformed_certificate`) if one of the
// two extensions cannot be read.
Result<Usages> ReadUsages(std::span<const uint8_t> der);

// `DNS:host`, `IP:192.0.2.1`, `email:a@b`, `URI:spiffe://x`, `DirName:CN=a`, `RID:1.2.3`; what has
// no text as `otherName:#0c01..`. Control characters come out as `\0a`.
std::string SanText(const SubjectAlternativeName& name);

}  // namespace pkigate::x509
