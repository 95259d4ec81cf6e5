// SPDX-License-Identifier: Apache-2.0
//
// What a request head may look like, and for each accepted form a neighbour that is refused, with
// its reason. Every head is parsed in one piece and cut at every position in memory that moves; the
// results must agree. (The conformance vectors are in vectors_test.cc.)
#include "http/request_parser.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "padded.h"

namespace pkigate::http {

namespace {

// A parsed head with the memory that its views need.
struct Parsed {
  ParseState state = ParseState::kNeedMore;
  std::unique_ptr<Padded> slab;
  RequestParser parser;
  std::string reason;  // of a refusal
  int status = 0;

  const RequestHead& head() const { return parser.head(); }
};

std::string Summary(const Parsed& parsed) {
  if (parsed.state != ParseState::kComplete) {
    return std::to_string(parsed.status) + " " + parsed.reason;
  }
  const RequestHead& head = parsed.head();
  std::string text = std::string(head.method) + " " + std::string(head.target) + " " +
                     std::string(head.host) + " " + std::to_string(static_cast<int>(head.framing)) +
                     " " + std::to_string(head.content_length) + " " +
                     std::to_string(head.minor_version) + (head.keep_alive ? " keep" : " close") +
                     (head.expect_continue ? " expect" : "") + (head.te_trailers ? " te" : "") +
                     " " + std::to_string(parsed.parser.head_bytes());
  for (const HeaderView& header : head.headers()) {
    text += "|" + std::string(header.name) + "=" + std::string(header.value);
  }
  return text;
}

std::unique_ptr<Parsed> ParsePieces(std::string_view text, const std::vector<size_t>& sizes,
                                    const Limits& limits) {
  auto parsed = std::make_unique<Parsed>();
  parsed->parser.Reset(limits);
  for (const size_t size : sizes) {
    auto slab = std::make_unique<Padded>(text.substr(0, size));
    parsed->state = parsed->parser.Parse(slab->text());
    parsed->slab = std::move(slab);  // the old one dies: views must have moved
    if (parsed->state == ParseState::kError) {
      parsed->reason = parsed->parser.error().reason_code;
      parsed->status = parsed->parser.error().status;
    }
    if (parsed->state != ParseState::kNeedMore) {
      break;
    }
  }
  return parsed;
}

std::unique_ptr<Parsed> Parse(std::string_view text, const Limits& limits = {}) {
  std::unique_ptr<Parsed> whole = ParsePieces(text, {text.size()}, limits);
  const std::string expected = Summary(*whole);
  std::vector<size_t> every;
  for (size_t size = 1; size <= text.size(); ++size) {
    every.push_back(size);
  }
  EXPECT_EQ(Summary(*ParsePieces(text, every, limits)), expected) << "byte by byte";
  for (const size_t size : every) {
    EXPECT_EQ(Summary(*ParsePieces(text, {size, text.size()}, limits)), expected)
        << "cut at " << size;
  }
  return whole;
}

std::string Reason(std::string_view text, const Limits& limits = {}) {
  const std::unique_ptr<Parsed> parsed = Parse(text, limits);
  switch (parsed->state) {
    case ParseState::kNeedMore:
      return "more";
    case ParseState::kComplete:
      return "";
    case ParseState::kError:
      break;
  }
  return std::to_string(parsed->status) + " " + parsed->reason;
}

// A GET with these header lines behind a valid Host.
std::string With(std::string_view lines) {
  return "GET / HTTP/1.1\r\nHost: a\r\n" + std::string(lines) + "\r\n";
}

std::string Target(std::string_view target, std::string_view method = "GET") {
  return std::string(method) + " " + std::string(target) + " HTTP/1.1\r\nHost: gw.test\r\n\r\n";
}

}  // namespace

TEST(RequestParser, APlainRequest) {
  const auto parsed = Parse(
      "POST /a/_search?q=x HTTP/1.1\r\nHost: gw.test:9200\r\nX-A:  b c\t\r\n"
      "Content-Length: 12\r\n\r\n{\"query\":{}}");
  ASSERT_EQ(parsed->state, ParseState::kComplete);
  const RequestHead& head = parsed->head();
  EXPECT_EQ(head.method, "POST");
  EXPECT_EQ(head.id, Method::kPost);
  EXPECT_EQ(head.target, "/a/_search?q=x");
  EXPECT_EQ(head.minor_version, 1);
  EXPECT_EQ(head.framing, Framing::kLength);
  EXPECT_EQ(head.content_length, 12U);
  EXPECT_TRUE(head.keep_alive);
  EXPECT_EQ(head.host, "gw.test:9200");
  ASSERT_EQ(head.headers().size(), 3U);
  EXPECT_EQ(head.headers()[1].name, "X-A");
  EXPECT_EQ(head.headers()[1].value, "b c");
  EXPECT_EQ(head.headers()[1].known, KnownHeader::kOther);
  EXPECT_EQ(head.headers()[2].known, KnownHeader::kContentLength);
  EXPECT_EQ(parsed->slab->text().substr(parsed->parser.head_bytes()), "{\"query\":{}}");
}

TEST(RequestParser, MemoryIsKeptOverRequests) {
  RequestParser parser;
  const Padded slab(With("A: 1\r\nB: 2\r\n"));
  ASSERT_EQ(parser.Parse(slab.text()), ParseState::kComplete);
  const HeaderView* where = parser.head().headers().data();
  for (int round = 0; round < 3; ++round) {
    parser.Reset(Limits{});
    EXPECT_FALSE(parser.complete());
    ASSERT_EQ(parser.Parse(slab.text()), ParseState::kComplete);
    EXPECT_EQ(parser.head().headers().data(), where);
    EXPECT_EQ(parser.head().headers().size(), 3U);
  }
}

// --- the request line

TEST(RequestParser, Methods) {
  for (const char* served : {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"}) {
    EXPECT_EQ(Reason(Target("/", served)), "") << served;
  }
  for (const char* other : {"TRACE", "CONNECT", "get", "Get", "SLUDGE", "M-SEARCH", "GETS", "GE"}) {
    EXPECT_EQ(Reason(Target("/", other)), "501 method_not_served") << other;
  }
  EXPECT_EQ(Reason(Target("/", "GE(T")), "400 bad_request_line");
  EXPECT_EQ(Reason(Target("/", "")), "400 bad_request_line");
}

TEST(RequestParser, Versions) {
  EXPECT_EQ(Reason("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), "");
  EXPECT_EQ(Reason("GET / HTTP/1.0\r\nHost: a\r\n\r\n"), "");
  for (const char* version : {"HTTP/2.0", "HTTP/1.2", "HTTP/0.9", "HTTP/9.9"}) {
    EXPECT_EQ(Reason("GET / " + std::string(version) + "\r\n\r\n"), "505 version_not_served");
  }
  for (const char* version : {"", "HTTP/1.1 ", "http/1.1", "HTTP/1.", "HTTP/11", "HTTP/1.1x",
                              "HTTP/3", "HTTP/1,1", "ICE/1.0"}) {
    EXPECT_EQ(Reason("GET / " + std::string(version) + "\r\n\r\n"), "400 bad_request_line")
        << version;
  }
  EXPECT_EQ(Reason("GET /\r\n\r\n"), "400 bad_request_line");  // HTTP/0.9
  EXPECT_EQ(Reason("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), "505 version_not_served");
}

TEST(RequestParser, OneSpaceBetweenTheParts) {
  for (const char* line :
       {"GET  / HTTP/1.1", "GET /  HTTP/1.1", " GET / HTTP/1.1", "GET / HTTP/1.1 ",
        "GET\t/ HTTP/1.1", "GET /\tHTTP/1.1", "GET / x HTTP/1.1"}) {
    EXPECT_EQ(Reason(std::string(line) + "\r\nHost: a\r\n\r\n"), "400 bad_request_line") << line;
  }
}

TEST(RequestParser, OneEmptyLineInFront) {
  EXPECT_EQ(Reason("\r\n" + With("")), "");
  EXPECT_EQ(Reason("\r\n\r\n" + With("")), "400 bad_request_line");
  EXPECT_EQ(Reason("\n" + With("")), "400 bad_byte");
}

TEST(RequestParser, TargetsInOriginForm) {
  for (const char* target : {"/", "/a,b*/_search", "/%3Clogs-%7Bnow%2Fd%7D%3E/_search",
                             "/a?q=age:>10&x={a,b}|\"[1 ]^`<"}) {
    const std::string spaceless = [&] {
      std::string text = target;
      std::erase(text, ' ');
      return text;
    }();
    EXPECT_EQ(Reason(Target(spaceless)), "") << target;
  }
  for (const char* target :
       {"a", "/a#b", "/a?b#c", "/a\\b", "/a?b\\c", "/a<b", "/a\"", "/{a}", "/a|b", "/a^",
        "/\xc3\xa4", "/?\xc3\xa4", "?a", "http:", "://a/", "ftp://gw.test/"}) {
    EXPECT_EQ(Reason(Target(target)), "400 bad_target") << target;
  }
  EXPECT_EQ(Reason(Target("/a\x7f")), "400 bad_byte");
  EXPECT_EQ(Reason(Target("")), "400 bad_target");
}

TEST(RequestParser, TheAsteriskIsForOptions) {
  EXPECT_EQ(Parse(Target("*", "OPTIONS"))->head().target, "*");
  EXPECT_EQ(Reason(Target("*")), "400 bad_target");
  EXPECT_EQ(Reason(Target("**", "OPTIONS")), "400 bad_target");
}

TEST(RequestParser, TheAbsoluteFormBecomesTheOriginForm) {
  EXPECT_EQ(Parse(Target("http://gw.test/a?b"))->head().target, "/a?b");
  EXPECT_EQ(Parse(Target("HTTPS://GW.test/"))->head().target, "/");
  EXPECT_EQ(Parse(Target("http://gw.test"))->head().target, "/");
  EXPECT_EQ(Parse(Target("http://gw.test", "OPTIONS"))->head().target, "*");
  EXPECT_EQ(Parse("GET http://b:1/x HTTP/1.0\r\n\r\n")->head().host, "b:1");
  EXPECT_EQ(Reason(Target("http://other/")), "421 other_host");
  EXPECT_EQ(Reason(Target("http://gw.test:80/")), "421 other_host");
  for (const char* target : {"http:///a", "http://u@gw.test/", "http://gw.test?a",
                             "http://gw.test:x/", "http://gw.test/\\", "http//gw.test/"}) {
    EXPECT_EQ(Reason(Target(target)), "400 bad_target") << target;
  }
}

// --- lines

TEST(RequestParser, LinesEndInCrLf) {
  for (const char* text :
       {"GET / HTTP/1.1\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\n\n", "GET / HTTP/1.1\r\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\n\r\r\n", "GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n"}) {
    EXPECT_EQ(Reason(text), "400 bad_byte");
  }
}

TEST(RequestParser, ControlCharactersAreRefusedEverywhere) {
  for (int byte = 0; byte < 0x20; ++byte) {
    const std::string c(1, static_cast<char>(byte));
    EXPECT_EQ(Reason(With("X: a" + c + "b\r\n")), byte == '\t' ? "" : "400 bad_byte") << byte;
  }
  EXPECT_EQ(Reason(With("X: a\x7f\r\n")), "400 bad_byte");
  EXPECT_EQ(Reason(With("X: \xc3\xa4\xff\r\n")), "");  // obs-text
}

TEST(RequestParser, HeaderLines) {
  EXPECT_EQ(Reason(With("X:\r\n")), "");
  EXPECT_EQ(Reason(With("!#$%&'*+-^`|~09aZ: x\r\n")), "");
  EXPECT_EQ(Reason(With(" X: 1\r\n")), "400 folded_line");
  EXPECT_EQ(Reason(With("\tX: 1\r\n")), "400 folded_line");
  EXPECT_EQ(Reason(With("X : 1\r\n")), "400 blank_before_colon");
  EXPECT_EQ(Reason(With("X\t: 1\r\n")), "400 blank_before_colon");
  for (const char* line :
       {"X\r\n", ": 1\r\n", "X(: 1\r\n", "X\xa0: 1\r\n", "X/Y: 1\r\n", "\"X\": 1\r\n"}) {
    EXPECT_EQ(Reason(With(line)), "400 bad_header_name") << line;
  }
}

TEST(RequestParser, UnusualNamesAreRefusedOrDropped) {
  Limits drop;
  drop.drop_unusual_header_names = true;
  for (const char* line :
       {"X_Proxy-User: e\r\n", "x.proxy.user: e\r\n", "_: e\r\n", "Transfer_Encoding: chunked\r\n",
        "content.length: 7\r\n", "opendistro_security_impersonate: e\r\n"}) {
    EXPECT_EQ(Reason(With(line)), "400 unusual_header_name") << line;
    const auto parsed = Parse(With(std::string(line) + "Kept: 1\r\n"), drop);
    ASSERT_EQ(parsed->state, ParseState::kComplete);
    ASSERT_EQ(parsed->head().headers().size(), 2U) << line;
    EXPECT_EQ(parsed->head().headers()[1].name, "Kept");
    EXPECT_EQ(parsed->head().framing, Framing::kNone);
  }
  for (const bool drops : {false, true}) {
    drop.drop_unusual_header_names = drops;
    const auto parsed = Parse(With("OpenDistro_Security_Impersonate_As: e\r\n"), drop);
    ASSERT_EQ(parsed->state, ParseState::kComplete) << "which the gateway itself reads";
    EXPECT_EQ(parsed->head().headers().size(), 2U);
  }
  drop.num_headers = 3;
  EXPECT_EQ(Reason(With("a_1: 1\r\na_2: 1\r\n"), drop), "");
  EXPECT_EQ(Reason(With("a_1: 1\r\na_2: 1\r\na_3: 1\r\n"), drop), "431 too_many_headers");
}

// --- Host

TEST(RequestParser, ExactlyOneHost) {
  EXPECT_EQ(Reason("GET / HTTP/1.1\r\n\r\n"), "400 no_host");
  EXPECT_EQ(Reason("GET / HTTP/1.0\r\n\r\n"), "");
  EXPECT_EQ(Reason(With("host: a\r\n")), "400 repeated_host");
  EXPECT_EQ(Reason("GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n"), "400 repeated_host");
  for (const char* host :
       {"a", "gw_1.test", "a:1", "a:", "a:65535", "[::1]", "[2001:db8::7]:443", "1.2.3.4"}) {
    EXPECT_EQ(Reason("GET / HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n"), "") << host;
  }
  for (const char* host : {"", "a b", "a,b", "a:65536", "a:1x", "a:-1", "a:000080", ":80", "[::1",
                           "[::1]x", "[]", "[g::]", "a@b", "a/b", "a%41", "\xc3\xa4"}) {
    EXPECT_EQ(Reason("GET / HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n"), "400 bad_host")
        << host;
  }
  EXPECT_EQ(
      Reason("GET / HTTP/1.1\r\nHost: " + std::string(limits::kHostBytesMax, 'a') + "\r\n\r\n"),
      "");
  EXPECT_EQ(
      Reason("GET / HTTP/1.1\r\nHost: " + std::string(limits::kHostBytesMax + 1, 'a') + "\r\n\r\n"),
      "400 bad_host");
}

// --- framing

TEST(RequestParser, Lengths) {
  EXPECT_EQ(Parse(With("Content-Length: 5\r\n"))->head().content_length, 5U);
  EXPECT_EQ(Parse(With("Content-Length: 005\r\n"))->head().content_length, 5U);
  const auto zero = Parse(With("Content-Length: 0\r\n"));
  EXPECT_EQ(zero->head().framing, Framing::kNone);
  EXPECT_TRUE(zero->head().length_given);
  EXPECT_FALSE(Parse(With(""))->head().length_given);
  for (const char* value : {"", "+5", "-5", "-0", "5 5", "5,5", "0x5", "5a", "5.0", "1e1", "\"5\"",
                            "1234567890123456789"}) {
    EXPECT_EQ(Reason(With("Content-Length: " + std::string(value) + "\r\n")), "400 bad_length")
        << value;
  }
  EXPECT_EQ(Reason(With("Content-Length: 5\r\nContent-Length: 5\r\n")), "400 repeated_length");
}

TEST(RequestParser, LengthsWithinTheLimit) {
  Limits limits;
  limits.body_bytes = 10;
  EXPECT_EQ(Reason(With("Content-Length: 10\r\n"), limits), "");
  EXPECT_EQ(Reason(With("Content-Length: 11\r\n"), limits), "413 body_too_large");
}

TEST(RequestParser, Codings) {
  EXPECT_EQ(Parse(With("Transfer-Encoding: chunked\r\n"))->head().framing, Framing::kChunked);
  EXPECT_EQ(Parse(With("transfer-encoding: \tCHUNKED \r\n"))->head().framing, Framing::kChunked);
  for (const char* value : {"gzip", "identity", "gzip, chunked", "identity, chunked", ", gzip ,"}) {
    EXPECT_EQ(Reason(With("Transfer-Encoding: " + std::string(value) + "\r\n")),
              "501 unknown_coding")
        << value;
  }
  for (const char* value :
       {"", ",", "chunked, chunked", "chunked, gzip", "chunked;q=1", "chu nked", "\"chunked\""}) {
    EXPECT_EQ(Reason(With("Transfer-Encoding: " + std::string(value) + "\r\n")), "400 bad_coding")
        << value;
  }
  EXPECT_EQ(Reason(With("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n")),
            "400 bad_coding");
  EXPECT_EQ(Reason("GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"), "400 coding_in_http10");
  EXPECT_EQ(Reason(With("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n")),
            "400 two_framings");
  EXPECT_EQ(Reason(With("Transfer-Encoding: chunked\r\nContent-Length: 0\r\n")),
            "400 two_framings");
}

// --- the connection

TEST(RequestParser, KeepAlive) {
  const auto keeps = [](std::string_view text) { return Parse(text)->head().keep_alive; };
  EXPECT_TRUE(keeps(With("")));
  EXPECT_TRUE(keeps(With("Connection: keep-alive, x\r\n")));
  EXPECT_FALSE(keeps(With("Connection: x , CLOSE\r\n")));
  EXPECT_FALSE(keeps(With("Connection: keep-alive\r\nConnection: close\r\n")));
  EXPECT_FALSE(keeps("GET / HTTP/1.0\r\n\r\n"));
  EXPECT_TRUE(keeps("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n"));
  EXPECT_FALSE(keeps("GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n"));
  EXPECT_EQ(Reason(With("Connection: a b\r\n")), "400 bad_connection");
}

TEST(RequestParser, ConnectionNamesABoundedNumber) {
  std::string names = "a";
  for (size_t count = 1; count < limits::kConnectionOptionsMax; ++count) {
    names += ",a";
  }
  EXPECT_EQ(Reason(With("Connection: " + names + "\r\n")), "");
  EXPECT_EQ(Reason(With("Connection: " + names + "\r\nConnection: a\r\n")), "400 bad_connection");
}

TEST(RequestParser, Expectations) {
  const auto expects = [](std::string_view text) { return Parse(text)->head().expect_continue; };
  EXPECT_TRUE(expects(With("Expect: 100-Continue\r\nContent-Length: 1\r\n")));
  EXPECT_TRUE(expects(With("Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n")));
  EXPECT_FALSE(expects(With("Expect: 100-continue\r\n")));
  EXPECT_FALSE(expects("PUT / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n"));
  EXPECT_EQ(Reason(With("Expect: 200-ok\r\n")), "417 unknown_expectation");
  EXPECT_EQ(Reason(With("Expect: 100-continue, x\r\n")), "417 unknown_expectation");
}

TEST(RequestParser, UpgradeToHttp2IsRefusedOthersAreIgnored) {
  EXPECT_EQ(Reason(With("Upgrade: websocket\r\nConnection: upgrade\r\n")), "");
  EXPECT_EQ(Reason(With("Upgrade: websocket, H2C\r\n")), "501 upgrade_refused");
}

TEST(RequestParser, Trailers) {
  EXPECT_TRUE(Parse(With("TE: deflate, trailers\r\n"))->head().te_trailers);
  EXPECT_FALSE(Parse(With("TE: deflate\r\n"))->head().te_trailers);
}

// --- limits

TEST(RequestParser, HeadBytes) {
  const std::string text = With("X: 12345\r\n");
  Limits limits;
  limits.head_bytes = text.size();
  EXPECT_EQ(Reason(text, limits), "");
  EXPECT_EQ(Reason(text + "GET / HTTP/1.1\r\n", limits), "");
  limits.head_bytes = text.size() - 1;
  EXPECT_EQ(Reason(text, limits), "431 head_too_large");
}

TEST(RequestParser, NumberOfHeaders) {
  Limits limits;
  limits.num_headers = 3;
  EXPECT_EQ(Reason(With("A: 1\r\nB: 1\r\n"), limits), "");
  EXPECT_EQ(Reason(With("A: 1\r\nB: 1\r\nC: 1\r\n"), limits), "431 too_many_headers");
}

TEST(RequestParser, TargetBytes) {
  Limits limits;
  limits.target_bytes = 10;
  EXPECT_EQ(Reason(Target("/123456789"), limits), "");
  EXPECT_EQ(Reason(Target("/1234567890"), limits), "414 target_too_long");
  EXPECT_EQ(Reason(Target("/1234567890123456789012345678901234567890"), limits),
            "414 target_too_long");
  EXPECT_EQ(Reason("GET /" + std::string(100, 'a'), limits), "414 target_too_long");
  limits.head_bytes = 20;
  EXPECT_EQ(Reason("GET /" + std::string(100, 'a'), limits), "414 target_too_long");
}

TEST(RequestParser, MethodAndNameBytes) {
  Limits limits;
  limits.target_bytes = 100;
  EXPECT_EQ(Reason(std::string(1000, 'M') + " / HTTP/1.1\r\n\r\n", limits), "501 method_too_long");
  EXPECT_EQ(Reason(std::string(limits::kMethodBytesMax, 'M') + " / HTTP/1.1\r\n\r\n", limits),
            "501 method_not_served");
  EXPECT_EQ(Reason(With(std::string(limits::kHeaderNameBytesMax, 'n') + ": 1\r\n")), "");
  EXPECT_EQ(Reason(With(std::string(limits::kHeaderNameBytesMax + 1, 'n') + ": 1\r\n")),
            "431 header_name_too_long");
}

TEST(RequestParser, AFaultIsToldAsSoonAsItIsSeen) {
  RequestParser parser;
  const Padded slab("GET / HTTP/1.1\r\nHost: a\r\nX : 1\r\n");
  EXPECT_EQ(parser.Parse(slab.text()), ParseState::kError);
  EXPECT_STREQ(parser.error().reason_code, "blank_before_colon");
  EXPECT_NE(std::string_view(parser.error().text), "");
}

}  // namespace pkigate::http
