// SPDX-License-Identifier: Apache-2.0
//
// PemBlock: one `-----BEGIN X-----` ... `-----END X-----` of a text, found and decoded.
//
// As lenient as the readers operators know: text between blocks, blanks at line ends, lines of any
// length and CRLF are fine. Inside a block only base64 and, before it, headers (RFC 1421) are.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace pkigate::x509 {

struct PemBlock {
  std::string_view label;        // `CERTIFICATE`; points into the text
  std::string_view text;         // the block with its BEGIN and END lines; points into the text
  int line = 0;                  // of BEGIN, 1-based
  bool has_headers = false;      // Proc-Type and the like: an encrypted key of the older kind
  std::vector<uint8_t> content;  // decoded; empty if it has headers
};

// All blocks of `text`, in order. Fails (`pem_garbled`) at the first that is not well-formed, with
// `source_name` and the line.
Result<std::vector<PemBlock>> ReadPemBlocks(std::string_view text, std::string_view source_name);

}  // namespace pkigate::x509
