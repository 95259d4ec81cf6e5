// SPDX-License-Identifier: Apache-2.0
#include "http/chunk_line.h"

#include "base/ascii.h"
#include "base/limits.h"
#include "http/errors.h"
#include "http/scan.h"

namespace pkigate::http {

namespace {

constexpr bool IsBlank(char c) { return c == ' ' || c == '\t'; }

}  // namespace

ChunkLineParser::Result ChunkLineParser::Take(char c) {
  switch (step_) {
    case Step::kSizeStart:
    case Step::kSize:
      TakeSize(c);
      break;
    case Step::kLineFeed:
      step_ = c == '\n' ? Step::kComplete : Step::kWrong;
      error_ = &errors::kBadChunkExtension;
      break;
    default:
      step_ = StepInExtension(c);
      error_ = &errors::kBadChunkExtension;
      break;
  }
  switch (step_) {
    case Step::kComplete:
      return Result::kComplete;
    case Step::kWrong:
      return Result::kError;
    case Step::kSizeStart:
    case Step::kSize:
    case Step::kLineFeed:
      return Result::kMore;
    default:
      break;
  }
  if (++num_extension_bytes_ > limits::kChunkExtensionBytesMax ||
      ++num_extension_bytes_body_ > limits::kChunkExtensionBytesBodyMax) {
    error_ = &errors::kChunkExtensionsTooLong;
    return Result::kError;
  }
  return Result::kMore;
}

void ChunkLineParser::TakeSize(char c) {
  const int digit = HexDigitValue(c);
  if (digit >= 0 && num_digits_ < limits::kChunkSizeDigitsMax) {
    static_assert(limits::kChunkSizeDigitsMax * 4 <= 64, "size_ cannot overflow");
    size_ = size_ << 4 | static_cast<uint64_t>(digit);
    ++num_digits_;
    step_ = Step::kSize;
    return;
  }
  if (digit >= 0 || step_ == Step::kSizeStart) {
    error_ = &errors::kBadChunkSize;
    step_ = Step::kWrong;
    return;
  }
  // What may follow the size is what may follow a value.
  error_ = &errors::kBadChunkSize;
  step_ = c == '\r'    ? Step::kLineFeed
          : c == ';'   ? Step::kNameStart
          : IsBlank(c) ? Step::kBlanks
                       : Step::kWrong;
}

ChunkLineParser::Step ChunkLineParser::StepInExtension(char c) const {
  switch (step_) {
    case Step::kBlanks:
      return c == ';' ? Step::kNameStart : IsBlank(c) ? Step::kBlanks : Step::kWrong;
    case Step::kNameStart:
      return IsTokenByte(c) ? Step::kName : IsBlank(c) ? Step::kNameStart : Step::kWrong;
    case Step::kName:
      if (IsTokenByte(c)) {
        return Step::kName;
      }
      if (c == '\r') {
        return Step::kLineFeed;
      }
      [[fallthrough]];
    case Step::kAfterName:
      return c == '='     ? Step::kValueStart
             : c == ';'   ? Step::kNameStart
             : IsBlank(c) ? Step::kAfterName
                          : Step::kWrong;
    case Step::kValueStart:
      return c == '"'         ? Step::kQuoted
             : IsTokenByte(c) ? Step::kToken
             : IsBlank(c)     ? Step::kValueStart
                              : Step::kWrong;
    case Step::kToken:
      if (IsTokenByte(c)) {
        return Step::kToken;
      }
      [[fallthrough]];
    case Step::kAfterQuoted:
      return c == '\r'    ? Step::kLineFeed
             : c == ';'   ? Step::kNameStart
             : IsBlank(c) ? Step::kBlanks
                          : Step::kWrong;
    case Step::kQuoted:
      return c == '"'       ? Step::kAfterQuoted
             : c == '\\'    ? Step::kEscaped
             : IsControl(c) ? Step::kWrong
                            : Step::kQuoted;
    case Step::kEscaped:
      return IsControl(c) ? Step::kWrong : Step::kQuoted;
    default:
      return Step::kWrong;
  }
}

}  // namespace pkigate::http
