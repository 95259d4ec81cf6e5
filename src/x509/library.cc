// SPDX-License-Identifier: Apache-2.0
#include "x509/library.h"

#include <openssl/mem.h>

#include "x509/der_time.h"

namespace pkigate::x509 {

bssl::UniquePtr<X509> ParseX509(std::span<const uint8_t> der) {
  const uint8_t* bytes = der.data();
  bssl::UniquePtr<X509> certificate(d2i_X509(nullptr, &bytes, static_cast<long>(der.size())));
  if (certificate == nullptr || bytes != der.data() + der.size()) {
    return nullptr;
  }
  return certificate;
}

std::vector<uint8_t> DerOf(X509& certificate) {
  uint8_t* bytes = nullptr;
  const int len = i2d_X509(&certificate, &bytes);
  const bssl::UniquePtr<uint8_t> owner(bytes);
  return len <= 0 ? std::vector<uint8_t>() : std::vector<uint8_t>(bytes, bytes + len);
}

std::vector<uint8_t> DerOf(X509_NAME& name) {
  uint8_t* bytes = nullptr;
  const int len = i2d_X509_NAME(&name, &bytes);
  const bssl::UniquePtr<uint8_t> owner(bytes);
  return len <= 0 ? std::vector<uint8_t>() : std::vector<uint8_t>(bytes, bytes + len);
}

std::optional<int64_t> UnixTimeOf(const ASN1_TIME& time) {
  // The library numbers string types as their tags.
  return ParseDerTime(
      static_cast<uint8_t>(ASN1_STRING_type(&time)),
      {ASN1_STRING_get0_data(&time), static_cast<size_t>(ASN1_STRING_length(&time))});
}

}  // namespace pkigate::x509
