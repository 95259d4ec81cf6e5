// SPDX-License-Identifier: Apache-2.0
#include "x509/username_rdn.h"

#include <gtest/gtest.h>

#include "test_names.h"
#include "x509/der.h"

namespace pkigate::x509 {
namespace {

using testing::kCn;
using testing::kO;
using testing::kOu;
using testing::MakeName;

constexpr char kCnOid[] = "2.5.4.3";

// X-AUT-24
TEST(UsernameRdnTest, TheLastEncodedWins) {
  const Name name = MakeName({{{kOu, der::kUtf8String, "first"}},
                              {{kO, der::kUtf8String, "o"}, {kOu, der::kUtf8String, "second"}},
                              {{kCn, der::kUtf8String, "Test, User"}}});
  EXPECT_EQ(LastAttributeByOid(name, "2.5.4.11"), "second");
  EXPECT_EQ(LastAttributeByOid(name, kCnOid), "Test, User") << "raw: no quotes, no escapes";
  EXPECT_FALSE(LastAttributeByOid(name, "2.5.4.12").has_value());
  EXPECT_FALSE(LastAttributeByOid(Name(), kCnOid).has_value());
}

TEST(UsernameRdnTest, WhatDoesNotDecodeIsNoUsername) {
  const auto value = [](uint8_t tag, const std::string& content) {
    return LastAttributeByOid(
        MakeName({{{kCn, der::kUtf8String, "earlier"}}, {{kCn, tag, content}}}), kCnOid);
  };
  EXPECT_EQ(value(der::kNumericString, "12"), "12");
  EXPECT_EQ(value(der::kVisibleString, "v"), "v");
  EXPECT_EQ(value(der::kBmpString, std::string("\0a", 2)), "a");
  EXPECT_FALSE(value(der::kT61String, "a").has_value());
  EXPECT_FALSE(value(der::kUniversalString, std::string("\0\0\0a", 4)).has_value());
  EXPECT_FALSE(value(der::kOctetString, "a").has_value());
  EXPECT_FALSE(value(der::kUtf8String, "a\xff").has_value());
  EXPECT_FALSE(value(der::kIa5String, "\xe9").has_value());
}

// X-SET-13, X-SET-50
TEST(UsernameRdnTest, Names) {
  EXPECT_EQ(OidOfRdnName("cn"), kCnOid);
  EXPECT_EQ(OidOfRdnName("GenerationQualifier"), "2.5.4.44");
  EXPECT_EQ(OidOfRdnName("E"), "1.2.840.113549.1.9.1");
  EXPECT_EQ(OidOfRdnName("1.2.3"), "1.2.3");
  for (const char* const unknown : {"SURNAME", "S", "T", "GENERATION", "DNQ", "EMAIL", "IP",
                                    "COMMONNAME", "OID.2.5.4.3", "", "1", "1.02"}) {
    EXPECT_FALSE(OidOfRdnName(unknown).has_value()) << unknown;
  }
}

}  // namespace
}  // namespace pkigate::x509
