// SPDX-License-Identifier: Apache-2.0
//
// libFuzzer target: bodies. However the bytes are cut, the decoder gives out the same body, ends at
// the same place for the same reason, keeps to the limit and never stands still; and a decoded body
// put back into chunks decodes to itself.
#include <cstdint>
#include <string>

#include "base/assert.h"
#include "base/chunk_queue.h"
#include "http/body_decoder.h"
#include "http/chunk_writer.h"
#include "pieces.h"

namespace pkigate::http {
namespace {

struct Decoded {
  std::string body;
  std::string trailers;
  std::string end;
  size_t num_consumed = 0;
  bool operator==(const Decoded&) const = default;
};

class Feeder {
 public:
  Feeder(Framing framing, uint64_t length, uint64_t bytes_max) : bytes_max_(bytes_max) {
    decoder_.Begin(framing, length, bytes_max);
    piece_ = decoder_.Decode({});
  }

  // All bytes up to `end` have come.
  void Feed(std::string_view text, size_t end) {
    const auto* const bytes = reinterpret_cast<const uint8_t*>(text.data());
    while (piece_.state == BodyDecoder::State::kMore && decoded_.num_consumed < end) {
      piece_ = decoder_.Decode({bytes + decoded_.num_consumed, bytes + end});
      PKIGATE_ASSERT(piece_.num_consumed > 0 || piece_.state != BodyDecoder::State::kMore);
      PKIGATE_ASSERT(piece_.num_consumed <= end - decoded_.num_consumed);
      decoded_.body.append(reinterpret_cast<const char*>(piece_.data.data()), piece_.data.size());
      decoded_.num_consumed += piece_.num_consumed;
      PKIGATE_ASSERT(decoded_.body.size() <= bytes_max_);
    }
  }

  Decoded Take() {
    PKIGATE_ASSERT(decoder_.num_bytes() == decoded_.body.size());
    if (piece_.state == BodyDecoder::State::kError) {
      decoded_.end = decoder_.error().reason_code;
      decoded_.num_consumed = 0;  // how far it had come depends on the cuts
      decoded_.body.clear();
    } else {
      decoded_.end = decoder_.done() ? "done" : "more";
      decoded_.trailers = decoder_.trailers();
    }
    return decoded_;
  }

 private:
  uint64_t bytes_max_;
  BodyDecoder decoder_;
  BodyDecoder::Piece piece_;
  Decoded decoded_;
};

void CheckEncodedAgain(const Decoded& decoded) {
  ChunkPool pool(8);
  ChunkQueue queue(pool);
  AppendChunk(queue, {reinterpret_cast<const uint8_t*>(decoded.body.data()), decoded.body.size()});
  AppendLastChunk(queue, decoded.trailers);
  std::string text;
  while (!queue.empty()) {
    text.append(queue.Front().begin(), queue.Front().end());
    queue.Consume(queue.Front().size());
  }
  Feeder feeder(Framing::kChunked, 0, BodyDecoder::kNoLimit);
  feeder.Feed(text, text.size());
  const Decoded again = feeder.Take();
  PKIGATE_ASSERT(again.end == "done" && again.num_consumed == text.size());
  PKIGATE_ASSERT(again.body == decoded.body && again.trailers == decoded.trailers);
}

void Run(Pieces pieces) {
  const uint8_t choice = pieces.choice();
  const Framing framing = (choice & 1) != 0   ? Framing::kLength
                          : (choice & 2) != 0 ? Framing::kUntilClose
                                              : Framing::kChunked;
  const uint64_t bytes_max = (choice & 4) != 0 ? 40 : BodyDecoder::kNoLimit;
  const uint64_t length = choice >> 3;
  Feeder whole(framing, length, bytes_max);
  whole.Feed(pieces.text(), pieces.text().size());
  const Decoded expected = whole.Take();

  Feeder cut(framing, length, bytes_max);
  for (size_t end = 0; end < pieces.text().size();) {
    end = pieces.NextEnd(end);
    cut.Feed(pieces.text(), end);
  }
  PKIGATE_ASSERT(cut.Take() == expected);
  if (expected.end == "done") {
    CheckEncodedAgain(expected);
  }
}

}  // namespace
}  // namespace pkigate::http

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  pkigate::http::Run({data, size});
  return 0;
}
