// SPDX-License-Identifier: Apache-2.0
#include "http/body_decoder.h"

#include <algorithm>

#include "base/assert.h"
#include "http/errors.h"

namespace pkigate::http {

void BodyDecoder::Begin(Framing framing, uint64_t content_length, uint64_t body_bytes_max) {
  framing_ = framing;
  state_ = State::kMore;
  step_ = Step::kSizeLine;
  num_left_ = 0;
  num_bytes_ = 0;
  num_bytes_max_ = body_bytes_max;
  error_ = {};
  trailers_.Begin();
  switch (framing) {
    case Framing::kNone:
      state_ = State::kDone;
      break;
    case Framing::kLength:
      num_left_ = content_length;
      if (content_length > body_bytes_max) {
        Fail(errors::kBodyTooLarge);
      } else if (content_length == 0) {
        state_ = State::kDone;
      }
      break;
    case Framing::kChunked:
      chunk_line_.BeginBody();
      break;
    case Framing::kUntilClose:
      break;
  }
}

BodyDecoder::Piece BodyDecoder::Decode(std::span<const uint8_t> input) {
  Piece piece;
  if (state_ == State::kMore) {
    switch (framing_) {
      case Framing::kNone:
        break;
      case Framing::kLength:
        TakeData(input, &piece);
        if (num_left_ == 0) {
          state_ = State::kDone;
        }
        break;
      case Framing::kChunked:
        DecodeChunked(input, &piece);
        break;
      case Framing::kUntilClose:
        if (input.size() > num_bytes_max_ - num_bytes_) {
          Fail(errors::kBodyTooLarge);
          break;
        }
        num_left_ = input.size();
        TakeData(input, &piece);
        break;
    }
  }
  piece.state = state_;
  return piece;
}

// Takes as much of the chunk, or of the whole body, as there is.
void BodyDecoder::TakeData(std::span<const uint8_t> input, Piece* piece) {
  const auto num_taken =
      static_cast<size_t>(std::min<uint64_t>(num_left_, input.size() - piece->num_consumed));
  piece->data = input.subspan(piece->num_consumed, num_taken);
  piece->num_consumed += num_taken;
  num_left_ -= num_taken;
  num_bytes_ += num_taken;
}

void BodyDecoder::DecodeChunked(std::span<const uint8_t> input, Piece* piece) {
  while (state_ == State::kMore && piece->num_consumed < input.size()) {
    const char c = static_cast<char>(input[piece->num_consumed]);
    switch (step_) {
      case Step::kData:
        if (!piece->data.empty()) {
          return;  // one piece at a time
        }
        TakeData(input, piece);
        if (num_left_ == 0) {
          step_ = Step::kDataCr;
        }
        continue;
      case Step::kSizeLine:
        TakeSizeByte(c);
        break;
      case Step::kDataCr:
        step_ = Step::kDataLf;
        if (c != '\r') {
          Fail(errors::kBadChunkEnd);
        }
        break;
      case Step::kDataLf:
        step_ = Step::kSizeLine;
        chunk_line_.BeginLine();
        if (c != '\n') {
          Fail(errors::kBadChunkEnd);
        }
        break;
      case Step::kTrailers:
        switch (trailers_.Take(c)) {
          case TrailerSection::Result::kMore:
            break;
          case TrailerSection::Result::kComplete:
            state_ = State::kDone;
            break;
          case TrailerSection::Result::kError:
            Fail(trailers_.error());
            break;
        }
        break;
    }
    ++piece->num_consumed;
  }
}

void BodyDecoder::TakeSizeByte(char c) {
  switch (chunk_line_.Take(c)) {
    case ChunkLineParser::Result::kMore:
      return;
    case ChunkLineParser::Result::kError:
      Fail(chunk_line_.error());
      return;
    case ChunkLineParser::Result::kComplete:
      break;
  }
  if (chunk_line_.size() > num_bytes_max_ - num_bytes_) {
    Fail(errors::kBodyTooLarge);
    return;
  }
  num_left_ = chunk_line_.size();
  step_ = num_left_ == 0 ? Step::kTrailers : Step::kData;
}

bool BodyDecoder::EndOfInput() {
  if (state_ == State::kMore && framing_ == Framing::kUntilClose) {
    state_ = State::kDone;
  }
  return state_ == State::kDone;
}

void BodyDecoder::Fail(const HttpError& error) {
  PKIGATE_ASSERT(state_ == State::kMore);
  state_ = State::kError;
  error_ = error;
}

}  // namespace pkigate::http
