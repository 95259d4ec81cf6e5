// SPDX-License-Identifier: Apache-2.0
//
// HandshakeFailure says why a TLS connection could not be set up, or broke: a stable word for
// machines, and for people what happened and what to do about it. Every handshake that fails
// yields exactly one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace pkigate::tls {

// The order is that of failure_reason.cc's table; counters are arrays indexed by it.
enum class FailureReason : uint8_t {
  kNone,
  // The peer's certificate. The words are those of x509::verify_reason where that gives the reason.
  kNoCertificate,
  kUntrustedChain,
  kExpired,
  kNotYetValid,
  kBadSignature,
  kWrongPurpose,
  kRevoked,
  kRevocationUnknown,
  kNameConstraints,
  kPathTooLong,
  kInvalidCa,
  kWeakKey,
  kWeakSignature,
  kUnknownCriticalExtension,
  kPolicy,
  kBadCertificate,  // cannot be read, or is not one for signing
  kKeyNotProven,    // the peer does not have the certificate's private key
  // What the peer speaks.
  kNotTls,
  kPlainHttp,
  kUnsupportedVersion,
  kNoSharedCipher,
  kAlpnMismatch,
  kMalformed,
  kHandshakeTooLarge,
  kBadRecord,
  kFlood,
  kRenegotiation,
  // How the peer left.
  kConnectionProbe,
  kTruncated,
  kPeerClosed,
  kTimeout,
  // What the peer said when it left: alerts it sent.
  kPeerAlertUnknownCa,
  kPeerAlertBadCertificate,
  kPeerAlertCertificateUnknown,
  kPeerAlertCertificateExpired,
  kPeerAlertCertificateRevoked,
  kPeerAlertUnsupportedCertificate,
  kPeerAlertCertificateRequired,
  kPeerAlertAccessDenied,
  kPeerAlertHandshakeFailure,
  kPeerAlertProtocolVersion,
  kPeerAlertDecryptError,
  kPeerAlertNoApplicationProtocol,
  kPeerAlertOther,
  // Ours.
  kInternal,
};
inline constexpr size_t kNumFailureReasons = static_cast<size_t>(FailureReason::kInternal) + 1;

// The stable word: `untrusted_chain`, `peer_alert_unknown_ca`; `none` for kNone.
std::string_view FailureReasonName(FailureReason reason);

struct HandshakeFailure {
  FailureReason reason = FailureReason::kNone;
  std::string detail;  // what happened, with the names and numbers of this case
  std::string hint;    // what to do about it
  // Of the certificate the peer presented (the leaf), empty if there is none or it cannot be read.
  // Names are RFC 4514 text, the serial and the fingerprint (SHA-256) lower-case hexadecimal.
  std::string subject;
  std::string issuer;
  std::string serial;
  std::string fingerprint;
};

}  // namespace pkigate::tls
