// SPDX-License-Identifier: Apache-2.0
#include "x509/path_failure.h"

#include <openssl/x509.h>

#include "x509/trust_store.h"

namespace pkigate::x509 {

namespace {

struct Entry {
  int error;
  PathFailure failure;
};

constexpr std::string_view kAddCa =
    "add the issuing CA to the trusted CAs, or have the missing intermediate certificates sent "
    "with the certificate";
constexpr std::string_view kNewCrl = "get a current CRL of that issuer";
constexpr std::string_view kReissue = "have the certificate issued anew with a current CA tool";

// clang-format off
const Entry kEntries[] = {
    {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT,
     {verify_reason::kUntrustedChain, "no trusted CA issued the certificate", kAddCa}},
    {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
     {verify_reason::kUntrustedChain, "no trusted CA issued the certificate", kAddCa}},
    {X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE,
     {verify_reason::kUntrustedChain, "no trusted CA issued the certificate", kAddCa}},
    {X509_V_ERR_CERT_UNTRUSTED,
     {verify_reason::kUntrustedChain, "no trusted CA issued the certificate", kAddCa}},
    {X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT,
     {verify_reason::kUntrustedChain, "the certificate is self-signed and not itself trusted",
      "use a certificate of a trusted CA, or trust this one"}},
    {X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN,
     {verify_reason::kUntrustedChain, "the chain ends in a self-signed CA that is not trusted",
      "add that CA to the trusted CAs if it deserves it"}},
    {X509_V_ERR_CERT_REJECTED,
     {verify_reason::kUntrustedChain, "the certificate is marked as not to be trusted", ""}},
    {X509_V_ERR_CERT_HAS_EXPIRED,
     {verify_reason::kExpired, "the certificate has expired",
      "renew it; if it should still be valid, check this host's clock"}},
    {X509_V_ERR_CERT_NOT_YET_VALID,
     {verify_reason::kNotYetValid, "the certificate is not valid yet",
      "check the clocks of this host and of the CA"}},
    {X509_V_ERR_CERT_SIGNATURE_FAILURE,
     {verify_reason::kBadSignature, "the certificate's signature is not its issuer's",
      "the certificate was altered, or another CA of the same name issued it"}},
    {X509_V_ERR_UNABLE_TO_DECRYPT_CERT_SIGNATURE,
     {verify_reason::kBadSignature, "the certificate's signature cannot be read", kReissue}},
    {X509_V_ERR_UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY,
     {verify_reason::kBadSignature, "the issuer's public key is of a kind not known here",
      "RSA, ECDSA (P-224 to P-521) and Ed25519 are"}},
    {X509_V_ERR_INVALID_PURPOSE,
     {verify_reason::kWrongPurpose, "the certificate is not meant for this use",
      "have one issued with the extended key usage clientAuth (serverAuth for servers) or none, "
      "and with the key usage digitalSignature or none"}},
    {X509_V_ERR_CERT_REVOKED,
     {verify_reason::kRevoked, "the certificate has been revoked by its CA",
      "its owner needs a new one"}},
    {X509_V_ERR_UNABLE_TO_GET_CRL,
     {verify_reason::kRevocationUnknown,
      "revocation is checked and there is no CRL that covers the certificate",
      "provide a CRL of its issuer, for every CA of the chain"}},
    {X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER,
     {verify_reason::kRevocationUnknown, "the issuer of the CRL for the certificate is not known",
      kNewCrl}},
    {X509_V_ERR_CRL_HAS_EXPIRED,
     {verify_reason::kRevocationUnknown, "the CRL for the certificate is out of date", kNewCrl}},
    {X509_V_ERR_CRL_NOT_YET_VALID,
     {verify_reason::kRevocationUnknown, "the CRL for the certificate is not valid yet",
      "check this host's clock"}},
    {X509_V_ERR_CRL_SIGNATURE_FAILURE,
     {verify_reason::kRevocationUnknown, "the CRL's signature is not its issuer's", kNewCrl}},
    {X509_V_ERR_UNABLE_TO_DECRYPT_CRL_SIGNATURE,
     {verify_reason::kRevocationUnknown, "the CRL's signature cannot be read", kNewCrl}},
    {X509_V_ERR_ERROR_IN_CRL_LAST_UPDATE_FIELD,
     {verify_reason::kRevocationUnknown, "the CRL's dates cannot be read", kNewCrl}},
    {X509_V_ERR_ERROR_IN_CRL_NEXT_UPDATE_FIELD,
     {verify_reason::kRevocationUnknown, "the CRL's dates cannot be read", kNewCrl}},
    {X509_V_ERR_KEYUSAGE_NO_CRL_SIGN,
     {verify_reason::kRevocationUnknown, "the issuer of the CRL may not sign CRLs (key usage)",
      "give the CA certificate the key usage cRLSign"}},
    {X509_V_ERR_DIFFERENT_CRL_SCOPE,
     {verify_reason::kRevocationUnknown, "the CRL does not cover certificates of this kind",
      kNewCrl}},
    {X509_V_ERR_UNHANDLED_CRITICAL_CRL_EXTENSION,
     {verify_reason::kRevocationUnknown, "the CRL has an unknown critical extension", kNewCrl}},
    {X509_V_ERR_CRL_PATH_VALIDATION_ERROR,
     {verify_reason::kRevocationUnknown, "the issuer of the CRL is not trusted", kNewCrl}},
    {X509_V_ERR_PERMITTED_VIOLATION,
     {verify_reason::kNameConstraints, "a CA may not issue for the names of the certificate", ""}},
    {X509_V_ERR_EXCLUDED_VIOLATION,
     {verify_reason::kNameConstraints, "a CA may not issue for the names of the certificate", ""}},
    {X509_V_ERR_SUBTREE_MINMAX,
     {verify_reason::kNameConstraints, "a CA has name constraints of a form not known here", ""}},
    {X509_V_ERR_UNSUPPORTED_CONSTRAINT_TYPE,
     {verify_reason::kNameConstraints, "a CA has name constraints of a kind not known here", ""}},
    {X509_V_ERR_UNSUPPORTED_CONSTRAINT_SYNTAX,
     {verify_reason::kNameConstraints, "a CA has name constraints that cannot be read", ""}},
    {X509_V_ERR_UNSUPPORTED_NAME_SYNTAX,
     {verify_reason::kNameConstraints,
      "the certificate has names that cannot be held against its CA's name constraints", ""}},
    {X509_V_ERR_NAME_CONSTRAINTS_WITHOUT_SANS,
     {verify_reason::kNameConstraints,
      "a CA has name constraints and the certificate has its host name in the subject only",
      "put the host name into the subject alternative names"}},
    {X509_V_ERR_UNSPECIFIED,
     {verify_reason::kNameConstraints, "checking the name constraints takes too long", ""}},
    {X509_V_ERR_PATH_LENGTH_EXCEEDED,
     {verify_reason::kPathTooLong, "a CA may not have so many CAs below it", ""}},
    {X509_V_ERR_PROXY_PATH_LENGTH_EXCEEDED,
     {verify_reason::kPathTooLong, "the path is longer than the certificate allows", ""}},
    {X509_V_ERR_CERT_CHAIN_TOO_LONG,
     {verify_reason::kPathTooLong, "the path to a trusted CA is too long", ""}},
    {X509_V_ERR_INVALID_CA,
     {verify_reason::kInvalidCa, "the certificate issued another one and is no CA",
      "a CA certificate needs basicConstraints with cA, and keyCertSign if it has a key usage"}},
    {X509_V_ERR_INVALID_NON_CA,
     {verify_reason::kInvalidCa, "a CA certificate stands where none may", ""}},
    {X509_V_ERR_KEYUSAGE_NO_CERTSIGN,
     {verify_reason::kInvalidCa, "the certificate issued another one without keyCertSign", ""}},
    {X509_V_ERR_PROXY_CERTIFICATES_NOT_ALLOWED,
     {verify_reason::kInvalidCa, "proxy certificates are not taken", ""}},
    {X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION,
     {verify_reason::kUnknownCriticalExtension,
      "the certificate has a critical extension that is not known here", kReissue}},
    {X509_V_ERR_NO_EXPLICIT_POLICY,
     {verify_reason::kPolicy, "a CA asks for a certificate policy that the path does not have",
      ""}},
    {X509_V_ERR_INVALID_POLICY_EXTENSION,
     {verify_reason::kPolicy, "the certificate's policies contradict each other or are too many", ""}},
    {X509_V_ERR_INVALID_EXTENSION,
     {verify_reason::kMalformed, "the certificate has an extension that cannot be read", kReissue}},
    {X509_V_ERR_ERROR_IN_CERT_NOT_BEFORE_FIELD,
     {verify_reason::kMalformed, "the certificate's dates cannot be read", kReissue}},
    {X509_V_ERR_ERROR_IN_CERT_NOT_AFTER_FIELD,
     {verify_reason::kMalformed, "the certificate's dates cannot be read", kReissue}},
    {X509_V_ERR_UNSUPPORTED_EXTENSION_FEATURE,
     {verify_reason::kMalformed, "the certificate has an extension of an unknown form", kReissue}},
};
// clang-format on

}  // namespace

PathFailure DescribePathError(int error) {
  for (const Entry& entry : kEntries) {
    if (entry.error == error) {
      return entry.failure;
    }
  }
  return {verify_reason::kInternal, "the verification itself failed", ""};
}

}  // namespace pkigate::x509
