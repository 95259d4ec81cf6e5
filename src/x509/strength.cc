// SPDX-License-Identifier: Apache-2.0
#include "x509/strength.h"

#include <openssl/asn1.h>
#include <openssl/evp.h>
#include <openssl/nid.h>
#include <openssl/obj.h>
#include <openssl/rsa.h>

#include "x509/der.h"
#include "x509/oid.h"

namespace pkigate::x509 {

namespace {

DigestStrength OfDigest(int nid) {
  switch (nid) {
    case NID_sha224:
    case NID_sha256:
    case NID_sha384:
    case NID_sha512:
      return DigestStrength::kStrong;
    case NID_sha1:
      return DigestStrength::kSha1;
    default:
      return DigestStrength::kBroken;
  }
}

// RSASSA-PSS-params ::= SEQUENCE { [0] hashAlgorithm DEFAULT sha1, ... } (RFC 4055, 3.1)
DigestStrength OfPssParameters(std::span<const uint8_t> der) {
  constexpr uint8_t kHashAlgorithm = der::kContextConstructed | 0;
  DerReader in(der, "malformed_certificate");
  Result<DerReader> parameters = in.Enter(der::kSequence, "the parameters");
  if (!parameters.ok()) {
    return DigestStrength::kBroken;
  }
  if (!parameters->StartsWith(kHashAlgorithm)) {
    return DigestStrength::kSha1;
  }
  Result<DerReader> tagged = parameters->Enter(kHashAlgorithm, "the hash algorithm");
  Result<DerReader> algorithm =
      tagged.ok() ? tagged->Enter(der::kSequence, "the hash algorithm") : tagged;
  if (!algorithm.ok()) {
    return DigestStrength::kBroken;
  }
  const Result<DerElement> oid = algorithm->Next(der::kOid, "the hash algorithm");
  const std::optional<std::string> dotted = oid.ok() ? DottedOid(oid->content) : std::nullopt;
  return dotted.has_value() ? OfDigest(OBJ_txt2nid(dotted->c_str())) : DigestStrength::kBroken;
}

}  // namespace

DigestStrength SignatureDigest(const X509& certificate) {
  const X509_ALGOR* algorithm = nullptr;
  X509_get0_signature(nullptr, &algorithm, &certificate);
  const ASN1_OBJECT* oid = nullptr;
  int parameter_type = V_ASN1_UNDEF;
  const void* parameter = nullptr;
  X509_ALGOR_get0(&oid, &parameter_type, &parameter, algorithm);
  const int nid = OBJ_obj2nid(oid);
  if (nid == NID_ED25519) {
    return DigestStrength::kStrong;
  }
  if (nid == NID_rsassaPss) {
    if (parameter_type != V_ASN1_SEQUENCE) {
      return DigestStrength::kBroken;
    }
    const auto& sequence = *static_cast<const ASN1_STRING*>(parameter);
    return OfPssParameters(
        {ASN1_STRING_get0_data(&sequence), static_cast<size_t>(ASN1_STRING_length(&sequence))});
  }
  int digest_nid = NID_undef;
  int key_nid = NID_undef;
  return OBJ_find_sigid_algs(nid, &digest_nid, &key_nid) == 1 ? OfDigest(digest_nid)
                                                              : DigestStrength::kBroken;
}

uint32_t RsaKeyBits(X509& certificate) {
  const bssl::UniquePtr<EVP_PKEY> key(X509_get_pubkey(&certificate));
  const bool is_rsa = key != nullptr && EVP_PKEY_id(key.get()) == EVP_PKEY_RSA;
  return is_rsa ? static_cast<uint32_t>(EVP_PKEY_bits(key.get())) : 0;
}

}  // namespace pkigate::x509
