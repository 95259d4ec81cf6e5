// SPDX-License-Identifier: Apache-2.0
#include "api/json_writer.h"

#include <gtest/gtest.h>

namespace pkigate::api {
namespace {

TEST(WriteJson, KeepsTheOrderOfMembersAndWritesNoBlanks) {
  const Json value = {{"b", 1}, {"a", {true, nullptr, "x"}}, {"c", Json::object()}};
  EXPECT_EQ(WriteJson(value, false), R"({"b":1,"a":[true,null,"x"],"c":{}})");
}

// As golden/xpack-elasticsearch8.json, entry xg8-002, shows it.
TEST(WriteJson, PrettyLooksAsUpstream) {
  const Json value = {{"error", {{"root_cause", {{{"type", "t"}}}}, {"list", {1, 2}}}},
                      {"none", Json::array()},
                      {"nothing", Json::object()}};
  EXPECT_EQ(WriteJson(value, true),
            "{\n"
            "  \"error\" : {\n"
            "    \"root_cause\" : [\n"
            "      {\n"
            "        \"type\" : \"t\"\n"
            "      }\n"
            "    ],\n"
            "    \"list\" : [\n"
            "      1,\n"
            "      2\n"
            "    ]\n"
            "  },\n"
            "  \"none\" : [ ],\n"
            "  \"nothing\" : { }\n"
            "}\n");
}

TEST(WriteJson, WritesValidJsonWhateverANameHolds) {
  const Json value = {{"a\"\\\n", "\xff"}};
  EXPECT_EQ(Json::parse(WriteJson(value, false)), Json({{"a\"\\\n", "\xef\xbf\xbd"}}));
}

}  // namespace
}  // namespace pkigate::api
