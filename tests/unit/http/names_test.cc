// SPDX-License-Identifier: Apache-2.0
//
// The small tables: header names, methods, reason phrases.
#include <gtest/gtest.h>

#include <string>

#include "base/ascii.h"
#include "http/header_names.h"
#include "http/method.h"
#include "http/scan.h"
#include "http/status.h"

namespace pkigate::http {

namespace {

constexpr std::pair<const char*, KnownHeader> kNames[] = {
    {"Accept", KnownHeader::kAccept},
    {"Accept-Encoding", KnownHeader::kAcceptEncoding},
    {"Authorization", KnownHeader::kAuthorization},
    {"Connection", KnownHeader::kConnection},
    {"Content-Encoding", KnownHeader::kContentEncoding},
    {"Content-Length", KnownHeader::kContentLength},
    {"Content-Type", KnownHeader::kContentType},
    {"Cookie", KnownHeader::kCookie},
    {"Date", KnownHeader::kDate},
    {"Expect", KnownHeader::kExpect},
    {"Host", KnownHeader::kHost},
    {"HTTP2-Settings", KnownHeader::kHttp2Settings},
    {"Keep-Alive", KnownHeader::kKeepAlive},
    {"Proxy-Authenticate", KnownHeader::kProxyAuthenticate},
    {"Proxy-Authentication-Info", KnownHeader::kProxyAuthenticationInfo},
    {"Proxy-Authorization", KnownHeader::kProxyAuthorization},
    {"Proxy-Connection", KnownHeader::kProxyConnection},
    {"TE", KnownHeader::kTe},
    {"Trailer", KnownHeader::kTrailer},
    {"Transfer-Encoding", KnownHeader::kTransferEncoding},
    {"Upgrade", KnownHeader::kUpgrade},
    {"User-Agent", KnownHeader::kUserAgent},
};

}  // namespace

TEST(HeaderNames, InEveryCase) {
  for (const auto& [name, known] : kNames) {
    std::string upper(name);
    for (char& c : upper) {
      c = AsciiUpper(c);
    }
    EXPECT_EQ(FindHeader(name), known) << name;
    EXPECT_EQ(FindHeader(ToAsciiLower(name)), known) << name;
    EXPECT_EQ(FindHeader(upper), known) << name;
  }
}

// One byte changed to any other that a token may hold is another name.
TEST(HeaderNames, NeighboursAreUnknown) {
  for (const auto& [name, known] : kNames) {
    const std::string text(name);
    EXPECT_EQ(FindHeader(text + "x"), KnownHeader::kOther);
    for (size_t at = 0; at < text.size(); ++at) {
      for (unsigned byte = 0; byte < 128; ++byte) {
        const char c = static_cast<char>(byte);
        std::string other = text;
        other[at] = c;
        if (IsTokenByte(c) && AsciiLower(c) != AsciiLower(text[at])) {
          EXPECT_EQ(FindHeader(other), KnownHeader::kOther) << other;
        }
      }
    }
  }
  EXPECT_EQ(FindHeader(""), KnownHeader::kOther);
  EXPECT_EQ(FindHeader(std::string(300, 'a')), KnownHeader::kOther);
}

TEST(Methods, NamesAndBack) {
  for (const Method method : {Method::kGet, Method::kHead, Method::kPost, Method::kPut,
                              Method::kDelete, Method::kOptions, Method::kPatch}) {
    EXPECT_EQ(FindMethod(MethodName(method)), method);
  }
  EXPECT_EQ(FindMethod("get"), std::nullopt);
  EXPECT_EQ(FindMethod(""), std::nullopt);
}

TEST(Methods, Idempotence) {
  EXPECT_TRUE(IsIdempotent(Method::kGet));
  EXPECT_TRUE(IsIdempotent(Method::kPut));
  EXPECT_TRUE(IsIdempotent(Method::kDelete));
  EXPECT_FALSE(IsIdempotent(Method::kPost));
  EXPECT_FALSE(IsIdempotent(Method::kPatch));
}

TEST(Status, EveryStatusWeAnswerHasAPhrase) {
  for (const int status : {100, 200, 201, 400, 401, 403, 404, 405, 406, 408, 409, 413,
                           414, 415, 417, 421, 431, 500, 501, 502, 503, 504, 505}) {
    EXPECT_NE(ReasonPhrase(status), "Unknown") << status;
  }
  EXPECT_EQ(ReasonPhrase(299), "Unknown");
}

}  // namespace pkigate::http
