// SPDX-License-Identifier: Apache-2.0
#include "rest/answer.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <utility>

namespace pkigate::rest {

TEST(ProtocolError, TheFormOfBothFamilies) {
  const Answer xpack = ProtocolError(Dialect::kXpack, 413, "too_long_frame_exception", "too large");
  EXPECT_EQ(xpack.status, 413);
  EXPECT_EQ(xpack.content_type, "application/json");
  EXPECT_EQ(xpack.body,
            R"({"error":{"root_cause":[{"type":"too_long_frame_exception","reason":"too large"}],)"
            R"("type":"too_long_frame_exception","reason":"too large"},"status":413})");
  for (const Dialect dialect : {Dialect::kOpendistro, Dialect::kOpensearch}) {
    const Answer answer = ProtocolError(dialect, 413, "too_long_frame_exception", "too large");
    EXPECT_EQ(answer.content_type, "application/json; charset=UTF-8");
    EXPECT_EQ(answer.body, xpack.body);
    EXPECT_TRUE(answer.headers.empty());
  }
  // X-API-4c
  ASSERT_EQ(xpack.headers.size(), 1U);
  EXPECT_EQ(xpack.headers[0].first, "X-elastic-product");
  EXPECT_EQ(xpack.headers[0].second, "Elasticsearch");
  EXPECT_TRUE(ProtocolError(Dialect::kXpack, 403, "t", "r").headers.empty());
}

TEST(ProtocolError, TheReasonCannotBreakTheForm) {
  EXPECT_EQ(
      ProtocolError(Dialect::kXpack, 400, "t", "a\"b\\\n\xff").body,
      "{\"error\":{\"root_cause\":[{\"type\":\"t\",\"reason\":\"a\\\"b\\\\\\n\xef\xbf\xbd\"}],"
      "\"type\":\"t\",\"reason\":\"a\\\"b\\\\\\n\xef\xbf\xbd\"},\"status\":400}");
}

TEST(Overloaded, IsTheRejectionOfEachSystem) {
  const std::pair<Dialect, std::string> types[] = {
      {Dialect::kXpack, "\"es_rejected_execution_exception\""},
      {Dialect::kOpendistro, "\"es_rejected_execution_exception\""},
      {Dialect::kOpensearch, "\"rejected_execution_exception\""}};
  for (const auto& [dialect, type] : types) {
    const Answer answer = Overloaded(dialect, "too many");
    EXPECT_EQ(answer.status, 429);
    EXPECT_NE(answer.body.find("\"type\":" + type), std::string::npos) << answer.body;
    EXPECT_NE(answer.body.find("too many"), std::string::npos);
  }
}

TEST(ProtocolError, TypesByStatus) {
  for (const int status : {400, 417, 421, 501, 505}) {
    EXPECT_EQ(ProtocolErrorType(status), "illegal_argument_exception") << status;
  }
  for (const int status : {413, 414, 431}) {
    EXPECT_EQ(ProtocolErrorType(status), "too_long_frame_exception") << status;
  }
  EXPECT_EQ(ProtocolErrorType(408), "timeout_exception");
  EXPECT_EQ(ProtocolErrorType(502), "connect_transport_exception");
  EXPECT_EQ(ProtocolErrorType(503), "connect_transport_exception");
  EXPECT_EQ(ProtocolErrorType(504), "receive_timeout_transport_exception");
  EXPECT_EQ(ProtocolErrorType(500), "exception");
}

}  // namespace pkigate::rest
