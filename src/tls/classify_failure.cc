// SPDX-License-Identifier: Apache-2.0
#include "tls/classify_failure.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <string_view>

#include "base/ascii.h"

namespace pkigate::tls {

namespace {

FailureReason OfAlert(int alert) {
  switch (alert) {
    case SSL_AD_UNKNOWN_CA:
      return FailureReason::kPeerAlertUnknownCa;
    case SSL_AD_BAD_CERTIFICATE:
      return FailureReason::kPeerAlertBadCertificate;
    case SSL_AD_CERTIFICATE_UNKNOWN:
      return FailureReason::kPeerAlertCertificateUnknown;
    case SSL_AD_CERTIFICATE_EXPIRED:
      return FailureReason::kPeerAlertCertificateExpired;
    case SSL_AD_CERTIFICATE_REVOKED:
      return FailureReason::kPeerAlertCertificateRevoked;
    case SSL_AD_UNSUPPORTED_CERTIFICATE:
      return FailureReason::kPeerAlertUnsupportedCertificate;
    case SSL_AD_CERTIFICATE_REQUIRED:
      return FailureReason::kPeerAlertCertificateRequired;
    case SSL_AD_ACCESS_DENIED:
      return FailureReason::kPeerAlertAccessDenied;
    case SSL_AD_HANDSHAKE_FAILURE:
      return FailureReason::kPeerAlertHandshakeFailure;
    case SSL_AD_PROTOCOL_VERSION:
      return FailureReason::kPeerAlertProtocolVersion;
    case SSL_AD_DECRYPT_ERROR:
      return FailureReason::kPeerAlertDecryptError;
    case SSL_AD_NO_APPLICATION_PROTOCOL:
      return FailureReason::kPeerAlertNoApplicationProtocol;
    default:
      return FailureReason::kPeerAlertOther;
  }
}

// kNone: nothing more particular than "malformed".
FailureReason OfLibraryReason(int reason) {
  switch (reason) {
    case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
      return FailureReason::kNoCertificate;
    case SSL_R_BAD_SIGNATURE:
      return FailureReason::kKeyNotProven;
    case SSL_R_CANNOT_PARSE_LEAF_CERT:
    case SSL_R_CERT_LENGTH_MISMATCH:
    case SSL_R_UNKNOWN_CERTIFICATE_TYPE:
    case SSL_R_WRONG_CERTIFICATE_TYPE:
    case SSL_R_PEER_ERROR_UNSUPPORTED_CERTIFICATE_TYPE:
    case SSL_R_ECC_CERT_NOT_FOR_SIGNING:
    case SSL_R_BAD_ECC_CERT:
    case SSL_R_KEY_USAGE_BIT_INCORRECT:
      return FailureReason::kBadCertificate;
    case SSL_R_HTTP_REQUEST:
    case SSL_R_HTTPS_PROXY_REQUEST:
      return FailureReason::kPlainHttp;
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_UNKNOWN_PROTOCOL:
    case SSL_R_WRONG_SSL_VERSION:
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_INAPPROPRIATE_FALLBACK:
    case SSL_R_TLS13_DOWNGRADE:
      return FailureReason::kUnsupportedVersion;
    case SSL_R_NO_SHARED_CIPHER:
    case SSL_R_NO_SHARED_GROUP:
    case SSL_R_NO_CIPHERS_PASSED:
    case SSL_R_NO_COMMON_SIGNATURE_ALGORITHMS:
      return FailureReason::kNoSharedCipher;
    case SSL_R_NO_APPLICATION_PROTOCOL:
    case SSL_R_INVALID_ALPN_PROTOCOL:
      return FailureReason::kAlpnMismatch;
    case SSL_R_EXCESSIVE_MESSAGE_SIZE:
      return FailureReason::kHandshakeTooLarge;
    case SSL_R_DECRYPTION_FAILED_OR_BAD_RECORD_MAC:
    case SSL_R_DECRYPTION_FAILED:
    case SSL_R_ENCRYPTED_LENGTH_TOO_LONG:
    case SSL_R_DATA_LENGTH_TOO_LONG:
      return FailureReason::kBadRecord;
    case SSL_R_TOO_MANY_KEY_UPDATES:
    case SSL_R_TOO_MANY_EMPTY_FRAGMENTS:
    case SSL_R_TOO_MANY_WARNING_ALERTS:
      return FailureReason::kFlood;
    case SSL_R_NO_RENEGOTIATION:
      return FailureReason::kRenegotiation;
    default:
      return FailureReason::kNone;
  }
}

// The library's `NO_SHARED_CIPHER` as people write it.
std::string LibraryText(uint32_t error) {
  const char* text = ERR_reason_error_string(error);
  if (text == nullptr) {
    return {};
  }
  std::string words = ToAsciiLower(text);
  std::replace(words.begin(), words.end(), '_', ' ');
  return words;
}

bool StartsWith(const FailureFacts& facts, std::string_view word) {
  return std::equal(
      word.begin(), word.end(), facts.first_bytes.begin(),
      [](char expected, uint8_t found) { return static_cast<uint8_t>(expected) == found; });
}

// What the peer speaks if the first thing it said was no TLS record; kNone if it was one.
FailureReason OfFirstBytes(const FailureFacts& facts, std::string* detail) {
  if (facts.num_handshake_bytes < facts.first_bytes.size()) {
    return FailureReason::kNone;
  }
  // Beginnings of requests (the library itself knows four methods) and of answers.
  static constexpr std::string_view kHttpStarts[] = {"GET ",  "PUT ",  "POST ", "HEAD ",
                                                     "DELET", "OPTIO", "PATCH", "TRACE",
                                                     "CONNE", "HTTP/", "PRI *"};
  for (const std::string_view start : kHttpStarts) {
    if (StartsWith(facts, start)) {
      *detail = fmt::format("the peer's first bytes are \"{}\": plain HTTP", start);
      return FailureReason::kPlainHttp;
    }
  }
  constexpr uint8_t kAlert = 21;
  constexpr uint8_t kHandshake = 22;
  constexpr uint8_t kApplicationData = 23;
  const uint8_t type = facts.first_bytes[0];
  const bool ssl2_hello = (type & 0x80) != 0 && facts.first_bytes[2] == 1;
  if ((type >= kAlert && type <= kApplicationData) || ssl2_hello) {
    return FailureReason::kNone;
  }
  static_assert(kHandshake > kAlert && kHandshake < kApplicationData);
  *detail = StartsWith(facts, "ES")
                ? std::string("the peer speaks the plain transport protocol of the cluster's nodes")
                : fmt::format("the peer's first bytes are no TLS record: {:02x}",
                              fmt::join(facts.first_bytes, " "));
  return FailureReason::kNotTls;
}

}  // namespace

FailureReason ClassifyErrors(const FailureFacts& facts, std::string* detail) {
  // The queue holds the first cause and then what each caller made of it; the first entry with a
  // particular meaning decides. Whatever else the library refuses came from the peer, also where it
  // gives no reason, or that of a layer below TLS (a key of the certificate that is none).
  FailureReason reason = FailureReason::kNone;
  std::string first_text;
  while (const uint32_t error = ERR_get_error()) {
    const std::string text = LibraryText(error);
    if (first_text.empty()) {
      first_text = text;
    }
    if (reason != FailureReason::kNone) {
      continue;
    }
    const int library_reason = ERR_GET_REASON(error);
    if (library_reason == ERR_R_MALLOC_FAILURE || library_reason == ERR_R_INTERNAL_ERROR) {
      reason = FailureReason::kInternal;
    } else if (ERR_GET_LIB(error) == ERR_LIB_SSL && library_reason >= SSL_AD_REASON_OFFSET) {
      const int alert = library_reason - SSL_AD_REASON_OFFSET;
      reason = OfAlert(alert);
      *detail =
          fmt::format("the peer sent the alert {} ({})", SSL_alert_desc_string_long(alert), alert);
      continue;
    } else if (ERR_GET_LIB(error) == ERR_LIB_SSL) {
      reason = OfLibraryReason(library_reason);
    }
    if (reason != FailureReason::kNone) {
      *detail = text;
    }
  }
  if (facts.in_handshake) {
    // What the library makes of bytes that are no TLS at all depends on chance.
    const FailureReason spoken = OfFirstBytes(facts, detail);
    if (spoken != FailureReason::kNone) {
      return spoken;
    }
  }
  if (reason != FailureReason::kNone) {
    return reason;
  }
  *detail =
      first_text.empty() ? std::string("a message that the TLS library does not take") : first_text;
  return FailureReason::kMalformed;
}

FailureReason ClassifyEnd(const FailureFacts& facts, std::string* detail) {
  if (!facts.in_handshake) {
    *detail = "the connection ended without close_notify: data may be missing";
    return FailureReason::kTruncated;
  }
  if (facts.num_handshake_bytes == 0) {
    *detail = "the connection was opened and closed without a byte";
    return FailureReason::kConnectionProbe;
  }
  const FailureReason spoken = OfFirstBytes(facts, detail);
  if (spoken != FailureReason::kNone) {
    return spoken;
  }
  *detail = fmt::format("the connection ended in the middle of the handshake, after {} bytes",
                        facts.num_handshake_bytes);
  return FailureReason::kTruncated;
}

}  // namespace pkigate::tls
