// SPDX-License-Identifier: Apache-2.0
//
// Textual DNs in the rules of both dialects. Normal forms were compared with X-Pack's own DN
// library and equality with javax.naming.ldap.LdapName over 100,000 random DNs each when this was
// written; what stands here are the rules, one by one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits.h"
#include "x509/ldap_dn.h"
#include "x509/ldap_name.h"

namespace pkigate::x509 {
namespace {

using ::testing::HasSubstr;

std::string Normal(std::string_view text) {
  const auto dn = LdapDn::Parse(text);
  EXPECT_TRUE(dn.ok()) << text << ": " << (dn.ok() ? "" : dn.error().message);
  return dn.ok() ? dn->NormalForm() : "(none)";
}

std::string DnError(std::string_view text) {
  const auto dn = LdapDn::Parse(text);
  EXPECT_FALSE(dn.ok()) << text;
  return dn.ok() ? "" : dn.error().message;
}

TEST(LdapDnTest, NormalForm) {
  EXPECT_EQ(Normal("CN=John  Doe , OU = Example;O=com"), "cn=john doe,ou=example,o=com");
  EXPECT_EQ(Normal("UID=b + CN=a,O=c"), "cn=a+uid=b,o=c");
  EXPECT_EQ(Normal("OU=b+OU=A"), "ou=a+ou=b") << "values of one type count all";
  EXPECT_EQ(Normal("OU=a+ou= A"), "ou=a") << "each once";
  EXPECT_EQ(Normal("OU=é+OU=b"), R"(ou=b+ou=\c3\a9)") << "sorted before they are escaped";
  EXPECT_EQ(Normal("a-b=x+a=y"), "a=y+a-b=x") << "sorted by type, not by text";
  EXPECT_EQ(Normal(""), "");
  EXPECT_EQ(Normal("  "), "");
  EXPECT_EQ(Normal("cn="), "cn=");
  EXPECT_EQ(Normal("cn=\\ \\ "), "cn=\\ ") << "only spaces: one";
}

TEST(LdapDnTest, EscapesAndQuotes) {
  EXPECT_EQ(Normal(R"(cn=Doe\, John)"), R"(cn=doe\, john)");
  EXPECT_EQ(Normal(R"(cn="Doe, John")"), R"(cn=doe\, john)");
  EXPECT_EQ(Normal(R"(cn=Doe\2C John)"), R"(cn=doe\, john)");
  EXPECT_EQ(Normal(R"(cn="a\"b\\c")"), R"(cn=a\"b\\c)");
  EXPECT_EQ(Normal(R"(cn=\#a#)"), R"(cn=\#a#)");
  EXPECT_EQ(Normal("cn=a\tb"), R"(cn=a\09b)");
  EXPECT_EQ(Normal("cn=#0c026162"), "cn=ab") << "the content of the DER value";
}

TEST(LdapDnTest, CaseBeyondAscii) {
  EXPECT_EQ(Normal("cn=ÉVA"), R"(cn=\c3\a9va)");
  EXPECT_EQ(Normal("cn=Éva"), Normal("cn=\\c3\\89VA"));
  EXPECT_NE(Normal("cn=Éva"), Normal("cn=Eva"));
  EXPECT_EQ(Normal("cn=ΣΣ"), Normal("cn=σσ"));
  EXPECT_NE(Normal("cn=ß"), Normal("cn=ss"));
  EXPECT_EQ(Normal("cn=\\c3a"), R"(cn=\ef\bf\bda)") << "bytes that are no text are replaced";
}

TEST(LdapDnTest, RefusesWhatIsNoDn) {
  EXPECT_THAT(DnError("a"), HasSubstr("byte 1: `=` was expected"));
  EXPECT_THAT(DnError("=a"), HasSubstr("type was expected"));
  EXPECT_THAT(DnError("cn=a,"), HasSubstr("type was expected"));
  EXPECT_THAT(DnError("cn=a+"), HasSubstr("type was expected"));
  EXPECT_THAT(DnError("cn=a,,o=b"), HasSubstr("type was expected"));
  EXPECT_THAT(DnError("cn,o=b"), HasSubstr("`=` was expected"));
  EXPECT_THAT(DnError("cn=a\\"), HasSubstr("ends with a backslash"));
  EXPECT_THAT(DnError("cn=a\\cx"), HasSubstr("two hexadecimal digits"));
  EXPECT_THAT(DnError("cn=\"a"), HasSubstr("closing quotation mark"));
  EXPECT_THAT(DnError("cn=\"a\"b"), HasSubstr("after the value"));
  EXPECT_THAT(DnError("cn=a\"b"), HasSubstr("has to be escaped"));
  EXPECT_THAT(DnError("cn=#0c03"), HasSubstr("not one DER element"));
  EXPECT_THAT(DnError("cn=#0c0161ff"), HasSubstr("not one DER element"));
  EXPECT_THAT(DnError("cn=#0g"), HasSubstr("two hexadecimal digits"));
  EXPECT_THAT(DnError("cn=#"), HasSubstr("not one DER element"));
  EXPECT_THAT(DnError("cn=#0c0161 x"), HasSubstr("after the value"));
}

std::string Repeated(std::string_view one, size_t times, char separator) {
  std::string text(one);
  for (size_t index = 1; index < times; ++index) {
    text += separator;
    text += one;
  }
  return text;
}

TEST(LdapDnTest, Limits) {
  EXPECT_TRUE(LdapDn::Parse(Repeated("a=b", limits::kDnRdnsMax, ',')).ok());
  EXPECT_THAT(DnError(Repeated("a=b", limits::kDnRdnsMax + 1, ',')), HasSubstr("more than"));
  EXPECT_THAT(DnError(Repeated("a=b", limits::kDnAttributesMax + 1, '+')), HasSubstr("more than"));
  EXPECT_THAT(DnError("a=" + std::string(limits::kDnTextBytesMax, 'b')), HasSubstr("bytes"));
}

bool Equal(std::string_view a, std::string_view b) {
  const auto name_a = LdapName::Parse(a);
  const auto name_b = LdapName::Parse(b);
  EXPECT_TRUE(name_a.ok()) << a;
  EXPECT_TRUE(name_b.ok()) << b;
  return name_a.ok() && name_b.ok() && *name_a == *name_b;
}

std::string NameError(std::string_view text) {
  const auto name = LdapName::Parse(text);
  EXPECT_FALSE(name.ok()) << text;
  return name.ok() ? "" : name.error().message;
}

TEST(LdapNameTest, Equality) {
  EXPECT_TRUE(Equal("CN=kirk, OU=Client ; o=X", "cn=KIRK,ou=client,O=x"));
  EXPECT_FALSE(Equal("CN=kirk,OU=client", "OU=client,CN=kirk"));
  EXPECT_FALSE(Equal("CN=kirk", "CN=kirk,OU=client"));
  EXPECT_TRUE(Equal(R"(CN="a, b")", R"(CN=a\, b)"));
  EXPECT_TRUE(Equal("OU=b+CN=a", "cn=A+ou=B"));
  EXPECT_FALSE(Equal("OU=b,CN=a", "OU=b+CN=a"));
  EXPECT_FALSE(Equal("CN=a  b", "CN=a b")) << "inner blanks count";
  EXPECT_FALSE(Equal("E=a@b", "EMAILADDRESS=a@b"));
  EXPECT_FALSE(Equal("2.5.4.97=x", "OID.2.5.4.97=x"));
  EXPECT_FALSE(Equal("CN=*", "CN=x"));
}

TEST(LdapNameTest, CaseOfValuesAsJava) {
  EXPECT_TRUE(Equal("CN=ÉVA", "CN=éva"));
  EXPECT_TRUE(Equal("CN=ß", "CN=SS"));
  EXPECT_TRUE(Equal("CN=ς", "CN=Σ"));
  EXPECT_TRUE(Equal("CN=İ", "CN=i"));
  EXPECT_FALSE(Equal("CN=İ", "CN=i\u0307"));
  EXPECT_FALSE(Equal("CN=é", "CN=e"));
}

TEST(LdapNameTest, TextAndBinaryValuesDiffer) {
  EXPECT_TRUE(Equal("CN=#0C0161", "CN=#0c0161"));
  EXPECT_FALSE(Equal("CN=#0c0161", R"(CN=\#0c0161)"));
}

TEST(LdapNameTest, Reversed) {
  const auto pasted = LdapName::Parse("C=DE,O=x,CN=a");
  const auto principal = LdapName::Parse("CN=a,O=x,C=de");
  ASSERT_TRUE(pasted.ok() && principal.ok());
  EXPECT_FALSE(*pasted == *principal);
  EXPECT_TRUE(pasted->Reversed() == *principal);
}

TEST(LdapNameTest, TextSortsTheValuesOfAnRdn) {
  const auto name = LdapName::Parse("ou=b+OU=A+cn=\"z, y\" , O=#0C0161");
  ASSERT_TRUE(name.ok());
  EXPECT_EQ(name->Text(), R"(cn=z\, y+OU=A+ou=b,O=#0c0161)");
}

TEST(LdapNameTest, LenientEnds) {
  EXPECT_TRUE(Equal("CN=a+", "CN=a"));
  EXPECT_FALSE(Equal("CN=a,", "CN=a")) << "upstream: an empty RDN more";
}

TEST(LdapNameTest, RefusesWhatIsNoDn) {
  EXPECT_THAT(NameError(" "), HasSubstr("type was expected"));
  EXPECT_THAT(NameError("/CN=a"), HasSubstr("type was expected"));
  EXPECT_THAT(NameError("CN"), HasSubstr("`=` was expected"));
  EXPECT_THAT(NameError("C_N=a"), HasSubstr("`=` was expected"));
  EXPECT_THAT(NameError("CN=a\\"), HasSubstr("ends with a backslash"));
  EXPECT_THAT(NameError("CN=\"a"), HasSubstr("closing quotation mark"));
  EXPECT_THAT(NameError("CN=\"a\\\""), HasSubstr("closing quotation mark"));
  EXPECT_THAT(NameError("CN=\"a\"b"), HasSubstr("after the value"));
  EXPECT_THAT(NameError("CN=\"\""), HasSubstr("empty"));
  EXPECT_THAT(NameError("CN=a\\x1"), HasSubstr("backslash has to be followed"));
  EXPECT_THAT(NameError("CN=a\\4"), HasSubstr("backslash has to be followed"));
  EXPECT_THAT(NameError("CN=a\\é"), HasSubstr("backslash has to be followed"));
  EXPECT_THAT(NameError("CN=#123"), HasSubstr("pairs of hexadecimal digits"));
  EXPECT_THAT(NameError("CN=#12 34"), HasSubstr("after the value"));
}

TEST(LdapNameTest, Limits) {
  EXPECT_TRUE(LdapName::Parse(Repeated("a=b", limits::kDnRdnsMax, ',')).ok());
  EXPECT_THAT(NameError(Repeated("a=b", limits::kDnRdnsMax + 1, ',')), HasSubstr("more than"));
  EXPECT_THAT(NameError(Repeated("a=b", limits::kDnAttributesMax + 1, '+')),
              HasSubstr("more than"));
  EXPECT_THAT(NameError("a=" + std::string(limits::kDnTextBytesMax, 'b')), HasSubstr("bytes"));
}

}  // namespace
}  // namespace pkigate::x509
