// SPDX-License-Identifier: Apache-2.0
//
// TrustStore: a set of trust anchors with its CRLs, and the judgement over presented chains by it.
//
// Path validation is BoringSSL's X509_verify_cert with the flags and the initial policy set of the
// conformance data (PARTIAL_CHAIN: an intermediate or a leaf may be an anchor; POLICY_CHECK with
// anyPolicy; CRL_CHECK_ALL once there are CRLs), plus what that function leaves out: see
// TrustOptions and trust_store.cc. There is never any implicit trust.
//
// Immutable. Verify may run on any number of threads at once; the parsed anchors and CRLs are
// shared by all of them, and nothing is written after Create.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"

namespace pkigate::x509 {

// What the leaf is to be used for. kAny asks for no extended key usage at all.
enum class Purpose : uint8_t { kClient, kServer, kAny };

struct TrustOptions {
  // SHA-1 signatures on certificates that are no anchors (X-AUT-31). MD2, MD4, MD5 never are taken.
  bool allow_sha1 = false;
  // Smallest RSA key of a certificate that is no anchor.
  uint32_t rsa_bits_min = 1024;
  // anyExtendedKeyUsage serves every purpose (the JDK's reading, X-AUT-31). RFC 5280, 4.2.1.12
  // leaves it to the application.
  bool any_extended_key_usage = false;
  // A leaf that is itself an anchor is accepted at once: only its dates (and CRLs) count
  // (X-AUT-31).
  bool pinned_leaf = false;
};

struct VerifyOptions {
  Purpose purpose = Purpose::kClient;
  int64_t time_unix = 0;           // when: never taken from a clock
  std::optional<int> max_depth{};  // most intermediates on the path
};

// The words that VerifyResult::reason may hold.
namespace verify_reason {
inline constexpr char kAccepted[] = "accepted";
inline constexpr char kUntrustedChain[] = "untrusted_chain";
inline constexpr char kExpired[] = "expired";
inline constexpr char kNotYetValid[] = "not_yet_valid";
inline constexpr char kBadSignature[] = "bad_signature";
inline constexpr char kWrongPurpose[] = "wrong_purpose";
inline constexpr char kRevoked[] = "revoked";
inline constexpr char kRevocationUnknown[] = "revocation_unknown";  // no CRL usable now says
inline constexpr char kNameConstraints[] = "name_constraints";
inline constexpr char kPathTooLong[] = "path_too_long";
inline constexpr char kInvalidCa[] = "invalid_ca";  // a certificate on the path may not issue
inline constexpr char kWeakKey[] = "weak_key";
inline constexpr char kWeakSignature[] = "weak_signature";
inline constexpr char kUnknownCriticalExtension[] = "unknown_critical_extension";
inline constexpr char kPolicy[] = "policy";
inline constexpr char kMalformed[] = "malformed";
inline constexpr char kInternal[] = "internal";  // out of memory and the like
}  // namespace verify_reason

struct VerifyResult {
  bool accepted = false;
  const char* reason = verify_reason::kInternal;  // one of the words above, compared by content
  std::string detail;                             // one sentence for people; empty when accepted
  std::string hint;                               // what to do about it; may be empty
  // Of the certificate at fault, else of the leaf; RFC 4514 text, serial in hex. Empty where it
  // could not be read.
  std::string subject;
  std::string issuer;
  std::string serial;
  int chain_length = 0;  // certificates on the path built so far, the anchor included
  // Accepted: the earliest notAfter on the path and nextUpdate of the CRLs of its issuers. After
  // that second the verdict has to be taken anew.
  int64_t expires_unix = 0;
};

class TrustStore {
 public:
  // Fails (`malformed_certificate`, `malformed_crl`, `delta_crl`, `unknown_critical_extension`,
  // `too_many_anchors`, `too_many_crls`) and says which one of the list it was. Equal anchors count
  // once. No anchors at all is allowed and means that nobody is trusted (X-SET-45).
  static Result<std::shared_ptr<const TrustStore>> Create(
      std::span<const std::vector<uint8_t>> anchors, std::span<const std::vector<uint8_t>> crls,
      const TrustOptions& options);

  TrustStore(const TrustStore&) = delete;
  TrustStore& operator=(const TrustStore&) = delete;
  ~TrustStore();

  // Judges `chain`, leaf first; the others may stand in any order and may be of no use. Bounded by
  // limits::kPeerChainCertificatesMax and limits::kPathCertificatesMax.
  VerifyResult Verify(std::span<const std::vector<uint8_t>> chain,
                      const VerifyOptions& options) const;

  // When each of the anchors, and each CRL, ends; in the order given to Create.
  struct End {
    bool is_crl = false;
    std::string name;  // subject, of a CRL its issuer; RFC 4514
    int64_t end_unix = 0;
  };
  std::vector<End> Ends() const;

  bool empty() const { return subjects_.empty(); }
  size_t num_anchors() const { return num_anchors_; }
  size_t num_crls() const { return num_crls_; }
  // DER Names of the anchors, each once: what a CertificateRequest may list.
  const std::vector<std::vector<uint8_t>>& subjects() const { return subjects_; }
  // Hash of anchors, CRLs and options, never 0: equal for equal content, so that caches and tickets
  // survive a reload that changed nothing.
  uint64_t id() const { return id_; }

 private:
  struct Parts;
  explicit TrustStore(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
  std::vector<std::vector<uint8_t>> subjects_;
  size_t num_anchors_ = 0;
  size_t num_crls_ = 0;
  uint64_t id_ = 0;
};

}  // namespace pkigate::x509
