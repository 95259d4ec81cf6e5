// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace pkigate::tls {

// What a step of a TLS connection came to.
enum class Progress : uint8_t {
  kWantRead,   // needs more ciphertext: lend some
  kWantWrite,  // the output is above its high water: drain it first
  kDone,       // did what was asked
  kClosed,     // the peer ended its side properly (close_notify)
  kFailed,     // over; failure() says why, and an alert for the peer may be in the output
};

}  // namespace pkigate::tls
