// SPDX-License-Identifier: Apache-2.0
#include "tls/failure_reason.h"

#include <openssl/ssl.h>

#include <iterator>
#include <string_view>

#include "base/assert.h"

namespace pkigate::tls {

namespace {

struct ReasonText {
  FailureReason reason;
  std::string_view name;
  std::string_view hint_server;
  std::string_view hint_client;
};

constexpr std::string_view kAskPeer = "look at the log of the other side";
constexpr std::string_view kAskCa = "have the server's certificate issued anew";

constexpr ReasonText kReasonTexts[] = {
    {FailureReason::kNone, "none", "", ""},
    {FailureReason::kNoCertificate, "no_certificate",
     "this listener requires a client certificate: configure one at the client (curl: --cert and "
     "--key); some clients keep theirs back when its issuer is not among the CAs they are asked "
     "for",
     "the server presented no certificate: it cannot be told apart from an impostor"},
    {FailureReason::kUntrustedChain, "untrusted_chain",
     "add the issuing CA to the trusted CAs of this listener, or let the client send its missing "
     "intermediate certificates",
     "add the CA that issued the server's certificate to the trusted CAs"},
    {FailureReason::kExpired, "expired",
     "renew the certificate named in the detail; if it should still be valid, check this host's "
     "clock",
     "renew the server's certificate; if it should still be valid, check this host's clock"},
    {FailureReason::kNotYetValid, "not_yet_valid",
     "the certificate starts in the future: check the clocks of this host and of the CA",
     "the certificate starts in the future: check the clocks of this host and of the CA"},
    {FailureReason::kBadSignature, "bad_signature",
     "a certificate of the chain is not signed by the issuer it names: it is altered or made up",
     "a certificate of the server's chain is not signed by the issuer it names"},
    {FailureReason::kWrongPurpose, "wrong_purpose",
     "the certificate is not meant for TLS clients: have one issued with the extended key usage "
     "clientAuth (or without extended key usage)",
     "the server's certificate is not meant for TLS servers (extended key usage serverAuth)"},
    {FailureReason::kRevoked, "revoked",
     "the CA has revoked the certificate: the client needs a new one",
     "the CA has revoked the server's certificate"},
    {FailureReason::kRevocationUnknown, "revocation_unknown",
     "revocation is checked and no current list says anything about this certificate: provide a "
     "current CRL of the issuing CA",
     "provide a current CRL of the issuing CA"},
    {FailureReason::kNameConstraints, "name_constraints",
     "the issuing CA may not issue certificates for this name", kAskCa},
    {FailureReason::kPathTooLong, "path_too_long",
     "a CA of the chain may not have so many CAs below it", kAskCa},
    {FailureReason::kInvalidCa, "invalid_ca",
     "a certificate in the issuer's place of the chain is not that of a CA", kAskCa},
    {FailureReason::kWeakKey, "weak_key",
     "a key of the chain is too short to be believed: have the certificate issued for a new key",
     kAskCa},
    {FailureReason::kWeakSignature, "weak_signature",
     "a certificate of the chain is signed with a hash that is broken: have it issued anew",
     kAskCa},
    {FailureReason::kUnknownCriticalExtension, "unknown_critical_extension",
     "the chain has an extension marked critical that pkigate does not know, so it must be refused "
     "(RFC 5280, 4.2)",
     kAskCa},
    {FailureReason::kPolicy, "policy", "the certificate policies of the chain do not fit together",
     kAskCa},
    {FailureReason::kBadCertificate, "bad_certificate",
     "the certificate itself is not acceptable: have it issued anew with a current CA tool",
     "the server's certificate itself is not acceptable"},
    {FailureReason::kKeyNotProven, "key_not_proven",
     "the client could not prove that it has the certificate's private key: check that certificate "
     "and key of the client belong together",
     "the server could not prove that it has its certificate's private key"},
    {FailureReason::kNotTls, "not_tls",
     "something that does not speak TLS talks to a TLS port: check the client's address and port",
     "the server does not speak TLS on this port"},
    {FailureReason::kPlainHttp, "plain_http",
     "the client speaks plain HTTP to a TLS port: use https:// in its address",
     "the server answers in plain HTTP: use http:// or another port"},
    {FailureReason::kUnsupportedVersion, "unsupported_version",
     "the client and this listener have no TLS version in common: TLS 1.2 is the oldest spoken",
     "the server and this client have no TLS version in common: TLS 1.2 is the oldest spoken"},
    {FailureReason::kNoSharedCipher, "no_shared_cipher",
     "compare the cipher suites, groups and signature algorithms of the client with those of this "
     "listener",
     "compare the cipher suites, groups and signature algorithms of both sides"},
    {FailureReason::kAlpnMismatch, "alpn_mismatch",
     "every application protocol that the client offers is one that this listener does not speak: "
     "let it offer http/1.1",
     "the server chose an application protocol that was not offered"},
    {FailureReason::kMalformed, "malformed",
     "the client's messages violate the protocol: update it, or see what stands between it and "
     "this gateway",
     "the server's messages violate the protocol"},
    {FailureReason::kHandshakeTooLarge, "handshake_too_large",
     "the client's handshake is larger than any honest one: see how many certificates it sends",
     "the server's handshake is larger than any honest one"},
    {FailureReason::kBadRecord, "bad_record",
     "a record failed its integrity check: something altered the bytes on their way, or the "
     "client is broken",
     "a record failed its integrity check: something altered the bytes on their way"},
    {FailureReason::kFlood, "flood",
     "the client sent message after message without content: it is broken or hostile",
     "the server sent message after message without content"},
    {FailureReason::kRenegotiation, "renegotiation",
     "the client asked for renegotiation, which is never granted: configure it to present its "
     "certificate in the first handshake",
     "the server asked for renegotiation, which is never granted"},
    {FailureReason::kConnectionProbe, "connection_probe",
     "harmless if a load balancer or a monitor checks the port this way",
     "the server closed the connection at once: it may be overloaded"},
    {FailureReason::kTruncated, "truncated",
     "the client or something in between cut the connection: see the client's log",
     "the server or something in between cut the connection: see the server's log"},
    {FailureReason::kPeerClosed, "peer_closed", "the client gave up: see its log",
     "the server gave up: see its log"},
    {FailureReason::kTimeout, "timeout",
     "the client was too slow, or is not a TLS client; the time limit is a setting of the listener",
     "the server was too slow, or does not speak TLS on this port"},
    {FailureReason::kPeerAlertUnknownCa, "peer_alert_unknown_ca",
     "the client does not trust the CA of this gateway's certificate: give the client that CA "
     "(curl: --cacert), and see that the gateway sends its intermediate certificates",
     "the server does not trust the CA of our certificate: add it to the server's trusted CAs"},
    {FailureReason::kPeerAlertBadCertificate, "peer_alert_bad_certificate",
     "the client refused this gateway's certificate: see that it trusts the CA and that the host "
     "name it uses is among the certificate's names",
     "the server refused our certificate: see its log"},
    {FailureReason::kPeerAlertCertificateUnknown, "peer_alert_certificate_unknown",
     "the client refused this gateway's certificate (Java clients say so for an unknown CA and "
     "for a wrong host name): see the client's log",
     "the server refused our certificate: see its log"},
    {FailureReason::kPeerAlertCertificateExpired, "peer_alert_certificate_expired",
     "the client finds this gateway's certificate expired: renew it, or check the client's clock",
     "the server finds our certificate expired: renew it, or check the server's clock"},
    {FailureReason::kPeerAlertCertificateRevoked, "peer_alert_certificate_revoked",
     "the client finds this gateway's certificate revoked: replace it",
     "the server finds our certificate revoked: replace it"},
    {FailureReason::kPeerAlertUnsupportedCertificate, "peer_alert_unsupported_certificate",
     "the client cannot use this gateway's certificate: check its key type and that its extended "
     "key usage has serverAuth",
     "the server cannot use our certificate: check its key type and extended key usage"},
    {FailureReason::kPeerAlertCertificateRequired, "peer_alert_certificate_required", kAskPeer,
     "the server requires a client certificate: configure one"},
    {FailureReason::kPeerAlertAccessDenied, "peer_alert_access_denied", kAskPeer,
     "the server accepted our certificate and denied access: see its log"},
    {FailureReason::kPeerAlertHandshakeFailure, "peer_alert_handshake_failure",
     "the client found no parameters that suit it: compare cipher suites, groups and versions",
     "no parameters in common, or (TLS 1.2) the server requires a client certificate"},
    {FailureReason::kPeerAlertProtocolVersion, "peer_alert_protocol_version",
     "the client wants another TLS version: compare the versions of both sides",
     "the server wants another TLS version: compare the versions of both sides"},
    {FailureReason::kPeerAlertDecryptError, "peer_alert_decrypt_error",
     "the client could not verify this gateway's signature: see that certificate and private key "
     "belong together",
     "the server could not verify our signature: see that certificate and private key belong "
     "together"},
    {FailureReason::kPeerAlertNoApplicationProtocol, "peer_alert_no_application_protocol", kAskPeer,
     "the server speaks none of the application protocols offered"},
    {FailureReason::kPeerAlertOther, "peer_alert_other", kAskPeer, kAskPeer},
    {FailureReason::kInternal, "internal",
     "not the peer's doing: see whether this host is short of memory, and report it with the "
     "detail",
     "not the peer's doing: see whether this host is short of memory, and report it with the "
     "detail"},
};
static_assert(std::size(kReasonTexts) == kNumFailureReasons);

constexpr bool InOrder() {
  for (size_t index = 0; index < std::size(kReasonTexts); ++index) {
    if (static_cast<size_t>(kReasonTexts[index].reason) != index) {
      return false;
    }
  }
  return true;
}
static_assert(InOrder());

const ReasonText& TextOf(FailureReason reason) {
  const auto index = static_cast<size_t>(reason);
  PKIGATE_ASSERT(index < kNumFailureReasons);
  return kReasonTexts[index];
}

}  // namespace

std::string_view FailureReasonName(FailureReason reason) { return TextOf(reason).name; }

std::string_view HintFor(FailureReason reason, Side side) {
  const ReasonText& text = TextOf(reason);
  return side == Side::kServer ? text.hint_server : text.hint_client;
}

uint8_t AlertFor(FailureReason reason) {
  switch (reason) {
    case FailureReason::kUntrustedChain:
    case FailureReason::kPathTooLong:
    case FailureReason::kInvalidCa:
      return SSL_AD_UNKNOWN_CA;
    case FailureReason::kExpired:
    case FailureReason::kNotYetValid:
      return SSL_AD_CERTIFICATE_EXPIRED;
    case FailureReason::kRevoked:
      return SSL_AD_CERTIFICATE_REVOKED;
    case FailureReason::kWrongPurpose:
    case FailureReason::kUnknownCriticalExtension:
      return SSL_AD_UNSUPPORTED_CERTIFICATE;
    case FailureReason::kBadCertificate:
    case FailureReason::kBadSignature:
    case FailureReason::kWeakKey:
    case FailureReason::kWeakSignature:
      return SSL_AD_BAD_CERTIFICATE;
    case FailureReason::kInternal:
      return SSL_AD_INTERNAL_ERROR;
    default:
      return SSL_AD_CERTIFICATE_UNKNOWN;
  }
}

}  // namespace pkigate::tls
