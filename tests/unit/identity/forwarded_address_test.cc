// SPDX-License-Identifier: Apache-2.0
//
// Whose address a proxy names (opendistro.md, 8.2), beyond tests/data/vectors/opendistro_xff.
#include "identity/forwarded_address.h"

#include <gtest/gtest.h>

namespace pkigate::identity {
namespace {

using Headers = std::vector<HeaderField>;

// The address, `-` where none is named, `!` where it is none.
std::string Find(const std::string& peer, const Headers& headers,
                 const XffModel& model = {.enabled = true},
                 Dialect dialect = Dialect::kOpendistro) {
  const auto forwarded = ForwardedAddress::Compile(model, dialect);
  EXPECT_TRUE(forwarded.ok());
  match::Scratch scratch;
  const auto found = forwarded->Find(*IpAddress::Parse(peer), headers, scratch);
  if (!found.ok()) {
    return "!";
  }
  return found->has_value() ? (*found)->Text() : "-";
}

Headers Xff(std::string_view value) { return {{"x-forwarded-for", value}}; }

TEST(ForwardedAddress, ByDefaultThePrivateRangesAreTrusted) {
  for (const char* peer : {"10.1.2.3", "192.168.0.1", "169.254.1.1", "127.0.0.1", "172.16.0.1",
                           "172.29.0.1", "172.31.255.255"}) {
    EXPECT_EQ(Find(peer, Xff("203.0.113.9")), "203.0.113.9") << peer;
  }
  for (const char* peer : {"11.0.0.1", "172.32.0.1", "172.15.0.1", "192.169.0.1", "::1"}) {
    EXPECT_EQ(Find(peer, Xff("203.0.113.9")), "-") << peer;
  }
  EXPECT_EQ(Find("10.1.2.3", Xff("203.0.113.9"), {}), "-") << "off";
  XffModel nobody{.enabled = true};
  nobody.internal_proxies = "";
  EXPECT_EQ(Find("10.1.2.3", Xff("203.0.113.9"), nobody), "-");
}

TEST(ForwardedAddress, TheFirstFromTheRightThatIsNoProxy) {
  EXPECT_EQ(Find("10.0.0.1", Xff("1.1.1.1, 2.2.2.2,10.0.0.2 , 10.0.0.3")), "2.2.2.2");
  EXPECT_EQ(Find("10.0.0.1", Xff("10.0.0.4, 10.0.0.2")), "10.0.0.4") << "else the leftmost";
  EXPECT_EQ(Find("10.0.0.1", Xff("2001:db8::7")), "2001:db8::7");
  EXPECT_EQ(Find("10.0.0.1", Xff("1.1.1.1, ,")), "1.1.1.1") << "as Java splits";
}

TEST(ForwardedAddress, AnEmptyHeaderIsAbsent) {
  for (const char* value : {"", " ", ",", ", ,"}) {
    EXPECT_EQ(Find("10.0.0.1", Xff(value)), "-") << value;
  }
}

TEST(ForwardedAddress, WhatIsNoAddress) {
  for (const char* value : {"proxy.example.com", "1.2.3.4:99", "[::1]", "1.2.3", "unknown",
                            "1.1.1.1, x", "1.1.1.1,,10.0.0.2", "fe80::1%eth0"}) {
    EXPECT_EQ(Find("10.0.0.1", Xff(value)), "!") << value;
  }
  EXPECT_EQ(Find("11.0.0.1", Xff("unknown")), "-") << "of nobody we trust";
}

TEST(ForwardedAddress, SeveralLines) {
  const Headers lines = {{"X-Forwarded-For", "1.1.1.1"}, {"x-forwarded-for", "10.0.0.2"}};
  EXPECT_EQ(Find("10.0.0.1", lines), "1.1.1.1");
  EXPECT_EQ(Find("10.0.0.1", lines, {.enabled = true}, Dialect::kOpensearch), "10.0.0.2");
}

TEST(ForwardedAddress, Ipv6ProxiesInEitherSpelling) {
  for (const char* proxies : {"::1", "0:0:0:0:0:0:0:1"}) {
    XffModel model{.enabled = true};
    model.internal_proxies = proxies;
    EXPECT_EQ(Find("::1", Xff("1.1.1.1"), model), "1.1.1.1") << proxies;
    EXPECT_EQ(Find("::2", Xff("1.1.1.1"), model), "-") << proxies;
  }
}

TEST(ForwardedAddress, ExpressionsThatAreNone) {
  XffModel model{.enabled = true};
  model.internal_proxies = "(";
  EXPECT_FALSE(ForwardedAddress::Compile(model, Dialect::kOpendistro).ok());
}

}  // namespace
}  // namespace pkigate::identity
