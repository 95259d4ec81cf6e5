// SPDX-License-Identifier: Apache-2.0
//
// ChunkLineParser reads the line before a chunk's data, byte by byte:
//
//   chunk-size [ *( BWS ";" BWS name [ BWS "=" BWS ( token / quoted-string ) ] ) ] CRLF
//
// Nearly all that goes wrong with chunked bodies goes wrong in this line (a size that one reader
// takes for another, an extension that hides a line end), so nothing beyond the grammar is taken.
#pragma once

#include <cstddef>
#include <cstdint>

#include "http/message.h"

namespace pkigate::http {

class ChunkLineParser {
 public:
  enum class Result : uint8_t { kMore, kComplete, kError };

  // Begins a body: the extensions of all its chunks together are bounded.
  void BeginBody() {
    num_extension_bytes_body_ = 0;
    BeginLine();
  }
  void BeginLine() {
    step_ = Step::kSizeStart;
    size_ = 0;
    num_digits_ = 0;
    num_extension_bytes_ = 0;
  }

  Result Take(char c);

  // Valid after kComplete.
  uint64_t size() const { return size_; }
  // Valid after kError.
  const HttpError& error() const { return *error_; }

 private:
  enum class Step : uint8_t {
    kSizeStart,
    kSize,
    kBlanks,     // after the size or a value: only `;` may follow
    kNameStart,  // after `;`
    kName,
    kAfterName,   // blanks after a name: `=` or `;` may follow
    kValueStart,  // after `=`
    kToken,
    kQuoted,
    kEscaped,
    kAfterQuoted,
    kLineFeed,
    kComplete,
    kWrong,
  };

  void TakeSize(char c);
  Step StepInExtension(char c) const;

  Step step_ = Step::kSizeStart;
  uint8_t num_digits_ = 0;
  uint32_t num_extension_bytes_ = 0;       // of this line
  uint32_t num_extension_bytes_body_ = 0;  // of all lines so far
  uint64_t size_ = 0;
  const HttpError* error_ = nullptr;
};

}  // namespace pkigate::http
