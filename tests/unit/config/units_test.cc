// SPDX-License-Identifier: Apache-2.0
#include "config/units.h"

#include <gtest/gtest.h>

#include <string_view>

namespace pkigate::config {
namespace {

TEST(Units, TimeValues) {
  EXPECT_EQ(*ParseTimeNanoseconds("10s"), 10'000'000'000);
  EXPECT_EQ(*ParseTimeNanoseconds("500ms"), 500'000'000);
  EXPECT_EQ(*ParseTimeNanoseconds("20m"), 1'200'000'000'000);
  EXPECT_EQ(*ParseTimeNanoseconds("1H"), 3'600'000'000'000);
  EXPECT_EQ(*ParseTimeNanoseconds("2d"), 172'800'000'000'000);
  EXPECT_EQ(*ParseTimeNanoseconds("7micros"), 7'000);
  EXPECT_EQ(*ParseTimeNanoseconds("9nanos"), 9);
  EXPECT_EQ(*ParseTimeNanoseconds("0"), 0);
  EXPECT_EQ(*ParseTimeNanoseconds("0s"), 0);
  EXPECT_EQ(*ParseTimeNanoseconds("-1"), -1);
}

struct BadUnit {
  std::string_view text;
  std::string_view code;
};

TEST(Units, WhatIsNoTimeValue) {
  for (const BadUnit& bad : {BadUnit{"", "not_a_number"},
                             {"s", "not_a_number"},
                             {"10", "bad_unit"},
                             {"1.5s", "bad_unit"},
                             {"10 s", "bad_unit"},
                             {"10sec", "bad_unit"},
                             {"-5m", "negative"},
                             {"+5m", "not_a_number"},
                             {"200000d", "out_of_range"},
                             {"99999999999999999999s", "out_of_range"}}) {
    const auto result = ParseTimeNanoseconds(bad.text);
    ASSERT_FALSE(result.ok()) << bad.text;
    EXPECT_EQ(result.error().code, bad.code) << bad.text;
  }
}

TEST(Units, Sizes) {
  EXPECT_EQ(*ParseBytes("16kb"), 16'384u);
  EXPECT_EQ(*ParseBytes("100MB"), 104'857'600u);
  EXPECT_EQ(*ParseBytes("1g"), 1'073'741'824u);
  EXPECT_EQ(*ParseBytes("2tb"), 2'199'023'255'552u);
  EXPECT_EQ(*ParseBytes("7b"), 7u);
  EXPECT_EQ(*ParseBytes("7"), 7u);
  for (const BadUnit& bad : {BadUnit{"", "not_a_number"},
                             {"kb", "not_a_number"},
                             {"-1", "negative"},
                             {"1.5mb", "bad_unit"},
                             {"1 kb", "bad_unit"},
                             {"1kib", "bad_unit"},
                             {"9999999tb", "out_of_range"}}) {
    const auto result = ParseBytes(bad.text);
    ASSERT_FALSE(result.ok()) << bad.text;
    EXPECT_EQ(result.error().code, bad.code) << bad.text;
  }
}

TEST(Units, Integers) {
  EXPECT_EQ(*ParseInteger("-2147483648"), -2147483648);
  for (const std::string_view bad : {"", " 1", "1 ", "1.0", "0x10", "1_000", "+1", "one"}) {
    EXPECT_FALSE(ParseInteger(bad).ok()) << bad;
  }
}

}  // namespace
}  // namespace pkigate::config
