// SPDX-License-Identifier: Apache-2.0
//
// From what the library reports, or the end of the input, to a FailureReason and a sentence.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "tls/handshake_failure.h"

namespace pkigate::tls {

// What is known of a connection when it fails.
struct FailureFacts {
  bool in_handshake = false;
  uint32_t num_handshake_bytes = 0;      // received before the handshake was done
  std::array<uint8_t, 5> first_bytes{};  // the first of these
};

// Takes the library's error queue of this thread, leaving it empty, and says what it amounts to;
// `detail` receives the sentence.
FailureReason ClassifyErrors(const FailureFacts& facts, std::string* detail);

// The same for the end of the input where there should have been more.
FailureReason ClassifyEnd(const FailureFacts& facts, std::string* detail);

}  // namespace pkigate::tls
