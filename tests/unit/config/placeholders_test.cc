// SPDX-License-Identifier: Apache-2.0
#include "config/placeholders.h"

#include <gtest/gtest.h>

#include <map>

#include "base/limits.h"

namespace pkigate::config {
namespace {

std::optional<std::string> Variable(std::string_view name) {
  static const std::map<std::string, std::string, std::less<>> variables = {
      {"HOST", "node1"},
      {"EMPTY", ""},
      {"INDIRECT", "${HOST}.example"},
      {"WHICH", "HOST"},
      {"LOOP", "a${LOOP2}"},
      {"LOOP2", "${LOOP}"},
      {"OPEN", "${HOST"},
      {"LONG", std::string(limits::kExpandedSettingBytesMax, 'x')},
  };
  const auto found = variables.find(name);
  return found == variables.end() ? std::nullopt : std::optional(found->second);
}

std::string Expanded(std::string_view text) {
  const Result<std::string> result = ExpandPlaceholders(text, Variable);
  EXPECT_TRUE(result.ok()) << text << ": " << result.error().message;
  return result.ok() ? *result : "";
}

std::string Problem(std::string_view text) {
  const Result<std::string> result = ExpandPlaceholders(text, Variable);
  EXPECT_FALSE(result.ok()) << text << " became " << *result;
  return result.ok() ? "" : result.error().message;
}

TEST(Placeholders, AreReplaced) {
  EXPECT_EQ(Expanded("plain $text {}"), "plain $text {}");
  EXPECT_EQ(Expanded("${HOST}"), "node1");
  EXPECT_EQ(Expanded("a/${HOST}/${EMPTY}b"), "a/node1/b");
  EXPECT_EQ(Expanded("${INDIRECT}"), "node1.example");
  EXPECT_EQ(Expanded("${${WHICH}}"), "node1") << "the name is made of another one";
}

TEST(Placeholders, DefaultsStandInForWhatIsNotSet) {
  EXPECT_EQ(Expanded("${NOPE:ca.pem}"), "ca.pem");
  EXPECT_EQ(Expanded("${NOPE:}"), "");
  EXPECT_EQ(Expanded("${NOPE:a:b}"), "a:b");
  EXPECT_EQ(Expanded("${NOPE:${HOST}}"), "node1");
  EXPECT_EQ(Expanded("${HOST:other}"), "node1");
  EXPECT_EQ(Problem("${NOPE}"), "Could not resolve placeholder 'NOPE'");
  EXPECT_EQ(Problem("${}"), "Could not resolve placeholder ''");
}

TEST(Placeholders, AnOpenOneIsText) {
  EXPECT_EQ(Expanded("${HOST"), "${HOST");
  EXPECT_EQ(Expanded("x${a${HOST}"), "x${a${HOST}");
  EXPECT_EQ(Expanded("${OPEN}"), "${HOST");
}

TEST(Placeholders, AreBounded) {
  EXPECT_EQ(Problem("${LOOP}"), "Circular placeholder reference 'LOOP'");
  EXPECT_NE(Problem("${LONG}x").find("longer than"), std::string::npos);
  std::string nested = "${HOST}";
  for (size_t depth = 1; depth < limits::kPlaceholderDepthMax; ++depth) {
    nested = "${N" + std::to_string(depth) + ":" + nested + "}";
  }
  EXPECT_EQ(Expanded(nested), "node1");
  EXPECT_NE(Problem("${TOO:" + nested + "}").find("nest deeper"), std::string::npos);
}

}  // namespace
}  // namespace pkigate::config
