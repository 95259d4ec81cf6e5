// SPDX-License-Identifier: Apache-2.0
//
// libFuzzer target: answer heads. However the bytes are cut, the parser comes to the same result,
// and what goes to the client is again an answer with the same status, framed once.
#include <cstdint>
#include <memory>
#include <string>

#include "base/assert.h"
#include "base/chunk_queue.h"
#include "http/head_writer.h"
#include "http/response_parser.h"
#include "padded.h"
#include "pieces.h"

namespace pkigate::http {
namespace {

std::string Summary(ParseState state, const ResponseParser& parser) {
  if (state == ParseState::kError) {
    PKIGATE_ASSERT(parser.error().status == 502);
    return parser.error().reason_code;
  }
  if (state == ParseState::kNeedMore) {
    return "more";
  }
  const ResponseHead& head = parser.head();
  std::string text = std::to_string(parser.head_bytes()) + " " + std::to_string(head.status);
  text.append(head.reason);
  for (const HeaderView& header : head.headers()) {
    text.append("\n").append(header.name).append(":").append(header.value);
  }
  return text + std::to_string(static_cast<int>(head.framing)) + " " +
         std::to_string(head.content_length) + (head.keep_alive ? "k" : "c");
}

void CheckPassedOn(const ResponseHead& head, bool head_request) {
  const bool chunked = head.framing == Framing::kChunked || head.framing == Framing::kUntilClose;
  ChunkPool pool(8);
  ChunkQueue queue(pool);
  WriteClientResponse(queue, head, {.chunked = chunked});
  std::string text;
  while (!queue.empty()) {
    text.append(queue.Front().begin(), queue.Front().end());
    queue.Consume(queue.Front().size());
  }
  const Padded slab(text);
  ResponseParser parser;
  parser.Reset(head_request,
               {.head_bytes = text.size() + 1, .num_headers = head.headers().size() + 4});
  const ParseState state = parser.Parse(slab.text());
  PKIGATE_ASSERT(state == ParseState::kComplete && parser.head_bytes() == text.size());
  PKIGATE_ASSERT(parser.head().status == head.status);
  PKIGATE_ASSERT(parser.head().framing == (chunked ? Framing::kChunked : head.framing));
  PKIGATE_ASSERT(parser.head().framing != Framing::kLength ||
                 parser.head().content_length == head.content_length);
}

void Run(Pieces pieces) {
  const bool head_request = (pieces.choice() & 1) != 0;
  Limits limits;
  if ((pieces.choice() & 2) != 0) {
    limits = {.head_bytes = 200, .num_headers = 4};
  }
  ResponseParser whole;
  whole.Reset(head_request, limits);
  const Padded text(pieces.text());
  const std::string expected = Summary(whole.Parse(text.text()), whole);

  ResponseParser cut;
  cut.Reset(head_request, limits);
  ParseState state = ParseState::kNeedMore;
  std::unique_ptr<Padded> slab;
  for (size_t end = 0; state == ParseState::kNeedMore && end < pieces.text().size();) {
    end = pieces.NextEnd(end);
    auto moved = std::make_unique<Padded>(pieces.text().substr(0, end));
    state = cut.Parse(moved->text());
    slab = std::move(moved);
  }
  PKIGATE_ASSERT(pieces.text().empty() || Summary(state, cut) == expected);
  if (whole.complete()) {
    CheckPassedOn(whole.head(), head_request);
  }
}

}  // namespace
}  // namespace pkigate::http

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  pkigate::http::Run({data, size});
  return 0;
}
