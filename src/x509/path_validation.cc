// SPDX-License-Identifier: Apache-2.0
//
// TrustStore::Verify. The library's X509_verify_cert does the work; what stands here is what it
// leaves to its caller:
//
// - issuers are looked up in the store's own anchors, without the library's lock, and where several
//   anchors have the issuer's name, the one whose key fits and that is valid now is taken (a CA
//   that renewed its certificate has two for a while);
// - the last second of notAfter is valid (RFC 5280, 4.1.2.5);
// - anchors need no CRL: their trust does not come from a certificate (RFC 5280, 6.1);
// - the work of the policy tree is bounded before it begins: its nodes may double with each CA
//   whose policies are mapped, and a trusted sub-CA could stop a worker with that;
// - max_depth counts intermediates as RFC 5280 counts pathLenConstraint;
// - digests and RSA keys of certificates that are no anchors have to be strong enough (X-AUT-31);
// - for clients, a key usage has to include digitalSignature: no cipher suite that is spoken here
//   lets a client do anything else with its key (X-AUT-31).
#include <openssl/asn1.h>
#include <openssl/evp.h>
#include <openssl/obj.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <limits>

#include "base/assert.h"
#include "base/limits.h"
#include "x509/certificate.h"
#include "x509/library.h"
#include "x509/path_failure.h"
#include "x509/rfc4514_form.h"
#include "x509/strength.h"
#include "x509/trust_store.h"
#include "x509/trust_store_parts.h"

namespace pkigate::x509 {

namespace {

// One call of Verify: what the library's callbacks need to know.
struct Validation {
  const TrustOptions& options;
  const VerifyOptions& asked;
  STACK_OF(X509) * anchors;
};

int ValidationIndex() {
  static const int kIndex = X509_STORE_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  PKIGATE_ASSERT(kIndex >= 0);
  return kIndex;
}

const Validation& ValidationOf(X509_STORE_CTX* context) {
  // The library validates the path of a CRL's issuer in a context of its own.
  if (X509_STORE_CTX* const parent = X509_STORE_CTX_get0_parent_ctx(context); parent != nullptr) {
    context = parent;
  }
  void* const validation = X509_STORE_CTX_get_ex_data(context, ValidationIndex());
  PKIGATE_ASSERT(validation != nullptr);
  return *static_cast<const Validation*>(validation);
}

bool IsAnchor(const Validation& validation, const X509* certificate) {
  for (size_t index = 0; index < sk_X509_num(validation.anchors); ++index) {
    if (sk_X509_value(validation.anchors, index) == certificate) {
      return true;
    }
  }
  return false;
}

// X509_cmp_time takes a time that is equal for an earlier one.
bool IsOver(const ASN1_TIME* not_after, int64_t time_unix) {
  time_t before = time_unix - 1;
  return X509_cmp_time(not_after, &before) <= 0;
}

bool IsValidAt(const X509* certificate, int64_t time_unix) {
  time_t now = time_unix;
  return X509_cmp_time(X509_get0_notBefore(certificate), &now) < 0 &&
         !IsOver(X509_get0_notAfter(certificate), time_unix);
}

bool IsSignedBy(X509* certificate, X509* issuer) {
  const bssl::UniquePtr<EVP_PKEY> key(X509_get_pubkey(issuer));
  return key != nullptr && X509_verify(certificate, key.get()) == 1;
}

// The better of two anchors that have the issuer's name has the higher value.
int Fitness(const Validation& validation, X509* certificate, X509* issuer) {
  if (X509_cmp(certificate, issuer) == 0) {
    return 3;  // looked up is a self-signed one itself
  }
  return (IsSignedBy(certificate, issuer) ? 2 : 0) +
         (IsValidAt(issuer, validation.asked.time_unix) ? 1 : 0);
}

int GetIssuer(X509** issuer, X509_STORE_CTX* context, X509* certificate) {
  const Validation& validation = ValidationOf(context);
  X509* best = nullptr;
  int best_fitness = -1;
  for (size_t index = 0; index < sk_X509_num(validation.anchors); ++index) {
    X509* const anchor = sk_X509_value(validation.anchors, index);
    if (X509_check_issued(anchor, certificate) != X509_V_OK) {
      continue;
    }
    if (best == nullptr) {
      best = anchor;  // usually the only one: nothing to compare
      continue;
    }
    if (best_fitness < 0) {
      best_fitness = Fitness(validation, certificate, best);
    }
    if (const int fitness = Fitness(validation, certificate, anchor); fitness > best_fitness) {
      best = anchor;
      best_fitness = fitness;
    }
  }
  if (best == nullptr) {
    return 0;
  }
  X509_up_ref(best);
  *issuer = best;
  return 1;
}

STACK_OF(X509) * LookUpCertificates(X509_STORE_CTX* context, X509_NAME* subject) {
  const Validation& validation = ValidationOf(context);
  bssl::UniquePtr<STACK_OF(X509)> found(sk_X509_new_null());
  if (found == nullptr) {
    return nullptr;
  }
  for (size_t index = 0; index < sk_X509_num(validation.anchors); ++index) {
    X509* const anchor = sk_X509_value(validation.anchors, index);
    if (X509_NAME_cmp(X509_get_subject_name(anchor), subject) == 0 &&
        !bssl::PushToStack(found.get(), bssl::UpRef(anchor))) {
      return nullptr;
    }
  }
  return found.release();
}

STACK_OF(X509_CRL) * LookUpNoCrls(X509_STORE_CTX* /*context*/, X509_NAME* /*issuer*/) {
  return nullptr;  // all there are were given with X509_STORE_CTX_set0_crls
}

// Whether the tree of valid policies stays small on this path. Without mappings it does by itself.
bool PolicyWorkIsBounded(const STACK_OF(X509) * path) {
  bool has_mappings = false;
  size_t num_nodes_max = 1;
  for (size_t index = 0; index < sk_X509_num(path); ++index) {
    const X509* const certificate = sk_X509_value(path, index);
    const bssl::UniquePtr<CERTIFICATEPOLICIES> policies(static_cast<CERTIFICATEPOLICIES*>(
        X509_get_ext_d2i(certificate, NID_certificate_policies, nullptr, nullptr)));
    size_t num_policies = sk_POLICYINFO_num(policies.get());
    if (X509_get_ext_by_NID(certificate, NID_policy_mappings, -1) >= 0) {
      has_mappings = true;
      POLICY_MAPPINGS* const mappings = static_cast<POLICY_MAPPINGS*>(
          X509_get_ext_d2i(certificate, NID_policy_mappings, nullptr, nullptr));
      num_policies += sk_POLICY_MAPPING_num(mappings);
      sk_POLICY_MAPPING_pop_free(mappings, POLICY_MAPPING_free);
    }
    num_nodes_max *= std::max<size_t>(num_policies, 1);
    num_nodes_max = std::min(num_nodes_max, limits::kPolicyNodesMax + 1);
  }
  return !has_mappings || num_nodes_max <= limits::kPolicyNodesMax;
}

// Whether a certificate that the library finds unfit has anyExtendedKeyUsage, and that is enough.
bool AnyExtendedKeyUsageServes(const Validation& validation, X509* certificate, int depth) {
  if (!validation.options.any_extended_key_usage ||
      (X509_get_extension_flags(certificate) & EXFLAG_XKUSAGE) == 0 ||
      (X509_get_extended_key_usage(certificate) & XKU_ANYEKU) == 0) {
    return false;
  }
  // Then the key usage is left to look at; that of CAs is checked elsewhere. It is all ones when
  // the certificate has none.
  return depth > 0 || (X509_get_key_usage(certificate) & KU_DIGITAL_SIGNATURE) != 0;
}

bool Overrules(X509_STORE_CTX* context, const Validation& validation) {
  X509* const certificate = X509_STORE_CTX_get_current_cert(context);
  switch (X509_STORE_CTX_get_error(context)) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return !IsOver(X509_get0_notAfter(certificate), validation.asked.time_unix);
    case X509_V_ERR_INVALID_PURPOSE:
      return AnyExtendedKeyUsageServes(validation, certificate,
                                       X509_STORE_CTX_get_error_depth(context));
    case X509_V_ERR_UNABLE_TO_GET_CRL:
      return IsAnchor(validation, certificate);
    default:
      return false;
  }
}

// Called by the library for every error (ok = 0), and for every certificate of the path whose
// signature and dates are right (ok = 1), from the anchor to the leaf.
int OnStep(int ok, X509_STORE_CTX* context) {
  if (ok == 0) {
    if (!Overrules(context, ValidationOf(context))) {
      return 0;
    }
    X509_STORE_CTX_set_error(context, X509_V_OK);
    return 1;
  }
  if (X509_STORE_CTX_get_error_depth(context) == 0 &&
      !PolicyWorkIsBounded(X509_STORE_CTX_get0_chain(context))) {
    X509_STORE_CTX_set_error(context, X509_V_ERR_INVALID_POLICY_EXTENSION);
    return 0;
  }
  return ok;
}

int LibraryPurpose(Purpose purpose) {
  switch (purpose) {
    case Purpose::kClient:
      return X509_PURPOSE_SSL_CLIENT;
    case Purpose::kServer:
      return X509_PURPOSE_SSL_SERVER;
    case Purpose::kAny:
      break;
  }
  return 0;
}

void Describe(X509& certificate, VerifyResult& result) {
  const Result<Certificate> facts = ParseCertificate(DerOf(certificate));
  if (facts.ok()) {
    result.subject = Rfc4514Form(facts->subject);
    result.issuer = Rfc4514Form(facts->issuer);
    result.serial = facts->serial;
  }
}

VerifyResult Refused(const char* reason, std::string detail, std::string_view hint = {}) {
  VerifyResult result;
  result.reason = reason;
  result.detail = std::move(detail);
  result.hint = hint;
  return result;
}

// Refused because of the certificate at `depth` of the path.
VerifyResult RefusedAt(X509& certificate, int depth, const PathFailure& failure) {
  VerifyResult result =
      Refused(failure.reason,
              depth == 0 ? std::string(failure.what)
                         : fmt::format("{} (certificate {} of the path)", failure.what, depth + 1),
              failure.hint);
  Describe(certificate, result);
  return result;
}

// The checks of X-AUT-31 on one certificate of an otherwise good path; nothing if it passes.
std::optional<PathFailure> Weakness(const TrustOptions& options, X509& certificate) {
  const DigestStrength digest = SignatureDigest(certificate);
  if (digest == DigestStrength::kBroken ||
      (digest == DigestStrength::kSha1 && !options.allow_sha1)) {
    return PathFailure{verify_reason::kWeakSignature,
                       digest == DigestStrength::kSha1
                           ? "the certificate is signed with SHA-1"
                           : "the certificate is signed with a broken or unknown digest",
                       "have it issued anew with SHA-256"};
  }
  const uint32_t rsa_bits = RsaKeyBits(certificate);
  if (rsa_bits != 0 && rsa_bits < options.rsa_bits_min) {
    return PathFailure{verify_reason::kWeakKey, "the certificate's RSA key is too short",
                       "have it issued anew for an RSA key of 2048 bits or an ECDSA key"};
  }
  return std::nullopt;
}

std::optional<VerifyResult> CheckPath(const Validation& validation, const STACK_OF(X509) * path) {
  const size_t num_certificates = sk_X509_num(path);
  int num_intermediates = 0;
  for (size_t index = 0; index < num_certificates; ++index) {
    X509* const certificate = sk_X509_value(path, index);
    const bool is_last = index + 1 == num_certificates;
    const int depth = static_cast<int>(index);
    if (index > 0 && !is_last && (X509_get_extension_flags(certificate) & EXFLAG_SI) == 0) {
      ++num_intermediates;
    }
    if (is_last || IsAnchor(validation, certificate)) {
      continue;
    }
    if (const auto weakness = Weakness(validation.options, *certificate); weakness.has_value()) {
      return RefusedAt(*certificate, depth, *weakness);
    }
    if (index == 0 && validation.asked.purpose == Purpose::kClient &&
        (X509_get_key_usage(certificate) & KU_DIGITAL_SIGNATURE) == 0) {
      return RefusedAt(*certificate, depth, DescribePathError(X509_V_ERR_INVALID_PURPOSE));
    }
  }
  if (validation.asked.max_depth.has_value() && num_intermediates > *validation.asked.max_depth) {
    return RefusedAt(*sk_X509_value(path, 0), 0, DescribePathError(X509_V_ERR_CERT_CHAIN_TOO_LONG));
  }
  return std::nullopt;
}

// Until when the verdict holds: the first of the ends of the path's certificates and of the CRLs
// that speak of them.
int64_t EndOf(const STACK_OF(X509) * path, const STACK_OF(X509_CRL) * crls) {
  int64_t end = std::numeric_limits<int64_t>::max();
  for (size_t index = 0; index < sk_X509_num(path); ++index) {
    const X509* const certificate = sk_X509_value(path, index);
    end = std::min(end, UnixTimeOf(*X509_get0_notAfter(certificate)).value_or(0));
    for (size_t crl_index = 0; crl_index < sk_X509_CRL_num(crls); ++crl_index) {
      X509_CRL* const crl = sk_X509_CRL_value(crls, crl_index);
      const ASN1_TIME* const next_update = X509_CRL_get0_nextUpdate(crl);
      if (next_update != nullptr &&
          X509_NAME_cmp(X509_CRL_get_issuer(crl), X509_get_issuer_name(certificate)) == 0) {
        end = std::min(end, UnixTimeOf(*next_update).value_or(0));
      }
    }
  }
  return end;
}

VerifyResult Accepted(X509& leaf, size_t chain_length, int64_t expires_unix) {
  VerifyResult result;
  result.accepted = true;
  result.reason = verify_reason::kAccepted;
  result.chain_length = static_cast<int>(chain_length);
  result.expires_unix = expires_unix;
  Describe(leaf, result);
  return result;
}

// X-AUT-31: a leaf that is itself trusted is accepted at once, within its dates.
std::optional<VerifyResult> JudgePinnedLeaf(const Validation& validation, X509& leaf) {
  for (size_t index = 0; index < sk_X509_num(validation.anchors); ++index) {
    X509* const anchor = sk_X509_value(validation.anchors, index);
    if (X509_cmp(anchor, &leaf) != 0) {
      continue;
    }
    const int64_t time_unix = validation.asked.time_unix;
    if (IsValidAt(&leaf, time_unix)) {
      return Accepted(leaf, 1, UnixTimeOf(*X509_get0_notAfter(&leaf)).value_or(0));
    }
    VerifyResult refused = RefusedAt(leaf, 0,
                                     DescribePathError(IsOver(X509_get0_notAfter(&leaf), time_unix)
                                                           ? X509_V_ERR_CERT_HAS_EXPIRED
                                                           : X509_V_ERR_CERT_NOT_YET_VALID));
    refused.chain_length = 1;
    return refused;
  }
  return std::nullopt;
}

}  // namespace

bssl::UniquePtr<X509_STORE> MakeLibraryStore(bool checks_revocation) {
  bssl::UniquePtr<X509_STORE> store(X509_STORE_new());
  PKIGATE_ASSERT(store != nullptr);
  X509_VERIFY_PARAM* const parameters = X509_STORE_get0_param(store.get());
  unsigned long flags =
      X509_V_FLAG_X509_STRICT | X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_POLICY_CHECK;
  if (checks_revocation) {
    flags |= X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL;
  }
  X509_VERIFY_PARAM_set_flags(parameters, flags);
  // Depth 0 is a path of one certificate.
  X509_VERIFY_PARAM_set_depth(parameters, limits::kPathCertificatesMax - 1);
  // The initial policy set {anyPolicy} of RFC 5280, 6.1.1; the library's default is the empty one.
  const bool added = X509_VERIFY_PARAM_add0_policy(parameters, OBJ_nid2obj(NID_any_policy)) == 1;
  PKIGATE_ASSERT(added);
  X509_STORE_set_verify_cb(store.get(), OnStep);
  X509_STORE_set_get_issuer(store.get(), GetIssuer);
  X509_STORE_set_lookup_certs(store.get(), LookUpCertificates);
  X509_STORE_set_lookup_crls(store.get(), LookUpNoCrls);
  return store;
}

VerifyResult TrustStore::Verify(std::span<const std::vector<uint8_t>> chain,
                                const VerifyOptions& options) const {
  const ErrorQueueGuard guard;
  if (chain.empty()) {
    return Refused(verify_reason::kMalformed, "there is no certificate");
  }
  if (chain.size() > limits::kPeerChainCertificatesMax) {
    return Refused(verify_reason::kPathTooLong,
                   fmt::format("{} certificates were presented, at most {} are looked at",
                               chain.size(), limits::kPeerChainCertificatesMax));
  }
  bssl::UniquePtr<X509> leaf;
  bssl::UniquePtr<STACK_OF(X509)> others(sk_X509_new_null());
  bssl::UniquePtr<X509_STORE_CTX> context(X509_STORE_CTX_new());
  PKIGATE_ASSERT(others != nullptr && context != nullptr);
  for (size_t index = 0; index < chain.size(); ++index) {
    bssl::UniquePtr<X509> certificate = ParseX509(chain[index]);
    if (certificate == nullptr) {
      return Refused(verify_reason::kMalformed,
                     fmt::format("certificate {} of those presented cannot be read", index + 1));
    }
    if (index == 0) {
      leaf = std::move(certificate);
    } else {
      const bool pushed = bssl::PushToStack(others.get(), std::move(certificate));
      PKIGATE_ASSERT(pushed);
    }
  }

  Validation validation{parts_->options, options, parts_->anchors.get()};
  if (parts_->options.pinned_leaf && num_crls_ == 0) {
    if (auto verdict = JudgePinnedLeaf(validation, *leaf); verdict.has_value()) {
      return *std::move(verdict);
    }
  }
  const bool initialised =
      X509_STORE_CTX_init(context.get(), parts_->store.get(), leaf.get(), others.get()) == 1 &&
      X509_STORE_CTX_set_ex_data(context.get(), ValidationIndex(), &validation) == 1;
  PKIGATE_ASSERT(initialised);
  X509_VERIFY_PARAM* const parameters = X509_STORE_CTX_get0_param(context.get());
  X509_VERIFY_PARAM_set_time(parameters, options.time_unix);
  if (options.purpose != Purpose::kAny) {
    X509_VERIFY_PARAM_set_purpose(parameters, LibraryPurpose(options.purpose));
  }
  if (num_crls_ > 0) {
    X509_STORE_CTX_set0_crls(context.get(), parts_->crls.get());
  }

  const bool valid = X509_verify_cert(context.get()) == 1;
  const STACK_OF(X509)* const path = X509_STORE_CTX_get0_chain(context.get());
  const size_t chain_length = sk_X509_num(path);
  if (!valid) {
    X509* const culprit = X509_STORE_CTX_get_current_cert(context.get());
    const int depth = culprit == nullptr ? 0 : X509_STORE_CTX_get_error_depth(context.get());
    VerifyResult refused = RefusedAt(culprit == nullptr ? *leaf : *culprit, depth,
                                     DescribePathError(X509_STORE_CTX_get_error(context.get())));
    refused.chain_length = static_cast<int>(chain_length);
    return refused;
  }
  if (auto refused = CheckPath(validation, path); refused.has_value()) {
    refused->chain_length = static_cast<int>(chain_length);
    return *std::move(refused);
  }
  return Accepted(*leaf, chain_length, EndOf(path, parts_->crls.get()));
}

}  // namespace pkigate::x509
