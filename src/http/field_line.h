// SPDX-License-Identifier: Apache-2.0
//
// One header line and the lists that values are made of (RFC 9110, 5; RFC 9112, 5).
#pragma once

#include <cstdint>
#include <string_view>

#include "http/message.h"

namespace pkigate::http {

// Reads `line`, which has no CRLF and no control character but HTAB, into `field`. Returns null, or
// why it is no header line. kPaddingBytes behind the line must be readable.
const HttpError* ParseFieldLine(std::string_view line, HeaderView* field);

// Takes a comma-separated list apart. Empty members are skipped, blanks around members removed
// (RFC 9110, 5.6.1.2).
class ListReader {
 public:
  explicit ListReader(std::string_view list) : rest_(list) {}
  // False at the end.
  bool Next(std::string_view* member);

 private:
  std::string_view rest_;
};

// Whether `text` is a token. Needs no padding.
bool IsToken(std::string_view text);

}  // namespace pkigate::http
