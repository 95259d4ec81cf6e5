// SPDX-License-Identifier: Apache-2.0
#include "base/ip_address.h"

#include <gtest/gtest.h>

namespace pkigate {
namespace {

TEST(IpAddress, PrintsCanonicalForms) {
  EXPECT_EQ(IpAddress::Parse("10.1.2.3")->Text(), "10.1.2.3");
  EXPECT_EQ(IpAddress::Parse("2001:DB8:0:0:0:0:0:7")->Text(), "2001:db8::7");
  EXPECT_EQ(IpAddress::Parse("::ffff:10.0.0.1")->Text(), "10.0.0.1") << "mapped is IPv4";
}

TEST(IpAddress, RefusesOtherSpellings) {
  for (const char* text : {"", "10.1.2", "010.1.2.3", "10.1.2.3 ", "::1%lo", "[::1]", "host"}) {
    const Result<IpAddress> parsed = IpAddress::Parse(text);
    ASSERT_FALSE(parsed.ok()) << text;
    EXPECT_STREQ(parsed.error().code, "not_an_ip");
  }
}

TEST(SocketAddress, RoundTripsThroughTheNativeForm) {
  for (const char* text : {"127.0.0.1:9200", "[2001:db8::7]:41822", "0.0.0.0:0"}) {
    const SocketAddress address = *SocketAddress::Parse(text);
    sockaddr_storage native;
    address.ToNative(&native);
    EXPECT_EQ(SocketAddress::FromNative(native), address);
    EXPECT_EQ(address.Text(), text);
  }
}

TEST(SocketAddress, RefusesWhatIsNotAddressAndPort) {
  for (const char* text : {"127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1",
                           "127.0.0.1:80x", "::1:80", "localhost:80"}) {
    EXPECT_FALSE(SocketAddress::Parse(text).ok()) << text;
  }
}

}  // namespace
}  // namespace pkigate
