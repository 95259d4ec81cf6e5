// SPDX-License-Identifier: Apache-2.0
//
// Which CRLs are fit for use. Not for other folders.
#pragma once

#include <openssl/x509.h>

#include <cstdint>
#include <span>

#include "base/result.h"

namespace pkigate::x509 {

// The CRL of exactly these bytes. Fails with `malformed_crl`, and with `delta_crl` or
// `unknown_critical_extension` on those that the library's path validation would take for complete
// lists though they are not (conformance data, PKITS 4.15 and 4.4.9). Its entries are sorted
// already, so that looking one up writes nothing.
Result<bssl::UniquePtr<X509_CRL>> LoadCrl(std::span<const uint8_t> der);

}  // namespace pkigate::x509
