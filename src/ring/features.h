// SPDX-License-Identifier: Apache-2.0
//
// Features: what the running kernel can do beyond the minimum, found by trying, never by version.
#pragma once

#include <string>

namespace pkigate::ring {

struct Features {
  bool multishot_accept = false;
  bool message_ring = false;  // IORING_OP_MSG_RING between rings like ours

  // `multishot_accept message_ring`, for the log.
  std::string Text() const;
};

}  // namespace pkigate::ring
