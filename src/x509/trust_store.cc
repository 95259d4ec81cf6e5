// SPDX-License-Identifier: Apache-2.0
#include "x509/trust_store.h"

#include <openssl/sha.h>
#include <openssl/stack.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <cstring>
#include <unordered_set>

#include "base/assert.h"
#include "base/limits.h"
#include "x509/crl.h"
#include "x509/library.h"
#include "x509/peer_chain.h"
#include "x509/rfc4514_form.h"
#include "x509/trust_store_parts.h"

namespace pkigate::x509 {

namespace {

using DerList = std::span<const std::vector<uint8_t>>;

std::string_view AsText(std::span<const uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// The anchor, with everything worked out that the library else works out, under a lock, when it
// first meets the certificate.
Result<bssl::UniquePtr<X509>> LoadAnchor(std::span<const uint8_t> der) {
  const ErrorQueueGuard guard;
  bssl::UniquePtr<X509> anchor = ParseX509(der);
  if (anchor == nullptr) {
    return MakeError("malformed_certificate", "is no certificate in DER");
  }
  constexpr int kNoPurpose = -1;
  if (X509_check_purpose(anchor.get(), kNoPurpose, /*ca=*/0) != 1) {
    return MakeError("malformed_certificate", "has an extension that cannot be read");
  }
  const bssl::UniquePtr<EVP_PKEY> key(X509_get_pubkey(anchor.get()));
  if (key == nullptr) {
    return MakeError("malformed_certificate", "has a public key of a kind not known here");
  }
  return anchor;
}

Error Numbered(std::string_view what, size_t index, const Error& error) {
  return MakeError(error.code, "{} {} {}", what, index + 1, error.message);
}

// Lengths go in so that no two lists give the same bytes.
void HashList(SHA256_CTX& hash, DerList list) {
  const std::vector<std::span<const uint8_t>> views(list.begin(), list.end());
  const Fingerprint digest = ChainKey(views);
  SHA256_Update(&hash, digest.data(), digest.size());
}

uint64_t ContentId(DerList anchors, DerList crls, const TrustOptions& options) {
  SHA256_CTX hash;
  SHA256_Init(&hash);
  HashList(hash, anchors);
  HashList(hash, crls);
  const uint32_t choices[] = {options.allow_sha1 ? 1U : 0U, options.rsa_bits_min,
                              options.any_extended_key_usage ? 1U : 0U,
                              options.pinned_leaf ? 1U : 0U};
  SHA256_Update(&hash, choices, sizeof(choices));
  Fingerprint digest;
  SHA256_Final(digest.data(), &hash);
  uint64_t id = 0;
  std::memcpy(&id, digest.data(), sizeof(id));
  return std::max<uint64_t>(id, 1);
}

// A name that the library has read; ours is stricter, and then there is no text.
std::string TextOf(X509_NAME& name) {
  const Result<Name> read = Name::FromDer(DerOf(name));
  return read.ok() ? Rfc4514Form(*read) : std::string();
}

}  // namespace

TrustStore::TrustStore(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
TrustStore::~TrustStore() = default;

Result<std::shared_ptr<const TrustStore>> TrustStore::Create(DerList anchors, DerList crls,
                                                             const TrustOptions& options) {
  if (anchors.size() > limits::kTrustAnchorsMax) {
    return MakeError("too_many_anchors", "{} trusted certificates, at most {}", anchors.size(),
                     limits::kTrustAnchorsMax);
  }
  if (crls.size() > limits::kTrustCrlsMax) {
    return MakeError("too_many_crls", "{} CRLs, at most {}", crls.size(), limits::kTrustCrlsMax);
  }
  auto parts = std::make_unique<Parts>();
  parts->options = options;
  parts->anchors.reset(sk_X509_new_null());
  parts->crls.reset(sk_X509_CRL_new_null());
  parts->store = MakeLibraryStore(!crls.empty());
  PKIGATE_ASSERT(parts->anchors != nullptr && parts->crls != nullptr);

  std::vector<std::vector<uint8_t>> subjects;
  std::unordered_set<std::string_view> known_anchors;
  for (size_t index = 0; index < anchors.size(); ++index) {
    if (!known_anchors.insert(AsText(anchors[index])).second) {
      continue;
    }
    Result<bssl::UniquePtr<X509>> anchor = LoadAnchor(anchors[index]);
    if (!anchor.ok()) {
      return Numbered("trusted certificate", index, anchor.error());
    }
    std::vector<uint8_t> subject = DerOf(*X509_get_subject_name(anchor->get()));
    if (std::find(subjects.begin(), subjects.end(), subject) == subjects.end()) {
      subjects.push_back(std::move(subject));
    }
    const bool pushed = bssl::PushToStack(parts->anchors.get(), std::move(anchor).value());
    PKIGATE_ASSERT(pushed);
  }
  for (size_t index = 0; index < crls.size(); ++index) {
    Result<bssl::UniquePtr<X509_CRL>> crl = LoadCrl(crls[index]);
    if (!crl.ok()) {
      return Numbered("CRL", index, crl.error());
    }
    const bool pushed = bssl::PushToStack(parts->crls.get(), std::move(crl).value());
    PKIGATE_ASSERT(pushed);
  }
  std::shared_ptr<TrustStore> trust(new TrustStore(std::move(parts)));
  trust->subjects_ = std::move(subjects);
  trust->num_anchors_ = known_anchors.size();
  trust->num_crls_ = crls.size();
  trust->id_ = ContentId(anchors, crls, options);
  return std::shared_ptr<const TrustStore>(std::move(trust));
}

std::vector<TrustStore::End> TrustStore::Ends() const {
  std::vector<End> ends;
  for (const X509* anchor : parts_->anchors.get()) {
    if (const auto end = UnixTimeOf(*X509_get0_notAfter(anchor))) {
      ends.push_back({.name = TextOf(*X509_get_subject_name(anchor)), .end_unix = *end});
    }
  }
  for (const X509_CRL* crl : parts_->crls.get()) {
    const ASN1_TIME* const next = X509_CRL_get0_nextUpdate(crl);
    if (next == nullptr) {
      continue;  // ends never; path validation has its own word on such lists
    }
    if (const auto end = UnixTimeOf(*next)) {
      ends.push_back({.is_crl = true, .name = TextOf(*X509_CRL_get_issuer(crl)), .end_unix = *end});
    }
  }
  return ends;
}

}  // namespace pkigate::x509
