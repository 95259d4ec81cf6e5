// SPDX-License-Identifier: Apache-2.0
#include "x509/dn_likeness.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "x509/attribute_names.h"

namespace pkigate::x509 {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

using Order = DnDifference::Order;

class DnLikenessTest : public ::testing::Test {
 protected:
  DnDifference To(std::string_view written) const {
    const std::optional<DnDifference> difference = likeness_.To(written);
    EXPECT_TRUE(difference.has_value()) << written;
    return difference.value_or(DnDifference());
  }
  const DnLikeness likeness_{"CN=Ann Lee,EMAILADDRESS=a@b,OU=x\\, y,O=Acme,ST=Ohio,C=US"};
};

TEST_F(DnLikenessTest, TheSameTextDiffersInNothing) {
  const DnDifference same = To("CN=Ann Lee,EMAILADDRESS=a@b,OU=x\\, y,O=Acme,ST=Ohio,C=US");
  EXPECT_EQ(same.order, Order::kSame);
  EXPECT_TRUE(same.types.empty());
  EXPECT_FALSE(same.letter_case || same.spacing);
}

TEST_F(DnLikenessTest, Order) {
  const DnDifference reversed = To("C=US,ST=Ohio,O=Acme,OU=x\\, y,EMAILADDRESS=a@b,CN=Ann Lee");
  EXPECT_EQ(reversed.order, Order::kReversed);
  EXPECT_FALSE(reversed.letter_case || reversed.spacing);
  EXPECT_EQ(
      To("C = US, ST = Ohio, O = Acme, OU = \"x, y\", EMAILADDRESS = a@b, CN = Ann Lee").order,
      Order::kReversed);
  EXPECT_EQ(To("/C=US/ST=Ohio/O=Acme/OU=x, y/EMAILADDRESS=a@b/CN=Ann Lee").order, Order::kReversed);
  EXPECT_EQ(To("EMAILADDRESS=a@b,CN=Ann Lee,OU=x\\, y,O=Acme,ST=Ohio,C=US").order, Order::kOther);
}

TEST_F(DnLikenessTest, Types) {
  EXPECT_THAT(To("CN=Ann Lee,E=a@b,OU=x\\, y,O=Acme,S=Ohio,C=US").types,
              ElementsAre(Pair("E", "EMAILADDRESS"), Pair("S", "ST")));
  EXPECT_THAT(To("OID.2.5.4.3=Ann Lee,EMAILADDRESS=a@b,OU=x\\, y,O=Acme,2.5.4.8=Ohio,C=US").types,
              ElementsAre(Pair("OID.2.5.4.3", "CN"), Pair("2.5.4.8", "ST")));
}

TEST_F(DnLikenessTest, LettersAndBlanks) {
  const DnDifference letters = To("cn=ann lee,EMAILADDRESS=A@b,OU=x\\, y,O=Acme,ST=Ohio,C=US");
  EXPECT_TRUE(letters.letter_case);
  EXPECT_FALSE(letters.spacing);
  const DnDifference blanks =
      To("CN=Ann Lee, EMAILADDRESS=a@b, OU=\"x, y\", O=Acme, ST=Ohio, C=US");
  EXPECT_TRUE(blanks.spacing);
  EXPECT_FALSE(blanks.letter_case);
  EXPECT_TRUE(To("CN=Ann  Lee,EMAILADDRESS=a@b,OU=x\\, y,O=Acme,ST=Ohio,C=US").spacing);
}

TEST_F(DnLikenessTest, OtherNamesAreNotAlike) {
  for (const char* other :
       {"CN=Ann Lea,EMAILADDRESS=a@b,OU=x\\, y,O=Acme,ST=Ohio,C=US", "CN=Ann Lee", "Ann Lee", "",
        "CN=Ann Lee,EMAILADDRESS=a@b,OU=x\\, y,O=Acme,L=Ohio,C=US", "CN=\\"}) {
    EXPECT_FALSE(likeness_.To(other).has_value()) << other;
  }
  EXPECT_FALSE(DnLikeness("Ann").To("Ann").has_value());
  EXPECT_FALSE(DnLikeness("").To("").has_value());
}

TEST_F(DnLikenessTest, Below) {
  EXPECT_TRUE(likeness_.IsBelow("o=acme, s=Ohio, C=US"));
  EXPECT_TRUE(likeness_.IsBelow("C=US"));
  EXPECT_FALSE(likeness_.IsBelow("O=Acme"));
  EXPECT_FALSE(likeness_.IsBelow("CN=Ann Lee,EMAILADDRESS=a@b,OU=x\\, y,O=Acme,ST=Ohio,C=US"));
  EXPECT_FALSE(likeness_.IsBelow(""));
}

TEST(DnLikenessKeyTest, EqualForAlikeNames) {
  const auto key = DnLikeness::KeyOf("CN=a, E=x, O=b");
  ASSERT_TRUE(key.has_value());
  EXPECT_EQ(DnLikeness::KeyOf("o=B,emailAddress=X,cn=A"), key);
  EXPECT_NE(DnLikeness::KeyOf("CN=a+E=x,O=b"), key);
  EXPECT_NE(DnLikeness::KeyOf("CN=a,E=x"), key);
  EXPECT_EQ(DnLikeness::KeyOf("a"), std::nullopt);
}

TEST_F(DnLikenessTest, PatternsAndValues) {
  EXPECT_EQ(likeness_.WithTypesOf("*,E=a@b,*,S=Ohio,*"), "*,EMAILADDRESS=a@b,*,ST=Ohio,*");
  EXPECT_EQ(likeness_.WithTypesOf("*,L=E,X=S"), "*,L=E,X=S");
  EXPECT_TRUE(likeness_.HasValue("ann lee"));
  EXPECT_FALSE(likeness_.HasValue("ann"));
}

TEST(TypeNameTest, AnySpelling) {
  EXPECT_EQ(OidOfTypeName("emailaddress"), "1.2.840.113549.1.9.1");
  EXPECT_EQ(OidOfTypeName("OID.2.5.4.3"), "2.5.4.3");
  EXPECT_EQ(OidOfTypeName("1.2.3"), "1.2.3");
  EXPECT_EQ(OidOfTypeName("Nothing"), "nothing");
}

}  // namespace
}  // namespace pkigate::x509
