// SPDX-License-Identifier: Apache-2.0
#include "tls/chain_verdict.h"

#include <fmt/format.h>

#include <iterator>
#include <string>
#include <string_view>

#include "base/hex.h"
#include "base/limits.h"
#include "x509/rfc4514_form.h"

namespace pkigate::tls {

namespace {

struct VerdictReason {
  std::string_view word;
  FailureReason reason;
};

constexpr VerdictReason kVerdictReasons[] = {
    {x509::verify_reason::kUntrustedChain, FailureReason::kUntrustedChain},
    {x509::verify_reason::kExpired, FailureReason::kExpired},
    {x509::verify_reason::kNotYetValid, FailureReason::kNotYetValid},
    {x509::verify_reason::kBadSignature, FailureReason::kBadSignature},
    {x509::verify_reason::kWrongPurpose, FailureReason::kWrongPurpose},
    {x509::verify_reason::kRevoked, FailureReason::kRevoked},
    {x509::verify_reason::kRevocationUnknown, FailureReason::kRevocationUnknown},
    {x509::verify_reason::kNameConstraints, FailureReason::kNameConstraints},
    {x509::verify_reason::kPathTooLong, FailureReason::kPathTooLong},
    {x509::verify_reason::kInvalidCa, FailureReason::kInvalidCa},
    {x509::verify_reason::kWeakKey, FailureReason::kWeakKey},
    {x509::verify_reason::kWeakSignature, FailureReason::kWeakSignature},
    {x509::verify_reason::kUnknownCriticalExtension, FailureReason::kUnknownCriticalExtension},
    {x509::verify_reason::kPolicy, FailureReason::kPolicy},
    {x509::verify_reason::kMalformed, FailureReason::kBadCertificate},
};

// A refusal for a reason not known here stays a refusal, and says that it is our fault.
FailureReason ReasonOf(std::string_view word) {
  for (const VerdictReason& entry : kVerdictReasons) {
    if (entry.word == word) {
      return entry.reason;
    }
  }
  return FailureReason::kInternal;
}

// Texts of certificates are the peer's: no longer than somebody reads.
std::string Cut(std::string text) {
  if (text.size() > limits::kFailureTextBytesMax) {
    size_t end = limits::kFailureTextBytesMax;
    // Not in the middle of a UTF-8 sequence.
    while (end > 0 && (static_cast<uint8_t>(text[end]) & 0xc0) == 0x80) {
      --end;
    }
    text.resize(end);
    text += "...";
  }
  return text;
}

}  // namespace

std::vector<std::vector<uint8_t>> CopyOf(PresentedChain chain) {
  std::vector<std::vector<uint8_t>> copy;
  copy.reserve(chain.size());
  for (const std::span<const uint8_t> certificate : chain) {
    copy.emplace_back(certificate.begin(), certificate.end());
  }
  return copy;
}

void DescribeLeaf(const x509::Certificate& leaf, const x509::Fingerprint& fingerprint,
                  HandshakeFailure* failure) {
  failure->subject = Cut(x509::Rfc4514Form(leaf.subject));
  failure->issuer = Cut(x509::Rfc4514Form(leaf.issuer));
  failure->serial = Cut(leaf.serial);
  failure->fingerprint = ToHex(fingerprint);
}

void DescribeRefusal(const x509::VerifyResult& verdict, const x509::TrustStore& trust, Side side,
                     HandshakeFailure* failure) {
  failure->reason = ReasonOf(verdict.reason);
  failure->detail = Cut(verdict.detail);
  const std::string at_fault = Cut(verdict.subject);
  if (!at_fault.empty() && at_fault != failure->subject) {
    failure->detail += fmt::format(" (\"{}\" in the chain)", at_fault);
  }
  if (failure->reason == FailureReason::kUntrustedChain && side == Side::kServer) {
    failure->hint = fmt::format(
        "\"{}\" is not among this listener's trusted CAs ({} in all): add it to them, or let the "
        "client send the intermediate certificates it leaves out",
        Cut(verdict.issuer), trust.num_anchors());
  } else {
    failure->hint =
        verdict.hint.empty() ? std::string(HintFor(failure->reason, side)) : Cut(verdict.hint);
  }
}

void DescribeUnreadable(PresentedChain chain, const Error& error, HandshakeFailure* failure) {
  failure->reason = FailureReason::kBadCertificate;
  failure->detail = Cut(error.message);
  failure->hint = HintFor(failure->reason, Side::kServer);
  failure->fingerprint = ToHex(x509::Sha256(chain.front()));
}

}  // namespace pkigate::tls
