// SPDX-License-Identifier: Apache-2.0
#include "x509/crl.h"

#include <openssl/asn1.h>
#include <openssl/obj.h>
#include <openssl/x509v3.h>

#include "x509/library.h"

namespace pkigate::x509 {

namespace {

std::string OidText(const ASN1_OBJECT* oid) {
  char text[128];
  const int len = OBJ_obj2txt(text, sizeof(text), oid, /*always_return_oid=*/1);
  return len <= 0 ? "unreadable" : std::string(text);
}

// The type of the first critical extension not among `known`, or empty.
std::string UnknownCritical(const STACK_OF(X509_EXTENSION) * extensions,
                            std::span<const int> known) {
  for (size_t index = 0; index < sk_X509_EXTENSION_num(extensions); ++index) {
    X509_EXTENSION* const extension = sk_X509_EXTENSION_value(extensions, index);
    if (X509_EXTENSION_get_critical(extension) == 0) {
      continue;
    }
    const ASN1_OBJECT* const type = X509_EXTENSION_get_object(extension);
    bool is_known = false;
    for (const int nid : known) {
      is_known = is_known || OBJ_obj2nid(type) == nid;
    }
    if (!is_known) {
      return OidText(type);
    }
  }
  return {};
}

// Any look-up makes the library sort the entries, under a lock that all CRLs of the process share.
void SortEntries(X509_CRL& crl) {
  const bssl::UniquePtr<ASN1_INTEGER> serial(ASN1_INTEGER_new());
  if (serial != nullptr) {
    X509_REVOKED* entry = nullptr;
    X509_CRL_get0_by_serial(&crl, &entry, serial.get());
  }
}

}  // namespace

Result<bssl::UniquePtr<X509_CRL>> LoadCrl(std::span<const uint8_t> der) {
  const ErrorQueueGuard guard;
  const uint8_t* bytes = der.data();
  bssl::UniquePtr<X509_CRL> crl(d2i_X509_CRL(nullptr, &bytes, static_cast<long>(der.size())));
  if (crl == nullptr || bytes != der.data() + der.size()) {
    return MakeError("malformed_crl", "is no CRL in DER");
  }
  const ASN1_TIME* const next_update = X509_CRL_get0_nextUpdate(crl.get());
  if (!UnixTimeOf(*X509_CRL_get0_lastUpdate(crl.get())).has_value() ||
      (next_update != nullptr && !UnixTimeOf(*next_update).has_value())) {
    return MakeError("malformed_crl", "has a date that is none of RFC 5280");
  }
  if (X509_CRL_get_ext_by_NID(crl.get(), NID_delta_crl, -1) >= 0) {
    return MakeError("delta_crl", "is a delta CRL, which says only what changed; give a full one");
  }
  constexpr int kKnown[] = {NID_issuing_distribution_point, NID_authority_key_identifier};
  constexpr int kKnownOfEntries[] = {NID_certificate_issuer};
  std::string unknown = UnknownCritical(X509_CRL_get0_extensions(crl.get()), kKnown);
  const STACK_OF(X509_REVOKED)* const entries = X509_CRL_get_REVOKED(crl.get());
  for (size_t index = 0; unknown.empty() && index < sk_X509_REVOKED_num(entries); ++index) {
    unknown = UnknownCritical(X509_REVOKED_get0_extensions(sk_X509_REVOKED_value(entries, index)),
                              kKnownOfEntries);
  }
  if (!unknown.empty()) {
    return MakeError("unknown_critical_extension",
                     "has the critical extension {}, whose meaning is not known here", unknown);
  }
  SortEntries(*crl);
  return crl;
}

}  // namespace pkigate::x509
