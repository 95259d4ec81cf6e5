// SPDX-License-Identifier: Apache-2.0
//
// Paths: what passes and what it decodes to, and for each the neighbour that is refused, with the
// reason.
#include "rest/path.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pkigate::rest {

namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> Segments(std::string_view target) {
  const Result<Target> checked = CheckTarget(target);
  if (!checked.ok()) {
    return {"refused: " + checked.error().message};
  }
  PathSegments segments;
  std::vector<std::string> decoded;
  for (const std::string_view segment : segments.Decode(checked->path)) {
    decoded.emplace_back(segment);
  }
  EXPECT_EQ(decoded.size(), checked->num_segments);
  return decoded;
}

// What is wrong with it; empty when nothing is.
std::string Fault(std::string_view target) {
  const Result<Target> checked = CheckTarget(target);
  if (checked.ok()) {
    return "";
  }
  EXPECT_STREQ(checked.error().code, "bad_path");
  const std::string prefix = "the path of the request has ";
  EXPECT_TRUE(checked.error().message.starts_with(prefix));
  return checked.error().message.substr(prefix.size());
}

constexpr const char* kEmpty = "an empty segment";
constexpr const char* kDots = "a `.` or `..` segment";
constexpr const char* kSlash = "an encoded slash outside a date-math index name";
constexpr const char* kEscape = "a `%` without two hexadecimal digits";
constexpr const char* kControl = "a control character";
constexpr const char* kUtf8 = "bytes that are not UTF-8";

}  // namespace

TEST(Path, TakenApart) {
  const Result<Target> target = CheckTarget("/logs-1/_search?x=/../../secret?y");
  ASSERT_TRUE(target.ok());
  EXPECT_EQ(target->path, "/logs-1/_search");
  EXPECT_EQ(target->query, "x=/../../secret?y");
  EXPECT_EQ(target->num_segments, 2U);
}

TEST(Path, DecodedOnce) {
  EXPECT_THAT(Segments("/"), IsEmpty());
  EXPECT_THAT(Segments("/?a"), IsEmpty());
  EXPECT_THAT(Segments("*"), IsEmpty());
  EXPECT_THAT(Segments("/a/b"), ElementsAre("a", "b"));
  EXPECT_THAT(Segments("/a%20b/%63/d%2ce"), ElementsAre("a b", "c", "d,e"));
  EXPECT_THAT(Segments("/%252F/%2525/%252e%252e"), ElementsAre("%2F", "%25", "%2e%2e"));
  EXPECT_THAT(Segments("/a+b/%C3%A4%E2%82%AC%F0%9F%98%80"), ElementsAre("a+b", "ä€😀"));
}

TEST(Path, ViewsOfAllSegmentsHoldTogether) {
  PathSegments segments;
  const auto decoded = segments.Decode("/%61/b/%63%64/%65");
  EXPECT_THAT(decoded, ElementsAre("a", "b", "cd", "e"));
  EXPECT_THAT(segments.Decode("/%66"), ElementsAre("f"));
}

TEST(Path, OneTrailingSlashIsTolerated) {  // X-API-2
  EXPECT_THAT(Segments("/a/"), ElementsAre("a"));
  EXPECT_EQ(Fault("/a//"), kEmpty);
}

TEST(Path, EmptySegments) {
  EXPECT_EQ(Fault("//"), kEmpty);
  EXPECT_EQ(Fault("//a"), kEmpty);
  EXPECT_EQ(Fault("/_security//role_mapping"), kEmpty);
  EXPECT_EQ(Fault("/a//?b"), kEmpty);
}

TEST(Path, BeginsWithASlash) {
  for (const char* target : {"", "a", "?a", "**", "*?a", "%2Fa"}) {
    EXPECT_EQ(Fault(target), "no slash at its start") << target;
  }
}

TEST(Path, Dots) {
  for (const char* target :
       {"/.", "/..", "/./a", "/a/../b", "/%2e", "/%2E%2e/a", "/.%2e", "/a/..", "/a/./",
        // Also where some server cuts a segment.
        "/..;/a", "/..;x=y", "/..%5Ca", "/a%5c..", "/a;..", "/;.", "/a%5c.%5cb", "/.;a"}) {
    EXPECT_EQ(Fault(target), kDots) << target;
  }
  for (const char* target : {"/...", "/.a", "/a.", "/..a", "/.security-6", "/a..b", "/a;b", "/;",
                             "/a%5Cb", "/..a;b..", "/%252e%252e"}) {
    EXPECT_EQ(Fault(target), "") << target;
  }
}

TEST(Path, Escapes) {
  for (const char* target :
       {"/%", "/%4", "/%4g", "/%g4", "/a%", "/%%41", "/%u0041", "/%-1", "/a%2/b"}) {
    EXPECT_EQ(Fault(target), kEscape) << target;
  }
  // The query is not ours to judge.
  EXPECT_EQ(Fault("/a?%"), "");
}

TEST(Path, ControlCharacters) {
  for (unsigned byte = 0; byte < 0x80; ++byte) {
    char escape[8];
    std::snprintf(escape, sizeof escape, "/a%%%02x", byte);
    const bool control = byte < 0x20 || byte == 0x7f;
    EXPECT_EQ(Fault(escape), control ? kControl : byte == '/' ? kSlash : "") << escape;
  }
  EXPECT_EQ(Fault("/a\tb"), kControl);
  EXPECT_EQ(Fault(std::string_view("/a\0b", 4)), kControl);
}

TEST(Path, Utf8) {
  for (const char* target : {"/%ff", "/%80", "/%c3", "/%c3a", "/%c0%af", "/%e0%80%af", "/%ed%a0%80",
                             "/%f4%90%80%80", "/%f8%88%80%80%80", "/%c3/%a4", "/\xc3"}) {
    EXPECT_EQ(Fault(target), kUtf8) << target;
  }
  EXPECT_EQ(Fault("/%c3%a4/%f4%8f%bf%bf"), "");
}

TEST(Path, EncodedSlashesOnlyWhereDateMathHasThem) {
  for (const char* target : {"/%3Clogs-%7Bnow%2Fd%7D%3E/_search", "/<logs-{now%2fd}>",
                             "/<logs-{now-1M%2FM{yyyy.MM|%2B12:00}}>", "/a,<b-{now%2Fd}>,c",
                             "/-<b-{now%2Fd}>", "/a,-<b-{now%2Fd}>", "/remote:<b-{now%2Fd}>",
                             "/<a-{now%2Fd}-{now%2Fw}>", "/<a>", "/a<b", "/<a{"}) {
    EXPECT_EQ(Fault(target), "") << target;
  }
  EXPECT_THAT(Segments("/%3Csecret-%7Bnow%2Fd%7D%3E/_search"),
              ElementsAre("<secret-{now/d}>", "_search"));
  for (const char* target : {"/a%2Fb", "/a%2f", "/%2F", "/a/_doc/1%2F2",  //
                             "/<a%2Fd>",                                  // not in braces
                             "/{now%2Fd}",                                // not in a name
                             "/x<{now%2Fd}>",                             // does not begin a name
                             "/<a>{%2Fd}",                                // behind it
                             "/<a,{now%2Fd}>",                            // a comma ends it
                             "/<a{now{%2Fd}}>",                           // in the format
                             "/<a{now%2F..%2Fd}>", "/<a{now%2F%2Fd}>", "/<a{now%2Fx}>",
                             "/<a{now%2F", "/<a{now%2Fd", "/<a{now%2F}>"}) {
    EXPECT_EQ(Fault(target), kSlash) << target;
  }
}

TEST(Path, TheNumberOfSegmentsIsBounded) {
  std::string path;
  for (size_t segment = 0; segment < limits::kPathSegmentsMax; ++segment) {
    path += "/a";
  }
  EXPECT_EQ(Segments(path).size(), limits::kPathSegmentsMax);
  EXPECT_EQ(Segments(path + "/").size(), limits::kPathSegmentsMax);
  EXPECT_EQ(Fault(path + "/a"), "too many segments");
}

}  // namespace pkigate::rest
