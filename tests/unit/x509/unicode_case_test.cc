// SPDX-License-Identifier: Apache-2.0
#include "x509/unicode_case.h"

#include <gtest/gtest.h>

namespace pkigate::x509 {
namespace {

TEST(UnicodeCaseTest, Lower) {
  EXPECT_EQ(ToLowerCase("ABC xyz 123"), "abc xyz 123");
  EXPECT_EQ(ToLowerCase("ÀÖØÞ×ÉŸ"), "àöøþ×éÿ");
  EXPECT_EQ(ToLowerCase("ΑΩ АЯ"), "αω ая");
  EXPECT_EQ(ToLowerCase("ĀāĂ"), "āāă") << "every other character of a range";
  EXPECT_EQ(ToLowerCase("İ"), "i\u0307");
  EXPECT_EQ(ToLowerCase("ΟΔΟΣ"), "οδοσ") << "no final sigma";
  EXPECT_EQ(ToLowerCase("𐐀"), "𐐨") << "beyond 16 bits";
  EXPECT_EQ(ToLowerCase("日本"), "日本");
}

TEST(UnicodeCaseTest, Upper) {
  EXPECT_EQ(ToUpperCase("abc"), "ABC");
  EXPECT_EQ(ToUpperCase("àöøþ÷ÿ"), "ÀÖØÞ÷Ÿ");
  EXPECT_EQ(ToUpperCase("straße ﬁ"), "STRASSE FI");
  EXPECT_EQ(ToUpperCase("ς"), "Σ");
  EXPECT_EQ(ToUpperCase("µ"), "Μ");
  EXPECT_EQ(ToUpperCase("𐐨"), "𐐀");
}

TEST(UnicodeCaseTest, SimpleLowerKeepsTheNumberOfCharacters) {
  EXPECT_EQ(ToSimpleLowerCase("İÉ"), "ié");
  EXPECT_EQ(ToSimpleLowerCase("ẞ"), "ß");
  EXPECT_EQ(ToCaselessForm("ΣΑΣ"), ToCaselessForm("σας"));
  EXPECT_NE(ToCaselessForm("É"), ToCaselessForm("E"));
}

TEST(UnicodeCaseTest, BytesThatAreNoUtf8Stay) {
  const std::string odd = "A\xff\xc3";
  EXPECT_EQ(ToLowerCase(odd), "a\xff\xc3");
  EXPECT_EQ(ToUpperCase("a\xff"), "A\xff");
}

// As Java's equalsIgnoreCase answers.
TEST(UnicodeCaseTest, EqualsIgnoringCase) {
  EXPECT_TRUE(EqualsIgnoringUnicodeCase("ÉVA", "éva"));
  EXPECT_TRUE(EqualsIgnoringUnicodeCase("\u212a", "k"));
  EXPECT_TRUE(EqualsIgnoringUnicodeCase("ſ", "S"));
  EXPECT_TRUE(EqualsIgnoringUnicodeCase("İ", "i"));
  EXPECT_TRUE(EqualsIgnoringUnicodeCase("ς", "σ"));
  EXPECT_TRUE(EqualsIgnoringUnicodeCase("", ""));
  EXPECT_FALSE(EqualsIgnoringUnicodeCase("ß", "ss"));
  EXPECT_FALSE(EqualsIgnoringUnicodeCase("a", "ab"));
  EXPECT_FALSE(EqualsIgnoringUnicodeCase("é", "e"));
  EXPECT_FALSE(EqualsIgnoringUnicodeCase("\xc3", "é"));
}

}  // namespace
}  // namespace pkigate::x509
