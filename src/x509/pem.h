// SPDX-License-Identifier: Apache-2.0
//
// PEM files (RFC 7468) as operators give them: certificates, keys, CRLs. Errors start with
// `source_name`, name the line where there is one, and say what was found instead of what was
// wanted. Codes: `pem_empty`, `pem_wrong_kind`, `pem_garbled`, `pem_too_large`, `pem_passphrase`,
// `pem_unsupported`.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace pkigate::x509 {

// The DER of every CERTIFICATE block, in order; at least one. Blocks of other kinds beside them are
// skipped, so that a file with certificate and key serves for both. Each is checked to be a
// certificate (ParseCertificate).
Result<std::vector<std::vector<uint8_t>>> CertificatesFromPem(std::string_view text,
                                                              std::string_view source_name);

// The DER of every X509 CRL block, at least one; if `text` is no PEM, the one DER CRL that it is.
// What a CRL must be to count is TrustStore's to say.
Result<std::vector<std::vector<uint8_t>>> CrlsFromPem(std::string_view text,
                                                      std::string_view source_name);

// The first private key as PKCS#8 DER. Takes PRIVATE KEY, RSA PRIVATE KEY, EC PRIVATE KEY,
// ENCRYPTED PRIVATE KEY, and the older encrypted form (Proc-Type, DEK-Info). `passphrase` is used
// for encrypted keys only.
Result<std::vector<uint8_t>> PrivateKeyFromPem(std::string_view text, std::string_view passphrase,
                                               std::string_view source_name);

// Whether the private key (PKCS#8 DER) belongs to the certificate (DER): `key_mismatch` if not,
// `malformed_key` or `malformed_certificate` if one of them cannot be read.
Status KeyMatchesCertificate(std::span<const uint8_t> key, std::span<const uint8_t> certificate);

}  // namespace pkigate::x509
