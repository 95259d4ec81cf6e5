// SPDX-License-Identifier: Apache-2.0
//
// PEM texts: certificates, CRLs and private keys, with a passphrase at hand.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/assert.h"
#include "x509/pem.h"
#include "x509/trust_store.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace pkigate::x509;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto certificates = CertificatesFromPem(text, "fuzz"); certificates.ok()) {
    PKIGATE_ASSERT(!certificates->empty());
  }
  if (const auto crls = CrlsFromPem(text, "fuzz"); crls.ok()) {
    (void)TrustStore::Create({}, *crls, {});
  }
  // Keys encrypted with very many iterations take the time they ask for; only an operator can ask.
  if (text.find("ENCRYPTED") == std::string_view::npos) {
    (void)PrivateKeyFromPem(text, "secret", "fuzz");
  }
  return 0;
}
