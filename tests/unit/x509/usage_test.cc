// SPDX-License-Identifier: Apache-2.0
#include "x509/usage.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/hex.h"
#include "test_names.h"
#include "test_pki.h"
#include "x509/trust_store.h"

namespace pkigate::x509 {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Issue;
using testing::IssueCa;
using testing::IssueCrl;
using testing::Issued;
using testing::kNow;
using testing::kYear;
using testing::Wishes;

TEST(UsageTest, NamesWhatACertificateIsFor) {
  Wishes wishes;
  wishes.key_usage = 0x80 | 0x04;
  wishes.extended_key_usage = {"1.3.6.1.5.5.7.3.2", "2.5.29.37.0", "1.2.3.4"};
  const auto usages = ReadUsages(Issue(wishes).der);
  ASSERT_TRUE(usages.ok()) << usages.error().message;
  EXPECT_TRUE(usages->limits_key);
  EXPECT_THAT(usages->key, ElementsAre("digitalSignature", "keyCertSign"));
  EXPECT_TRUE(usages->limits_purpose);
  EXPECT_THAT(usages->extended_key, ElementsAre("clientAuth", "anyExtendedKeyUsage", "1.2.3.4"));
}

TEST(UsageTest, WithoutExtensionsNothingIsLimited) {
  const auto usages = ReadUsages(Issue({}).der);
  ASSERT_TRUE(usages.ok()) << usages.error().message;
  EXPECT_FALSE(usages->limits_key);
  EXPECT_FALSE(usages->limits_purpose);
  EXPECT_THAT(usages->key, IsEmpty());
  EXPECT_THAT(usages->extended_key, IsEmpty());
}

TEST(UsageTest, AnExtensionThatCannotBeReadIsNoAbsentOne) {
  Wishes wishes;
  wishes.extensions = {{.oid = "2.5.29.37", .value = {0x04, 0x00}}};
  const auto usages = ReadUsages(Issue(wishes).der);
  ASSERT_FALSE(usages.ok());
  EXPECT_THAT(usages.error().message, HasSubstr("extKeyUsage"));
  EXPECT_FALSE(ReadUsages(testing::Der{0x30, 0x00}).ok());
}

std::vector<uint8_t> Bytes(std::string_view text) { return {text.begin(), text.end()}; }

TEST(SanTextTest, EachKind) {
  EXPECT_EQ(SanText({SanType::kDnsName, Bytes("host")}), "DNS:host");
  EXPECT_EQ(SanText({SanType::kRfc822Name, Bytes("a@b")}), "email:a@b");
  EXPECT_EQ(SanText({SanType::kUniformResourceIdentifier, Bytes("spiffe://x/y")}),
            "URI:spiffe://x/y");
  EXPECT_EQ(SanText({SanType::kIpAddress, {192, 0, 2, 1}}), "IP:192.0.2.1");
  EXPECT_EQ(SanText({SanType::kIpAddress, std::vector<uint8_t>(15, 0x20)}),
            "IP:#" + ToHex(std::vector<uint8_t>(15, 0x20)));
  std::vector<uint8_t> loopback(16, 0);
  loopback.back() = 1;
  EXPECT_EQ(SanText({SanType::kIpAddress, loopback}), "IP:::1");
  EXPECT_EQ(SanText({SanType::kDirectoryName, testing::NameOfCn("a, b").der()}),
            R"(DirName:CN=a\, b)");
  EXPECT_EQ(SanText({SanType::kDirectoryName, {0x31}}), "DirName:#31");
  EXPECT_EQ(SanText({SanType::kRegisteredId, {0x2a, 0x03}}), "RID:1.2.3");
  EXPECT_EQ(SanText({SanType::kOtherName, {0x0c, 0x00}}), "otherName:#0c00");
}

TEST(SanTextTest, CannotBreakALine) {
  EXPECT_EQ(SanText({SanType::kDnsName, Bytes("a\nb\\")}), R"(DNS:a\0ab\5c)");
}

TEST(TrustStoreEndsTest, OfAnchorsAndLists) {
  const Issued authority = IssueCa("Authority");
  const auto trust = TrustStore::Create({{authority.der}}, {{IssueCrl(authority, {})}}, {});
  ASSERT_TRUE(trust.ok()) << trust.error().message;
  const std::vector<TrustStore::End> ends = (*trust)->Ends();
  ASSERT_EQ(ends.size(), 2U);
  EXPECT_FALSE(ends[0].is_crl);
  EXPECT_EQ(ends[0].name, "CN=Authority,O=Test");
  EXPECT_EQ(ends[0].end_unix, kNow + 10 * kYear);
  EXPECT_TRUE(ends[1].is_crl);
  EXPECT_EQ(ends[1].name, "CN=Authority,O=Test");
  EXPECT_EQ(ends[1].end_unix, kNow + kYear / 2);
}

}  // namespace
}  // namespace pkigate::x509
