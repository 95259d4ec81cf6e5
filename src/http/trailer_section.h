// SPDX-License-Identifier: Apache-2.0
//
// TrailerSection reads the lines behind the last chunk. They obey the rules of headers. Passed on
// are only those of a short list of fields that are defined for trailers and that nobody decides
// by; all others are dropped, as RFC 9110, 6.5.1 allows: an upstream that merges trailers into the
// header must not find an identity or a length there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "http/message.h"

namespace pkigate::http {

class TrailerSection {
 public:
  enum class Result : uint8_t { kMore, kComplete, kError };

  // Begins a section. Memory is kept.
  void Begin();

  Result Take(char c);

  // Complete lines, `name: value CRLF` each.
  std::string_view kept() const { return kept_; }
  const HttpError& error() const { return *error_; }

 private:
  Result TakeLine();
  Result Fail(const HttpError& error);

  std::string line_;
  std::string kept_;
  size_t num_bytes_ = 0;
  uint32_t num_lines_ = 0;
  bool carriage_return_ = false;
  const HttpError* error_ = nullptr;
};

}  // namespace pkigate::http
