// SPDX-License-Identifier: Apache-2.0
#include "http/trailer_section.h"

#include <array>

#include "base/ascii.h"
#include "base/limits.h"
#include "http/errors.h"
#include "http/field_line.h"
#include "http/scan.h"

namespace pkigate::http {

namespace {

// Defined for trailers (RFC 9110, 8.8.3; RFC 9530; RFC 3230; Server-Timing), harmless in a header.
constexpr std::array<std::string_view, 6> kPassedOn = {
    "etag", "content-digest", "repr-digest", "digest", "content-md5", "server-timing",
};

bool IsPassedOn(std::string_view name) {
  for (const std::string_view passed : kPassedOn) {
    if (EqualsIgnoringCase(name, passed)) {
      return true;
    }
  }
  return false;
}

}  // namespace

void TrailerSection::Begin() {
  line_.clear();
  kept_.clear();
  num_bytes_ = 0;
  num_lines_ = 0;
  carriage_return_ = false;
}

TrailerSection::Result TrailerSection::Take(char c) {
  if (carriage_return_) {
    carriage_return_ = false;
    return c == '\n' ? TakeLine() : Fail(errors::kBadByte);
  }
  if (c == '\r') {
    carriage_return_ = true;
    return Result::kMore;
  }
  if (IsControl(c)) {
    return Fail(errors::kBadByte);
  }
  if (++num_bytes_ > limits::kTrailerBytesMax) {
    return Fail(errors::kTrailersTooLarge);
  }
  line_.push_back(c);
  return Result::kMore;
}

TrailerSection::Result TrailerSection::TakeLine() {
  if (line_.empty()) {
    return Result::kComplete;
  }
  if (++num_lines_ > limits::kTrailersMax) {
    return Fail(errors::kTrailersTooLarge);
  }
  const size_t line_len = line_.size();
  line_.append(kPaddingBytes, '\0');
  HeaderView field;
  if (const HttpError* error =
          ParseFieldLine(std::string_view(line_).substr(0, line_len), &field)) {
    return Fail(*error);
  }
  if (IsPassedOn(field.name)) {
    kept_.append(field.name).append(": ").append(field.value).append("\r\n");
  }
  line_.clear();
  return Result::kMore;
}

TrailerSection::Result TrailerSection::Fail(const HttpError& error) {
  error_ = &error;
  return Result::kError;
}

}  // namespace pkigate::http
