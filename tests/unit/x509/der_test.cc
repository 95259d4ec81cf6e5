// SPDX-License-Identifier: Apache-2.0
#include "x509/der.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "x509/der_time.h"
#include "x509/oid.h"

namespace pkigate::x509 {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using Bytes = std::vector<uint8_t>;

std::string ErrorOf(const Bytes& bytes) {
  DerReader in(bytes, "malformed_test");
  const auto element = in.Next("a thing");
  EXPECT_FALSE(element.ok());
  return element.ok() ? "" : element.error().message;
}

TEST(DerReaderTest, ReadsElementsOneAfterAnother) {
  const Bytes bytes = {0x02, 0x01, 0x07, 0x30, 0x03, 0x02, 0x01, 0x09};
  DerReader in(bytes, "malformed_test");
  const auto number = in.Next(der::kInteger, "a number");
  ASSERT_TRUE(number.ok());
  EXPECT_THAT(number->content, ElementsAre(7));
  EXPECT_THAT(number->tlv, ElementsAre(0x02, 0x01, 0x07));
  auto inner = in.Enter(der::kSequence, "a list");
  ASSERT_TRUE(inner.ok());
  EXPECT_TRUE(in.empty());
  const auto last = inner->Next(der::kInteger, "a number");
  ASSERT_TRUE(last.ok());
  EXPECT_EQ(last->position, 5U) << "positions are those of the whole input";
  EXPECT_TRUE(inner->End("the number").ok());
}

TEST(DerReaderTest, ReadsLongLengths) {
  Bytes bytes = {0x04, 0x81, 0x80};
  bytes.resize(3 + 0x80);
  DerReader in(bytes, "malformed_test");
  const auto element = in.Next("a string");
  ASSERT_TRUE(element.ok());
  EXPECT_EQ(element->content.size(), 0x80U);
}

TEST(DerReaderTest, RefusesEverythingElse) {
  EXPECT_THAT(ErrorOf({}), HasSubstr("byte 0: a thing is missing or cut off"));
  EXPECT_THAT(ErrorOf({0x02}), HasSubstr("cut off"));
  EXPECT_THAT(ErrorOf({0x02, 0x02, 0x01}), HasSubstr("only 1 are there"));
  EXPECT_THAT(ErrorOf({0x1f, 0x01, 0x00}), HasSubstr("tag of more than one octet"));
  EXPECT_THAT(ErrorOf({0x30, 0x80, 0x00, 0x00}), HasSubstr("indefinite"));
  EXPECT_THAT(ErrorOf({0x30, 0x84, 0x00, 0x00, 0x00, 0x00}), HasSubstr("too large"));
  EXPECT_THAT(ErrorOf({0x04, 0x82, 0x01}), HasSubstr("length of a thing is cut off"));
  EXPECT_THAT(ErrorOf({0x04, 0x81, 0x01, 0x00}), HasSubstr("shortest form"));
  Bytes padded = {0x04, 0x82, 0x00, 0x80};
  padded.resize(4 + 0x80);
  EXPECT_THAT(ErrorOf(padded), HasSubstr("shortest form"));
}

TEST(DerReaderTest, NamesTheTagItFound) {
  const Bytes bytes = {0x02, 0x01, 0x07};
  DerReader in(bytes, "malformed_test");
  const auto element = in.Next(der::kSequence, "a list");
  ASSERT_FALSE(element.ok());
  EXPECT_STREQ(element.error().code, "malformed_test");
  EXPECT_EQ(element.error().message, "byte 0: found tag 0x02 where a list (0x30) was expected");
  EXPECT_THAT(in.End("the start").error().message, StartsWith("byte 0: 3 bytes too many"));
}

TEST(OidTest, Dotted) {
  EXPECT_EQ(DottedOid(Bytes{0x55, 0x04, 0x03}), "2.5.4.3");
  EXPECT_EQ(DottedOid(Bytes{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x01}),
            "1.2.840.113549.1.9.1");
  EXPECT_EQ(DottedOid(Bytes{0x00}), "0.0");
  EXPECT_EQ(DottedOid(Bytes{0x27}), "0.39");
  EXPECT_EQ(DottedOid(Bytes{0x28}), "1.0");
  EXPECT_EQ(DottedOid(Bytes{0x4f}), "1.39");
  EXPECT_EQ(DottedOid(Bytes{0x50}), "2.0");
  EXPECT_EQ(DottedOid(Bytes{0x88, 0x37}), "2.999");
  // An arc of 128 bits (2.25.<UUID>): all ones.
  Bytes uuid = {0x69, 0x83};
  uuid.insert(uuid.end(), 17, 0xff);
  uuid.push_back(0x7f);
  EXPECT_EQ(DottedOid(uuid), "2.25.340282366920938463463374607431768211455");
}

TEST(OidTest, RefusesWhatIsNone) {
  EXPECT_FALSE(DottedOid(Bytes{}).has_value());
  EXPECT_FALSE(DottedOid(Bytes{0x55, 0x84}).has_value()) << "cut off";
  EXPECT_FALSE(DottedOid(Bytes{0x55, 0x80, 0x03}).has_value()) << "leading zero";
  EXPECT_TRUE(DottedOid(Bytes(100, 0x01)).has_value());
  EXPECT_FALSE(DottedOid(Bytes(101, 0x01)).has_value()) << "too long";
}

TEST(OidTest, IsDotted) {
  for (const char* const good : {"2.5.4.3", "0.39", "1.39.1", "2.999", "2.25.0"}) {
    EXPECT_TRUE(IsDottedOid(good)) << good;
  }
  for (const char* const bad : {"", "2", "2.", ".5", "2..5", "2.05", "3.1", "0.40", "1.100", "CN",
                                "2.5.4.3 ", "-1.2", "OID.2.5.4.3", "22.1"}) {
    EXPECT_FALSE(IsDottedOid(bad)) << bad;
  }
}

std::optional<int64_t> Time(uint8_t tag, std::string_view text) {
  return ParseDerTime(tag, {reinterpret_cast<const uint8_t*>(text.data()), text.size()});
}

TEST(DerTimeTest, BothForms) {
  EXPECT_EQ(Time(der::kUtcTime, "700101000000Z"), 0);
  EXPECT_EQ(Time(der::kUtcTime, "240229123456Z"), 1709210096);
  EXPECT_EQ(Time(der::kUtcTime, "500101000000Z"), -631152000) << "1950";
  EXPECT_EQ(Time(der::kUtcTime, "491231235959Z"), 2524607999) << "2049";
  EXPECT_EQ(Time(der::kGeneralizedTime, "20500101000000Z"), 2524608000);
  EXPECT_EQ(Time(der::kGeneralizedTime, "99991231235959Z"), 253402300799);
}

TEST(DerTimeTest, RefusesOtherFormsAndDatesThatDoNotExist) {
  for (const char* const bad :
       {"230229000000Z", "241301000000Z", "240132000000Z", "240101240000Z", "240101006000Z",
        "240101000060Z", "2401010000Z", "240101000000", "240101000000+0100", "24010100000aZ",
        "240001000000Z", "240100000000Z", "20240101000000Z", ""}) {
    EXPECT_FALSE(Time(der::kUtcTime, bad).has_value()) << bad;
  }
  EXPECT_FALSE(Time(der::kGeneralizedTime, "20240101000000.5Z").has_value());
  EXPECT_FALSE(Time(der::kGeneralizedTime, "240101000000Z").has_value());
  EXPECT_FALSE(Time(der::kOctetString, "240101000000Z").has_value());
}

}  // namespace
}  // namespace pkigate::x509
