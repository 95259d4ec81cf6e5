// SPDX-License-Identifier: Apache-2.0
//
// What an upstream's answer may look like, and its refused neighbours; in one piece and cut at
// every position.
#include "http/response_parser.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "padded.h"

namespace pkigate::http {

namespace {

struct Parsed {
  ParseState state = ParseState::kNeedMore;
  std::unique_ptr<Padded> slab;
  ResponseParser parser;
  const ResponseHead& head() const { return parser.head(); }
};

std::string Summary(const Parsed& parsed) {
  if (parsed.state == ParseState::kError) {
    return std::to_string(parsed.parser.error().status) + " " + parsed.parser.error().reason_code;
  }
  if (parsed.state == ParseState::kNeedMore) {
    return "more";
  }
  const ResponseHead& head = parsed.head();
  std::string text = std::to_string(head.status) + " " + std::string(head.reason) + " " +
                     std::to_string(static_cast<int>(head.framing)) + " " +
                     std::to_string(head.content_length) + (head.keep_alive ? " keep" : " close");
  for (const HeaderView& header : head.headers()) {
    text += "|" + std::string(header.name) + "=" + std::string(header.value);
  }
  return text;
}

struct Asked {
  bool head = false;
  Limits limits = {};
};

std::unique_ptr<Parsed> ParsePieces(std::string_view text, const std::vector<size_t>& sizes,
                                    const Asked& asked) {
  auto parsed = std::make_unique<Parsed>();
  parsed->parser.Reset(asked.head, asked.limits);
  for (const size_t size : sizes) {
    auto slab = std::make_unique<Padded>(text.substr(0, size));
    parsed->state = parsed->parser.Parse(slab->text());
    parsed->slab = std::move(slab);
    if (parsed->state != ParseState::kNeedMore) {
      break;
    }
  }
  return parsed;
}

std::unique_ptr<Parsed> Parse(std::string_view text, const Asked& asked = {}) {
  std::unique_ptr<Parsed> whole = ParsePieces(text, {text.size()}, asked);
  for (size_t size = 1; size < text.size(); ++size) {
    EXPECT_EQ(Summary(*ParsePieces(text, {size, text.size()}, asked)), Summary(*whole)) << size;
  }
  return whole;
}

std::string Reason(std::string_view text, const Asked& asked = {}) {
  const auto parsed = Parse(text, asked);
  return parsed->state == ParseState::kComplete ? "" : Summary(*parsed);
}

std::string With(std::string_view lines, std::string_view status = "200 OK") {
  return "HTTP/1.1 " + std::string(status) + "\r\n" + std::string(lines) + "\r\n";
}

}  // namespace

TEST(ResponseParser, APlainAnswer) {
  const auto parsed =
      Parse(With("content-type: application/json\r\nX_Y: 1\r\ncontent-length: 2\r\n") + "{}");
  ASSERT_EQ(parsed->state, ParseState::kComplete);
  EXPECT_EQ(parsed->head().status, 200);
  EXPECT_EQ(parsed->head().reason, "OK");
  EXPECT_EQ(parsed->head().framing, Framing::kLength);
  EXPECT_EQ(parsed->head().content_length, 2U);
  EXPECT_TRUE(parsed->head().keep_alive);
  EXPECT_EQ(parsed->head().headers().size(), 3U);  // an upstream may use any name
  EXPECT_EQ(parsed->slab->text().substr(parsed->parser.head_bytes()), "{}");
}

TEST(ResponseParser, StatusLines) {
  for (const char* line :
       {"HTTP/1.1 200 OK", "HTTP/1.0 100 ", "HTTP/1.1 599", "HTTP/1.1 200 a\tb \xc3\xa4"}) {
    EXPECT_EQ(Reason(std::string(line) + "\r\n\r\n"), "") << line;
  }
  for (const char* line :
       {"", "HTTP/1.1", "HTTP/1.1 ", "HTTP/1.1 20", "HTTP/1.1 2000", "HTTP/1.1 099 x",
        "HTTP/1.1 600 x", "HTTP/1.1 20x OK", "HTTP/1.1  200 OK", "HTTP/1.1 -10 OK",
        "HTTP/2.0 200 OK", "HTTP/1.2 200 OK", "http/1.1 200 OK", "ICY 200 OK", "HTTP/1.1\t200 OK",
        " HTTP/1.1 200 OK"}) {
    EXPECT_EQ(Reason(std::string(line) + "\r\n\r\n"), "502 bad_status_line") << line;
  }
}

TEST(ResponseParser, EveryFaultIsTheUpstreams) {
  EXPECT_EQ(Reason(With("X : 1\r\n")), "502 blank_before_colon");
  EXPECT_EQ(Reason(With("X: 1\r\n 2\r\n")), "502 folded_line");
  EXPECT_EQ(Reason(With("X\r\n")), "502 bad_header_name");
  EXPECT_EQ(Reason(With(std::string("X: a\0b\r\n", 8))), "502 bad_byte");
  EXPECT_EQ(Reason("HTTP/1.1 200 OK\nX: 1\r\n\r\n"), "502 bad_byte");
  EXPECT_EQ(Reason(With("content-length: 1\r\ntransfer-encoding: chunked\r\n")),
            "502 two_framings");
  EXPECT_EQ(Reason(With("content-length: 1\r\ncontent-length: 1\r\n")), "502 repeated_length");
  EXPECT_EQ(Reason(With("content-length: x\r\n")), "502 bad_length");
  EXPECT_EQ(Reason(With("transfer-encoding: gzip, chunked\r\n")), "502 unknown_coding");
  EXPECT_EQ(Reason(With("transfer-encoding: chunked, chunked\r\n")), "502 bad_coding");
  EXPECT_EQ(Reason("HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"),
            "502 coding_in_http10");
}

TEST(ResponseParser, HowTheBodyEnds) {
  const auto framing = [](std::string_view text, bool head = false) {
    return Parse(text, {.head = head})->head().framing;
  };
  EXPECT_EQ(framing(With("content-length: 2\r\n")), Framing::kLength);
  EXPECT_EQ(framing(With("content-length: 0\r\n")), Framing::kNone);
  EXPECT_EQ(framing(With("transfer-encoding: chunked\r\n")), Framing::kChunked);
  EXPECT_EQ(framing(With("")), Framing::kUntilClose);
  EXPECT_EQ(framing(With("content-length: 2\r\n"), true), Framing::kNone);
  EXPECT_EQ(framing(With("transfer-encoding: chunked\r\n"), true), Framing::kNone);
  EXPECT_EQ(framing(With("", "204 No Content")), Framing::kNone);
  EXPECT_EQ(framing(With("content-length: 7\r\n", "304 Not Modified")), Framing::kNone);
  EXPECT_EQ(framing(With("", "100 Continue")), Framing::kNone);
}

TEST(ResponseParser, WhetherTheConnectionGoesOn) {
  const auto keeps = [](std::string_view text) { return Parse(text)->head().keep_alive; };
  EXPECT_TRUE(keeps(With("content-length: 2\r\n")));
  EXPECT_FALSE(keeps(With("content-length: 2\r\nconnection: close\r\n")));
  EXPECT_FALSE(keeps(With("")));  // until the close
  EXPECT_FALSE(keeps("HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\n"));
  EXPECT_TRUE(keeps("HTTP/1.0 200 OK\r\ncontent-length: 2\r\nconnection: keep-alive\r\n\r\n"));
  EXPECT_TRUE(keeps(With("content-length: 7\r\n", "304 Not Modified")));
  // What a body announced where there is none leads to cannot be known.
  EXPECT_FALSE(keeps(With("content-length: 7\r\n", "204 No Content")));
  EXPECT_FALSE(keeps(With("transfer-encoding: chunked\r\n", "204 No Content")));
  EXPECT_TRUE(keeps(With("content-length: 0\r\n", "204 No Content")));
}

TEST(ResponseParser, Limits) {
  const std::string text = With("X: 1\r\nY: 2\r\n");
  EXPECT_EQ(Reason(text, {.limits = {.head_bytes = text.size(), .num_headers = 2}}), "");
  EXPECT_EQ(Reason(text, {.limits = {.head_bytes = text.size() - 1}}), "502 head_too_large");
  EXPECT_EQ(Reason(text, {.limits = {.num_headers = 1}}), "502 too_many_headers");
}

}  // namespace pkigate::http
