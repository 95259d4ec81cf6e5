// SPDX-License-Identifier: Apache-2.0
//
// The textual forms of names. Most expected texts were written by a JDK 17 (X500Principal for the
// JDK form, LdapName over it for Open Distro's) from the same DER; 200,000 random names were
// compared in the same way when this was written. The vectors have the ordinary cases.
#include <gtest/gtest.h>

#include "test_names.h"
#include "x509/der.h"
#include "x509/jdk_form.h"
#include "x509/opendistro_form.h"
#include "x509/openssl_form.h"
#include "x509/rfc2253_form.h"
#include "x509/rfc4514_form.h"

namespace pkigate::x509 {
namespace {

using testing::kC;
using testing::kCn;
using testing::kEmail;
using testing::kO;
using testing::kOu;
using testing::kPrivate;
using testing::kUid;
using testing::MakeName;
using testing::NameOfCn;

struct JdkCase {
  std::string value;  // of a CN
  std::string jdk;
  std::string opendistro;
};

const JdkCase kJdkCases[] = {
    {"trail ", R"(CN="trail ")", "CN=trail"},         // the artefact: one blank is lost
    {"trail  ", R"(CN="trail  ")", R"(CN=trail\ )"},  // of two, one
    {" lead", R"(CN=" lead")", R"(CN=\ lead)"},
    {R"("q")", R"(CN="q")", "CN=q"},  // the other artefact: its quotes are lost
    {R"("q" r")", R"(CN="q\" r")", R"(CN=q\" r)"},
    {R"(""")", R"(CN="\"")", R"(CN=\")"},
    {R"(")", R"(CN="\"")", R"(CN=\")"},
    {R"("a\")", R"(CN="a\\")", R"(CN=a\\)"},
    {"a\rb", "CN=a\rb", "CN=a\rb"},
    {"\rcr\r", "CN=\rcr\r", "CN=cr"},
    {"a  b", R"(CN="a  b")", "CN=a  b"},
    {"#x", R"(CN="#x")", R"(CN=\#x)"},
    {"a#b", R"(CN="a#b")", R"(CN=a\#b)"},
    {"tab\tx", "CN=tab\tx", "CN=tab\tx"},
    {"nl\n", "CN=\"nl\n\"", "CN=nl\n"},
    {" ", R"(CN=" ")", "CN="},
    {"  ", R"(CN="  ")", R"(CN=\ )"},
    {"", "CN=", "CN="},
    {"é", "CN=é", "CN=é"},
    {std::string(1, '\0'), std::string("CN=\0", 4), std::string("CN=\0", 4)},
    {R"(a\b)", R"(CN="a\\b")", R"(CN=a\\b)"},
    {"x,OU=evil", R"(CN="x,OU=evil")", R"(CN=x\,OU\=evil)"},
};

TEST(TextFormsTest, QuotingAsTheJdk) {
  for (const JdkCase& one : kJdkCases) {
    const Name name = NameOfCn(one.value);
    EXPECT_EQ(JdkForm(name), one.jdk) << one.value;
    EXPECT_EQ(OpendistroForm(name), one.opendistro) << one.value;
  }
}

TEST(TextFormsTest, AValueOfTwoQuotesIsNoPrincipal) {
  const Name name = NameOfCn(R"("")");
  EXPECT_EQ(JdkForm(name), R"(CN="")");
  EXPECT_EQ(OpendistroForm(name), "") << "upstream throws";
}

TEST(TextFormsTest, OrderAndMultipleValues) {
  const Name name = MakeName({{{kO, der::kPrintableString, "x"}},
                              {{kCn, der::kUtf8String, "Zed"},
                               {kOu, der::kUtf8String, "ops"},
                               {kOu, der::kUtf8String, "Admins"}}});
  EXPECT_EQ(JdkForm(name), "CN=Zed + OU=ops + OU=Admins, O=x");
  EXPECT_EQ(OpendistroForm(name), "CN=Zed+OU=Admins+OU=ops,O=x");
  EXPECT_EQ(Rfc4514Form(name), "CN=Zed+OU=ops+OU=Admins,O=x");
  EXPECT_EQ(OpensslForm(name), "O = x, CN = Zed + OU = ops + OU = Admins");
}

TEST(TextFormsTest, TheEmptyName) {
  EXPECT_EQ(JdkForm(Name()), "");
  EXPECT_EQ(OpendistroForm(Name()), "");
  EXPECT_EQ(Rfc4514Form(Name()), "");
  EXPECT_EQ(OpensslForm(Name()), "");
}

TEST(TextFormsTest, KeywordsAndOtherTypes) {
  const Name name = MakeName({{{kPrivate, der::kUtf8String, "zz"}},
                              {{kEmail, der::kIa5String, "a@b"}},
                              {{kUid, der::kUtf8String, "u"}},
                              {{kCn, der::kNumericString, "1 2"}},
                              {{"0992268993f22c640103", der::kIa5String, "m"}}});
  EXPECT_EQ(JdkForm(name),
            "OID.0.9.2342.19200300.100.1.3=m, CN=#1203312032, UID=u, EMAILADDRESS=a@b, "
            "OID.1.3.6.1.4.1.50000.1=zz");
  EXPECT_EQ(OpendistroForm(name),
            "OID.0.9.2342.19200300.100.1.3=m,CN=#1203312032,UID=u,EMAILADDRESS=a@b,"
            "OID.1.3.6.1.4.1.50000.1=zz");
  EXPECT_EQ(Rfc4514Form(name),
            "mail=m,CN=#1203312032,UID=u,emailAddress=a@b,1.3.6.1.4.1.50000.1=#0c027a7a");
}

TEST(TextFormsTest, Rfc4514EscapesWhatCouldBreakALine) {
  EXPECT_EQ(Rfc4514Form(NameOfCn(" a,b\n\x7f\"#")), R"(CN=\ a\,b\0a\7f\"#)");
  EXPECT_EQ(Rfc4514Form(NameOfCn("#a ")), R"(CN=\#a\ )");
  EXPECT_EQ(Rfc4514Form(NameOfCn("Zoë")), "CN=Zoë");
}

// As `openssl x509 -noout -subject` of 3.0 prints the same subject.
TEST(TextFormsTest, Openssl) {
  const Name name = MakeName({{{kC, der::kPrintableString, "US"}},
                              {{kO, der::kUtf8String, "Acme, Inc."}},
                              {{kCn, der::kUtf8String, "b"}, {kOu, der::kUtf8String, "a"}},
                              {{kEmail, der::kIa5String, "x@y"}},
                              {{kCn, der::kUtf8String, " Zoë \"q\""}}});
  EXPECT_EQ(
      OpensslForm(name),
      R"(C = US, O = "Acme, Inc.", CN = b + OU = a, emailAddress = x@y, CN = " Zo\C3\AB \"q\"")");
  EXPECT_EQ(OpensslForm(MakeName({{{kPrivate, der::kUtf8String, "zz"}}})),
            "1.3.6.1.4.1.50000.1 = zz");
  EXPECT_EQ(OpensslForm(NameOfCn("#")), "CN = #");
  EXPECT_EQ(OpensslForm(NameOfCn("#a")), "CN = \"#a\"");
  EXPECT_EQ(OpensslForm(MakeName({{{kCn, der::kNumericString, "1 2"}}})), "CN = 1 2");
  EXPECT_EQ(OpensslForm(MakeName({{{kCn, der::kGeneralString, "g"}}})), "CN = #1B0167");
}

// As `openssl x509 -noout -subject -nameopt RFC2253` of 3.0 prints the same subject; 600 random
// names were compared when this was written.
TEST(TextFormsTest, Rfc2253AsOpenssl) {
  const Name name = MakeName({{{kC, der::kPrintableString, "US"}},
                              {{kO, der::kUtf8String, "Acme, Inc."}},
                              {{kCn, der::kUtf8String, "b"}, {kOu, der::kUtf8String, "a"}},
                              {{kEmail, der::kIa5String, "x@y"}},
                              {{kCn, der::kUtf8String, " Zoë = \"q\""}}});
  EXPECT_EQ(Rfc2253Form(name),
            R"(CN=\ Zo\C3\AB = \"q\",emailAddress=x@y,OU=a+CN=b,O=Acme\, Inc.,C=US)");
  EXPECT_EQ(Rfc2253Form(MakeName({{{kPrivate, der::kUtf8String, "zz"}}})),
            "1.3.6.1.4.1.50000.1=#0C027A7A");
  EXPECT_EQ(Rfc2253Form(NameOfCn("#a ")), R"(CN=\#a\ )");
  EXPECT_EQ(Rfc2253Form(NameOfCn("#")), "CN=#") << "OpenSSL's";
  EXPECT_EQ(Rfc2253Form(NameOfCn("a\nb\\;")), R"(CN=a\0Ab\\\;)");
  EXPECT_EQ(Rfc2253Form(MakeName({{{kCn, der::kNumericString, "1 2"}}})), "CN=1 2");
  EXPECT_EQ(Rfc2253Form(Name()), "");
}

std::vector<std::string> Values(std::string_view principal, std::string_view type,
                                MultiValuedRdn multi_valued = MultiValuedRdn::kFirst) {
  return OpendistroAttributeValues(principal, type, multi_valued).values;
}

using Strings = std::vector<std::string>;

// docs/spec/opendistro.md, 3.3
TEST(OpendistroAttributeValuesTest, MostSpecificFirstAndUnescaped) {
  EXPECT_EQ(Values(R"(CN=a,OU=b,ou=a\, c,O=x)", "oU"), (Strings{"b", "a, c"}));
  EXPECT_EQ(Values(R"(CN=trail\ ,O=x)", "cn"), Strings{"trail "});
  EXPECT_EQ(Values("CN=,O=x", "cn"), Strings{""});
  EXPECT_EQ(Values("CN=a", "o"), Strings{});
}

TEST(OpendistroAttributeValuesTest, TypesHaveNoAliases) {
  EXPECT_EQ(Values("EMAILADDRESS=a@b", "emailaddress"), Strings{"a@b"});
  EXPECT_EQ(Values("EMAILADDRESS=a@b", "email"), Strings{});
  EXPECT_EQ(Values("OID.2.5.4.97=v", "oid.2.5.4.97"), Strings{"v"});
  EXPECT_EQ(Values("OID.2.5.4.97=v", "2.5.4.97"), Strings{});
}

TEST(OpendistroAttributeValuesTest, MultiValuedRdns) {
  EXPECT_EQ(Values("CN=Ann+UID=ann1", "cn"), Strings{"Ann"});
  EXPECT_EQ(Values("UID=ann1+CN=Ann", "uid"), Strings{}) << "not the alphabetically first type";
  EXPECT_EQ(Values("UID=ann1+CN=Ann", "uid", MultiValuedRdn::kAll), Strings{"ann1"});
  EXPECT_EQ(Values("OU=admins+OU=ops", "ou"), Strings{"admins"});
  EXPECT_EQ(Values("OU=admins+OU=ops", "ou", MultiValuedRdn::kAll), (Strings{"admins", "ops"}));
}

TEST(OpendistroAttributeValuesTest, BinaryValuesAreNamedNotShown) {
  const DnAttributeValues found =
      OpendistroAttributeValues("CN=#120431322033,CN=a", "cn", MultiValuedRdn::kFirst);
  EXPECT_TRUE(found.has_binary);
  EXPECT_EQ(found.values, Strings{"a"});
  EXPECT_FALSE(OpendistroAttributeValues("CN=a", "cn", MultiValuedRdn::kFirst).has_binary);
}

TEST(OpendistroAttributeValuesTest, NothingInWhatIsNoDn) {
  EXPECT_EQ(Values("no dn", "cn"), Strings{});
  EXPECT_EQ(Values("", "cn"), Strings{});
}

}  // namespace
}  // namespace pkigate::x509
