// SPDX-License-Identifier: Apache-2.0
#include "x509/der.h"

namespace pkigate::x509 {

namespace {

// Tag, and at most a length of three octets: more than any input that is read.
constexpr size_t kLengthOctetsMax = 3;
constexpr uint8_t kHighTagNumber = 0x1f;
constexpr uint8_t kLongLength = 0x80;

}  // namespace

Error DerReader::FailAt(size_t position, std::string_view problem) const {
  return MakeError(code_, "byte {}: {}", position, problem);
}

Result<DerElement> DerReader::Next(std::string_view what) {
  if (rest_.size() < 2) {
    return MakeError(code_, "byte {}: {} is missing or cut off", position_, what);
  }
  if ((rest_[0] & kHighTagNumber) == kHighTagNumber) {
    return MakeError(code_, "byte {}: {} has a tag of more than one octet", position_, what);
  }
  size_t header_len = 2;
  size_t content_len = rest_[1];
  if (rest_[1] >= kLongLength) {
    const size_t num_octets = rest_[1] & 0x7f;
    if (num_octets == 0 || num_octets > kLengthOctetsMax) {
      return MakeError(code_, "byte {}: the length of {} is indefinite or too large", position_,
                       what);
    }
    if (rest_.size() < header_len + num_octets) {
      return MakeError(code_, "byte {}: the length of {} is cut off", position_, what);
    }
    content_len = 0;
    for (size_t index = 0; index < num_octets; ++index) {
      content_len = content_len << 8 | rest_[header_len + index];
    }
    header_len += num_octets;
    if (content_len < kLongLength || content_len >> (8 * (num_octets - 1)) == 0) {
      return MakeError(code_, "byte {}: the length of {} is not in its shortest form", position_,
                       what);
    }
  }
  if (content_len > rest_.size() - header_len) {
    return MakeError(code_, "byte {}: {} has {} bytes of content, only {} are there", position_,
                     what, content_len, rest_.size() - header_len);
  }
  const DerElement element{.tag = rest_[0],
                           .position = position_,
                           .content = rest_.subspan(header_len, content_len),
                           .tlv = rest_.first(header_len + content_len)};
  rest_ = rest_.subspan(element.tlv.size());
  position_ += element.tlv.size();
  return element;
}

Result<DerElement> DerReader::Next(uint8_t tag, std::string_view what) {
  if (!rest_.empty() && rest_[0] != tag) {
    return MakeError(code_, "byte {}: found tag 0x{:02x} where {} (0x{:02x}) was expected",
                     position_, rest_[0], what, tag);
  }
  return Next(what);
}

Result<DerReader> DerReader::Enter(uint8_t tag, std::string_view what) {
  return Inside(PKIGATE_TRY(Next(tag, what)));
}

Status DerReader::End(std::string_view what) const {
  if (!rest_.empty()) {
    return MakeError(code_, "byte {}: {} bytes too many after {}", position_, rest_.size(), what);
  }
  return {};
}

DerReader DerReader::Inside(const DerElement& element) const {
  DerReader inner(element.content, code_);
  inner.position_ = element.position + (element.tlv.size() - element.content.size());
  return inner;
}

}  // namespace pkigate::x509
