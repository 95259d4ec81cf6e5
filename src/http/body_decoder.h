// SPDX-License-Identifier: Apache-2.0
//
// BodyDecoder takes a message's body out of its framing without copying: it is shown input and
// answers with the piece of it that is body.
//
//   chunked:  size-line CRLF data CRLF ... 0 CRLF trailers CRLF      (RFC 9112, 7.1)
//
// Strict: CRLF only, at most 16 digits of size, extensions checked against their grammar, bounded
// and dropped. Trailers are checked like headers and bounded; those that may be passed on
// (trailer_section.h) are kept, the others dropped.
// Fuzzed by tests/fuzz/http_body_fuzz.cc.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

#include "http/chunk_line.h"
#include "http/message.h"
#include "http/trailer_section.h"

namespace pkigate::http {

class BodyDecoder {
 public:
  using Framing = http::Framing;
  enum class State : uint8_t { kMore, kDone, kError };

  static constexpr uint64_t kNoLimit = std::numeric_limits<int64_t>::max();

  // The first `num_consumed` bytes of the input are used up; `data`, a part of them, is body.
  struct Piece {
    State state = State::kMore;
    std::span<const uint8_t> data;
    size_t num_consumed = 0;
  };

  // Begins a body. `content_length` counts for kLength only. A body of more than `body_bytes_max`
  // bytes is an error (413), told before the first byte too many is given out.
  void Begin(Framing framing, uint64_t content_length, uint64_t body_bytes_max);

  // Uses up some of `input`: all of it, or up to the end of the body, or up to the next piece of
  // data. With input there is always progress or an end; without input it only tells the
  // state. What follows the body is not touched. After an error nothing is consumed any more.
  Piece Decode(std::span<const uint8_t> input);

  // The peer sends nothing more. True if the body is complete by that, false if it was cut short.
  bool EndOfInput();

  bool done() const { return state_ == State::kDone; }
  // Body bytes given out so far.
  uint64_t num_bytes() const { return num_bytes_; }
  // Valid after kError.
  const HttpError& error() const { return error_; }
  // The trailers to pass on as complete header lines; valid until the next Begin.
  std::string_view trailers() const { return trailers_.kept(); }

 private:
  enum class Step : uint8_t { kSizeLine, kData, kDataCr, kDataLf, kTrailers };

  void DecodeChunked(std::span<const uint8_t> input, Piece* piece);
  void TakeSizeByte(char c);
  void TakeData(std::span<const uint8_t> input, Piece* piece);
  void Fail(const HttpError& error);

  Framing framing_ = Framing::kNone;
  State state_ = State::kDone;
  Step step_ = Step::kSizeLine;
  uint64_t num_left_ = 0;  // of the body (kLength) or of the chunk
  uint64_t num_bytes_ = 0;
  uint64_t num_bytes_max_ = 0;
  ChunkLineParser chunk_line_;
  TrailerSection trailers_;
  HttpError error_;
};

}  // namespace pkigate::http
