// SPDX-License-Identifier: Apache-2.0
#include "identity/query_parameter.h"

#include <gtest/gtest.h>

namespace pkigate::identity {
namespace {

TEST(QueryParameter, ValuesAsTheRouterReadsThem) {
  EXPECT_EQ(QueryParameter("/a?x=1&y=2", "y"), "2");
  EXPECT_EQ(QueryParameter("/a?x=1&x=2", "x"), "2") << "the last";
  EXPECT_EQ(QueryParameter("/a?x", "x"), "");
  EXPECT_EQ(QueryParameter("/a?x=", "x"), "");
  EXPECT_EQ(QueryParameter("/a?%78=a%2Bb+c", "x"), "a+b c");
  EXPECT_EQ(QueryParameter("/a?x=%2", "x"), "%2");
  EXPECT_EQ(QueryParameter("/a?x=1=2", "x"), "1=2");
  EXPECT_EQ(QueryParameter("/a?b?x=1", "b?x"), "1");
  EXPECT_EQ(QueryParameter("/x=1", "x"), std::nullopt);
  EXPECT_EQ(QueryParameter("/a?X=1", "x"), std::nullopt);
  EXPECT_EQ(QueryParameter("/a?&&", ""), std::nullopt);
}

}  // namespace
}  // namespace pkigate::identity
