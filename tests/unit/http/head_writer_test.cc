// SPDX-License-Identifier: Apache-2.0
//
// Heads as they leave: what is left out, what is added, byte for byte.
#include "http/head_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "http/header_value.h"
#include "http/identity_names.h"
#include "http/request_parser.h"
#include "http/response_parser.h"
#include "padded.h"

namespace pkigate::http {

namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class Out {
 public:
  ChunkQueue& queue() { return queue_; }
  std::string Text() {
    std::string text;
    while (!queue_.empty()) {
      const auto front = queue_.Front();
      text.append(front.begin(), front.end());
      queue_.Consume(front.size());
    }
    return text;
  }

 private:
  ChunkPool pool_{4};
  ChunkQueue queue_{pool_};
};

std::string Upstream(std::string_view request, const UpstreamHeadOptions& options = {},
                     const Limits& limits = {}) {
  const Padded slab(request);
  RequestParser parser;
  parser.Reset(limits);
  EXPECT_EQ(parser.Parse(slab.text()), ParseState::kComplete) << parser.error().reason_code;
  Out out;
  WriteUpstreamRequest(out.queue(), parser.head(), options);
  return out.Text();
}

std::string Up(std::string_view lines, const UpstreamHeadOptions& options = {}) {
  return Upstream("GET / HTTP/1.1\r\nHost: a\r\n" + std::string(lines) + "\r\n", options);
}

// The lines of a request that carries nothing but Host.
constexpr std::string_view kNothing = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";

std::string Down(std::string_view answer, const ClientHeadOptions& options, bool head = false) {
  const Padded slab(answer);
  ResponseParser parser;
  parser.Reset(head);
  EXPECT_EQ(parser.Parse(slab.text()), ParseState::kComplete) << parser.error().reason_code;
  Out out;
  WriteClientResponse(out.queue(), parser.head(), options);
  return out.Text();
}

}  // namespace

// --- to the upstream

TEST(UpstreamHead, AWholeOne) {
  UpstreamHeadOptions options;
  options.added[0] = {"x-forwarded-for", "192.0.2.1"};
  options.added[1] = {"x-proxy-user", "John Doe"};
  options.num_added = 2;
  EXPECT_EQ(
      Upstream("POST /a?b HTTP/1.1\r\nhost: gw:1\r\nAccept:*/*\r\nContent-Length: 007\r\nX-A: "
               "1\r\nX-A: 2\r\n\r\n",
               options),
      "POST /a?b HTTP/1.1\r\nhost: gw:1\r\nAccept: */*\r\nX-A: 1\r\nX-A: 2\r\ncontent-length: 7\r\n"
      "x-forwarded-for: 192.0.2.1\r\nx-proxy-user: John Doe\r\n\r\n");
}

TEST(UpstreamHead, FramingIsWrittenAnew) {
  EXPECT_THAT(Up("Transfer-Encoding: CHUNKED\r\n"),
              HasSubstr("\r\ntransfer-encoding: chunked\r\n"));
  EXPECT_EQ(Up(""), kNothing);
  EXPECT_THAT(Up("Content-Length: 0\r\n"), HasSubstr("content-length: 0\r\n"));
  EXPECT_THAT(Upstream("POST / HTTP/1.1\r\nHost: a\r\n\r\n"), HasSubstr("content-length: 0\r\n"));
  EXPECT_THAT(Upstream("DELETE / HTTP/1.1\r\nHost: a\r\n\r\n"), Not(HasSubstr("content-length")));
}

TEST(UpstreamHead, AlwaysHttp11WithAHost) {
  EXPECT_EQ(Upstream("GET / HTTP/1.0\r\n\r\n"), "GET / HTTP/1.1\r\nhost: \r\n\r\n");
  EXPECT_EQ(Upstream("GET http://a/x HTTP/1.1\r\nHost: a\r\n\r\n"),
            "GET /x HTTP/1.1\r\nhost: a\r\n\r\n");
}

TEST(UpstreamHead, HopByHopFieldsStay) {
  EXPECT_EQ(Up("Connection: close, X-Private\r\nx-private: 1\r\nKeep-Alive: 5\r\nTE: "
               "trailers\r\nTrailer: x\r\n"
               "Upgrade: websocket\r\nHTTP2-Settings: AAA\r\nProxy-Connection: "
               "x\r\nProxy-Authorization: Basic eA==\r\n"
               "Proxy-Authenticate: x\r\nExpect: 100-continue\r\n"),
            kNothing);
  EXPECT_THAT(Up("Connection: close\r\nX-Private: 1\r\n"), HasSubstr("X-Private: 1\r\n"));
}

TEST(UpstreamHead, ConnectionCannotRemoveWhatWeWrite) {
  UpstreamHeadOptions options;
  options.added[0] = {"x-proxy-user", "u"};
  options.num_added = 1;
  EXPECT_EQ(Up("Connection: X-Proxy-User, Host, Content-Length\r\nContent-Length: 3\r\n", options),
            "GET / HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\nx-proxy-user: u\r\n\r\n");
}

TEST(UpstreamHead, AuthorizationGoesOnlyWhenTold) {
  EXPECT_EQ(Up("Authorization: Basic eA==\r\n"), kNothing);
  EXPECT_THAT(Up("Authorization: Bearer x\r\n", {.forward_authorization = true}),
              HasSubstr("Authorization: Bearer x\r\n"));
  // Only the one that is called so.
  EXPECT_EQ(Up("Proxy-Authorization: Basic eA==\r\n", {.forward_authorization = true}), kNothing);
}

TEST(UpstreamHead, IdentityHeadersOfAllKindsGo) {
  for (const char* name : {"X-Proxy-User",
                           "x-PROXY-roles",
                           "X-Proxy-Ext-Roles",
                           "XProxyUser",
                           "x-proxy--user",
                           "-x-proxy-user-",
                           "X-Forwarded-For",
                           "X-Forwarded-Proto",
                           "X-Forwarded-Host",
                           "X-Forwarded-User",
                           "X-Forwarded-Client-Cert",
                           "Forwarded",
                           "X-Real-IP",
                           "X-Client-Cert",
                           "Client-Cert",
                           "X-SSL-Client-S-DN",
                           "SSL-Client-Cert",
                           "X-Remote-User",
                           "Remote-User",
                           "X-Remote-Groups",
                           "X-Auth-Request-User",
                           "es-security-runas-user",
                           "es-secondary-authorization",
                           "X-Request-Id",
                           "X-Original-URL",
                           "X-HTTP-Method-Override",
                           "opendistro-security-user",
                           "X-Tls-Client-Subject"}) {
    EXPECT_EQ(Up(std::string(name) + ": evil\r\n"), kNothing) << name;
  }
  for (const char* name :
       {"X-Opaque-Id", "X-Elastic-Product-Origin", "Accept", "User-Agent", "X-Proxie", "Cookie",
        "traceparent", "securitytenant", "kbn-xsrf", "X-Kept", "X-Elastic-Client-Meta", "x",
        "X-Requested-With", "X-Original"}) {
    EXPECT_THAT(Up(std::string(name) + ": good\r\n"), HasSubstr(": good\r\n")) << name;
  }
}

TEST(UpstreamHead, SpellingsThatSomeServerFoldsAreIdentityNames) {
  for (const char* name :
       {"x_proxy_user", "X.Proxy.User", "X_PROXY-USER", "_xpack_security_authentication",
        "_opendistro_security_user", "opendistro_security_impersonate_as", "REMOTE_USER",
        "SSL_CLIENT_S_DN", "Remote.User", "_cross_cluster_access_credentials"}) {
    EXPECT_TRUE(IsIdentityName(name)) << name;
  }
  for (const char* name :
       {"", "_", "x", "xp", "accept", "host", "x_kept", "forwarded-by", "x-request-identity"}) {
    EXPECT_FALSE(IsIdentityName(name)) << name;
  }
}

TEST(UpstreamHead, ConfiguredNamesGoFolded) {
  UpstreamHeadOptions options;
  options.stripped = {"who-am-i", "accept"};
  for (const char* name : {"Who-Am-I", "whoami", "WHO--AMI", "Accept"}) {
    EXPECT_EQ(Up(std::string(name) + ": evil\r\n", options), kNothing) << name;
  }
  EXPECT_THAT(Up("Who-Am-It: x\r\nAccept-Encoding: y\r\n", options),
              HasSubstr("Who-Am-It: x\r\nAccept-Encoding: y"));
}

TEST(IdentityNames, SameFolded) {
  EXPECT_TRUE(SameFolded("X-Proxy-User", "x_proxy.user"));
  EXPECT_TRUE(SameFolded("ab", "-a-b-"));
  EXPECT_FALSE(SameFolded("ab", "abc"));
  EXPECT_FALSE(SameFolded("abc", "ab"));
  EXPECT_FALSE(SameFolded("", ""));
  EXPECT_FALSE(SameFolded("-", "_"));
}

TEST(UpstreamHead, AddedValuesCannotBreakTheLine) {
  UpstreamHeadOptions options;
  options.added[0] = {"x-proxy-user", "a\r\nx-proxy-roles: superuser"};
  options.added[1] = {"x-b", std::string_view("\0\x7f\tc", 4)};
  options.num_added = 2;
  EXPECT_THAT(Up("", options),
              HasSubstr("x-proxy-user: a??x-proxy-roles: superuser\r\nx-b: ??\tc\r\n\r\n"));
}

TEST(UpstreamHead, OverSeveralChunks) {
  std::string lines;
  for (int line = 0; line < 60; ++line) {
    lines += "X-" + std::to_string(line) + ": " + std::string(900, 'v') + "\r\n";
  }
  Limits limits;
  limits.head_bytes = 64 * 1024;
  EXPECT_EQ(Upstream("GET / HTTP/1.1\r\nhost: a\r\n" + lines + "\r\n", {}, limits),
            "GET / HTTP/1.1\r\nhost: a\r\n" + lines + "\r\n");
}

// --- to the client

TEST(ClientHead, HopByHopFieldsStay) {
  EXPECT_EQ(Down("HTTP/1.1 200 Fine\r\nConnection: X-Secret\r\nX-Secret: 1\r\nKeep-Alive: "
                 "5\r\nUpgrade: h2c\r\n"
                 "Trailer: x\r\nProxy-Authenticate: x\r\nX-Kept: 1\r\nContent-Length: 2\r\n\r\n",
                 {}),
            "HTTP/1.1 200 Fine\r\nX-Kept: 1\r\ncontent-length: 2\r\n\r\n");
}

TEST(ClientHead, Framing) {
  const std::string_view chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_EQ(Down(chunked, {.chunked = true}),
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
  EXPECT_EQ(Down(chunked, {.close = true, .minor_version = 0}),
            "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n");
  EXPECT_EQ(Down("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", {}),
            "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
  EXPECT_EQ(Down("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n", {}, /*head=*/true),
            "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n");
  EXPECT_EQ(Down("HTTP/1.1 304 Not Modified\r\ncontent-length: 9\r\n\r\n", {}),
            "HTTP/1.1 304 Not Modified\r\ncontent-length: 9\r\n\r\n");
  EXPECT_EQ(Down("HTTP/1.1 204 No Content\r\ncontent-length: 0\r\n\r\n", {}),
            "HTTP/1.1 204 No Content\r\n\r\n");
}

TEST(ClientHead, ConnectionByVersion) {
  const std::string_view answer =
      "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
  EXPECT_THAT(Down(answer, {}), Not(HasSubstr("connection")));
  EXPECT_THAT(Down(answer, {.close = true}), HasSubstr("connection: close\r\n"));
  EXPECT_THAT(Down(answer, {.minor_version = 0}), HasSubstr("connection: keep-alive\r\n"));
}

TEST(ClientHead, AReasonIsFoundWhereTheUpstreamGaveNone) {
  EXPECT_THAT(Down("HTTP/1.1 404\r\ncontent-length: 0\r\n\r\n", {}),
              HasSubstr("HTTP/1.1 404 Not Found\r\n"));
  EXPECT_THAT(Down("HTTP/1.1 299\r\ncontent-length: 0\r\n\r\n", {}),
              HasSubstr("HTTP/1.1 299 Unknown\r\n"));
}

TEST(ClientHead, AddedLines) {
  const HeaderLine added[] = {{"x-a", "1\n2"}};
  EXPECT_THAT(Down("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", {.added = added}),
              HasSubstr("x-a: 1?2\r\n"));
}

// --- our own

TEST(LocalAnswer, Whole) {
  Out out;
  const std::pair<std::string, std::string> headers[] = {{"www-authenticate", "Basic\r\nx"}};
  WriteLocalAnswer(out.queue(), {.status = 401, .content_type = "application/json", .body = "{}"},
                   headers);
  EXPECT_EQ(out.Text(),
            "HTTP/1.1 401 Unauthorized\r\nwww-authenticate: Basic??x\r\ncontent-type: "
            "application/json\r\n"
            "content-length: 2\r\n\r\n{}");
}

TEST(LocalAnswer, HeadTellsTheLengthOnly) {
  Out out;
  WriteLocalAnswer(out.queue(), {.body = "hello", .head_only = true, .close = true});
  EXPECT_EQ(out.Text(), "HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: close\r\n\r\n");
}

TEST(LocalAnswer, NoLengthWhereThereIsNoBody) {
  Out out;
  WriteLocalAnswer(out.queue(), {.status = 204, .minor_version = 0});
  EXPECT_EQ(out.Text(), "HTTP/1.1 204 No Content\r\nconnection: keep-alive\r\n\r\n");
}

TEST(LocalAnswer, Continue) {
  Out out;
  WriteContinue(out.queue());
  EXPECT_EQ(out.Text(), "HTTP/1.1 100 Continue\r\n\r\n");
}

// --- values

TEST(HeaderValue, PlainNamesAreUnchanged) {
  EXPECT_EQ(EncodeHeaderValue("John Doe", ""), "John Doe");
  EXPECT_EQ(EncodeHeaderValue("CN=a\\,b+c,OU=x/y@z", ""), "CN=a\\,b+c,OU=x/y@z");
  EXPECT_EQ(EncodeHeaderValue("", ""), "");
}

TEST(HeaderValue, AllElseIsPercentEncoded) {
  EXPECT_EQ(EncodeHeaderValue("a\r\nb", ""), "a%0D%0Ab");
  EXPECT_EQ(EncodeHeaderValue("J\xc3\xbcrgen", ""), "J%C3%BCrgen");
  EXPECT_EQ(EncodeHeaderValue("100%", ""), "100%25");
  EXPECT_EQ(EncodeHeaderValue(" admin ", ""), "%20admin%20");
  EXPECT_EQ(EncodeHeaderValue("\tx\x7f", ""), "%09x%7F");
  EXPECT_EQ(EncodeHeaderValue(std::string_view("a\0b", 3), ""), "a%00b");
  EXPECT_EQ(EncodeHeaderValue("a,b", ","), "a%2Cb");
}

}  // namespace pkigate::http
