// SPDX-License-Identifier: Apache-2.0
//
// DerReader: a cursor over DER that cannot run past its end.
//
// Definite lengths in their shortest form and tags below 31 only: what is left of X.690 for the
// structures read here (names, certificates). Everything else is an error that says at which byte
// of the outermost input it stands. Nothing is copied; elements point into the input.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/result.h"

namespace pkigate::x509 {

namespace der {
inline constexpr uint8_t kBoolean = 0x01;
inline constexpr uint8_t kInteger = 0x02;
inline constexpr uint8_t kBitString = 0x03;
inline constexpr uint8_t kOctetString = 0x04;
inline constexpr uint8_t kOid = 0x06;
inline constexpr uint8_t kUtf8String = 0x0c;
inline constexpr uint8_t kNumericString = 0x12;
inline constexpr uint8_t kPrintableString = 0x13;
inline constexpr uint8_t kT61String = 0x14;
inline constexpr uint8_t kIa5String = 0x16;
inline constexpr uint8_t kUtcTime = 0x17;
inline constexpr uint8_t kGeneralizedTime = 0x18;
inline constexpr uint8_t kVisibleString = 0x1a;
inline constexpr uint8_t kGeneralString = 0x1b;
inline constexpr uint8_t kUniversalString = 0x1c;
inline constexpr uint8_t kBmpString = 0x1e;
inline constexpr uint8_t kSequence = 0x30;
inline constexpr uint8_t kSet = 0x31;
inline constexpr uint8_t kContextPrimitive = 0x80;    // | number
inline constexpr uint8_t kContextConstructed = 0xa0;  // | number
}  // namespace der

struct DerElement {
  uint8_t tag = 0;
  size_t position = 0;  // of the tag, in the outermost input
  std::span<const uint8_t> content;
  std::span<const uint8_t> tlv;
};

class DerReader {
 public:
  // `code` names the error of everything read through it: `malformed_name`.
  DerReader(std::span<const uint8_t> bytes, const char* code) : rest_(bytes), code_(code) {}

  bool empty() const { return rest_.empty(); }
  bool StartsWith(uint8_t tag) const { return !rest_.empty() && rest_[0] == tag; }

  // The next element, whatever it is. `what` names it in the error.
  Result<DerElement> Next(std::string_view what);
  // The next element, which has to have this tag.
  Result<DerElement> Next(uint8_t tag, std::string_view what);
  // A reader of the content of the next element, which has to have this tag.
  Result<DerReader> Enter(uint8_t tag, std::string_view what);
  // Fails if anything is left.
  Status End(std::string_view what) const;

  // A reader of `element`'s content.
  DerReader Inside(const DerElement& element) const;
  Error Fail(std::string_view problem) const { return FailAt(position_, problem); }
  Error FailAt(size_t position, std::string_view problem) const;

 private:
  std::span<const uint8_t> rest_;
  size_t position_ = 0;
  const char* code_;
};

}  // namespace pkigate::x509
