// SPDX-License-Identifier: Apache-2.0
//
// libFuzzer target: request heads. However the bytes are cut, the parser comes to the same result;
// what it accepts is rebuilt for the upstream, and the rebuilt head is again an acceptable one, of
// the same request, with our identity in it once and nobody else's.
#include <cstdint>
#include <memory>
#include <string>

#include "base/assert.h"
#include "base/chunk_queue.h"
#include "http/head_writer.h"
#include "http/identity_names.h"
#include "http/request_parser.h"
#include "padded.h"
#include "pieces.h"

namespace pkigate::http {
namespace {

std::string Summary(ParseState state, const RequestParser& parser) {
  if (state == ParseState::kError) {
    return parser.error().reason_code;
  }
  if (state == ParseState::kNeedMore) {
    return "more";
  }
  const RequestHead& head = parser.head();
  std::string text = std::to_string(parser.head_bytes());
  for (const std::string_view part : {head.method, head.target, head.host}) {
    text.append("\n").append(part);
  }
  for (const HeaderView& header : head.headers()) {
    text.append("\n").append(header.name).append(":").append(header.value);
  }
  return text + std::to_string(static_cast<int>(head.framing)) + " " +
         std::to_string(head.content_length) + (head.keep_alive ? "k" : "c") +
         (head.expect_continue ? "e" : "");
}

void CheckRebuilt(const RequestHead& head) {
  UpstreamHeadOptions options;
  options.stripped = {"x-who"};
  options.added[0] = {"x-who", "us"};
  options.num_added = 1;
  ChunkPool pool(8);
  ChunkQueue queue(pool);
  WriteUpstreamRequest(queue, head, options);
  std::string text;
  while (!queue.empty()) {
    text.append(queue.Front().begin(), queue.Front().end());
    queue.Consume(queue.Front().size());
  }
  const Padded slab(text);
  RequestParser parser;
  // Ours is longer than theirs by what we add.
  parser.Reset({.head_bytes = text.size() + 1, .num_headers = head.headers().size() + 8});
  const ParseState state = parser.Parse(slab.text());
  // An HTTP/1.0 request without Host goes up with an empty one.
  if (head.host.empty()) {
    PKIGATE_ASSERT(std::string_view(parser.error().reason_code) == "bad_host");
    return;
  }
  PKIGATE_ASSERT(state == ParseState::kComplete && parser.head_bytes() == text.size());
  const RequestHead& rebuilt = parser.head();
  PKIGATE_ASSERT(rebuilt.method == head.method && rebuilt.target == head.target);
  PKIGATE_ASSERT(rebuilt.host == head.host && rebuilt.framing == head.framing);
  PKIGATE_ASSERT(rebuilt.content_length == head.content_length);
  size_t num_ours = 0;
  for (const HeaderView& header : rebuilt.headers()) {
    PKIGATE_ASSERT(!IsIdentityName(header.name));
    PKIGATE_ASSERT(header.known != KnownHeader::kConnection &&
                   header.known != KnownHeader::kAuthorization);
    if (SameFolded(header.name, "x-who")) {
      PKIGATE_ASSERT(header.value == "us");
      ++num_ours;
    }
  }
  PKIGATE_ASSERT(num_ours == 1);
}

void Run(Pieces pieces) {
  Limits limits;
  limits.drop_unusual_header_names = (pieces.choice() & 1) != 0;
  if ((pieces.choice() & 2) != 0) {
    limits = {.head_bytes = 200, .num_headers = 4, .target_bytes = 40, .body_bytes = 1000};
  }
  RequestParser whole;
  whole.Reset(limits);
  const Padded text(pieces.text());
  const std::string expected = Summary(whole.Parse(text.text()), whole);

  RequestParser cut;
  cut.Reset(limits);
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
    CheckRebuilt(whole.head());
  }
}

}  // namespace
}  // namespace pkigate::http

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  pkigate::http::Run({data, size});
  return 0;
}
