// SPDX-License-Identifier: Apache-2.0
//
// The few things this folder asks of BoringSSL in more than one place. Not for other folders.
#pragma once

#include <openssl/err.h>
#include <openssl/x509.h>

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace pkigate::x509 {

// Leaves the thread's error queue empty, as callers of the library expect it.
class ErrorQueueGuard {
 public:
  ErrorQueueGuard() { ERR_clear_error(); }
  ~ErrorQueueGuard() { ERR_clear_error(); }
  ErrorQueueGuard(const ErrorQueueGuard&) = delete;
  ErrorQueueGuard& operator=(const ErrorQueueGuard&) = delete;
};

// The library's certificate of exactly these bytes; null if they are none.
bssl::UniquePtr<X509> ParseX509(std::span<const uint8_t> der);

// The bytes it was parsed from; empty on failure.
std::vector<uint8_t> DerOf(X509& certificate);
std::vector<uint8_t> DerOf(X509_NAME& name);

// Seconds since 1970; nothing if it is no date of RFC 5280.
std::optional<int64_t> UnixTimeOf(const ASN1_TIME& time);

}  // namespace pkigate::x509
