// SPDX-License-Identifier: Apache-2.0
#include "http/framing.h"

#include "base/ascii.h"
#include "base/limits.h"
#include "http/errors.h"
#include "http/field_line.h"

namespace pkigate::http {

const HttpError* FramingFields::Take(const HeaderView& field, uint8_t minor_version) {
  switch (field.known) {
    case KnownHeader::kContentLength:
      return TakeLength(field.value);
    case KnownHeader::kTransferEncoding:
      return TakeCoding(field.value, minor_version);
    case KnownHeader::kConnection:
      return TakeConnection(field.value);
    default:
      return nullptr;
  }
}

const HttpError* FramingFields::Judge() const {
  return length_given_ && chunked_ ? &errors::kTwoFramings : nullptr;
}

// 1*DIGIT and nothing else. 18 digits are an exabyte and cannot overflow.
const HttpError* FramingFields::TakeLength(std::string_view value) {
  if (length_given_) {
    return &errors::kRepeatedLength;
  }
  if (value.empty() || value.size() > 18) {
    return &errors::kBadLength;
  }
  uint64_t length = 0;
  for (const char c : value) {
    if (!IsAsciiDigit(c)) {
      return &errors::kBadLength;
    }
    length = length * 10 + static_cast<uint64_t>(c - '0');
  }
  content_length_ = length;
  length_given_ = true;
  return nullptr;
}

// `chunked` alone is understood. A well-formed list in which it comes last, or not at all, is a
// coding that we lack (501); all else is malformed.
const HttpError* FramingFields::TakeCoding(std::string_view value, uint8_t minor_version) {
  if (minor_version == 0) {
    return &errors::kCodingInHttp10;
  }
  if (chunked_) {
    return &errors::kBadCoding;
  }
  if (EqualsIgnoringCase(value, "chunked")) {
    chunked_ = true;
    return nullptr;
  }
  bool chunked_seen = false;
  bool any_seen = false;
  std::string_view coding;
  for (ListReader list(value); list.Next(&coding); any_seen = true) {
    if (chunked_seen || !IsToken(coding)) {
      return &errors::kBadCoding;
    }
    chunked_seen = EqualsIgnoringCase(coding, "chunked");
  }
  return any_seen ? &errors::kUnknownCoding : &errors::kBadCoding;
}

const HttpError* FramingFields::TakeConnection(std::string_view value) {
  std::string_view option;
  for (ListReader list(value); list.Next(&option);) {
    if (!IsToken(option) || ++num_connection_options_ > limits::kConnectionOptionsMax) {
      return &errors::kBadConnection;
    }
    close_ = close_ || EqualsIgnoringCase(option, "close");
    keep_alive_ = keep_alive_ || EqualsIgnoringCase(option, "keep-alive");
  }
  return nullptr;
}

}  // namespace pkigate::http
