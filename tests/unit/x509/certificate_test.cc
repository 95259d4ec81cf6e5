// SPDX-License-Identifier: Apache-2.0
//
// Certificates are made by BoringSSL; the refused ones are those with a byte or a field changed.
#include "x509/certificate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/limits.h"
#include "test_names.h"
#include "test_pki.h"
#include "x509/peer_chain.h"
#include "x509/rfc4514_form.h"

namespace pkigate::x509 {
namespace {

using testing::Der;
using testing::Extension;
using ::testing::HasSubstr;
using testing::Issue;
using testing::IssueCa;
using testing::Issued;
using testing::kNow;
using testing::kYear;
using testing::Tlv;
using testing::Wishes;

Error ErrorOf(const Der& der) {
  const auto certificate = ParseCertificate(der);
  EXPECT_FALSE(certificate.ok());
  return certificate.ok() ? Error{} : certificate.error();
}

// The DER of a certificate with `from`, which has to stand in it once, replaced by as many bytes.
Der Replaced(Der der, const Der& from, const Der& to) {
  EXPECT_EQ(from.size(), to.size());
  const auto at = std::search(der.begin(), der.end(), from.begin(), from.end());
  EXPECT_NE(at, der.end());
  std::copy(to.begin(), to.end(), at);
  return der;
}

TEST(CertificateTest, Facts) {
  const Issued ca = IssueCa("CA");
  Wishes wishes;
  wishes.serial = 0x0180;
  wishes.dns_names = {"a.example", "b.example"};
  const auto certificate = ParseCertificate(Issue(wishes, &ca).der);
  ASSERT_TRUE(certificate.ok()) << certificate.error().message;
  EXPECT_EQ(Rfc4514Form(certificate->subject), "CN=Client,O=Test");
  EXPECT_EQ(Rfc4514Form(certificate->issuer), "CN=CA,O=Test");
  EXPECT_EQ(certificate->serial, "0180");
  EXPECT_EQ(certificate->not_before_unix, kNow - kYear);
  EXPECT_EQ(certificate->not_after_unix, kNow + kYear);
  EXPECT_FALSE(certificate->is_ca);
  EXPECT_FALSE(certificate->is_self_issued);
  EXPECT_FALSE(certificate->subject_alternative_names_critical);
  ASSERT_EQ(certificate->subject_alternative_names.size(), 2U);
  EXPECT_EQ(
      certificate->subject_alternative_names[1],
      (SubjectAlternativeName{SanType::kDnsName, {'b', '.', 'e', 'x', 'a', 'm', 'p', 'l', 'e'}}));
}

TEST(CertificateTest, CasAndSelfIssuedOnes) {
  const auto ca = ParseCertificate(IssueCa("CA").der);
  ASSERT_TRUE(ca.ok());
  EXPECT_TRUE(ca->is_ca);
  EXPECT_TRUE(ca->is_self_issued);
}

TEST(CertificateTest, SerialsWithoutLeadingZeros) {
  Wishes wishes;
  wishes.serial = 0xff;
  EXPECT_EQ(ParseCertificate(Issue(wishes).der)->serial, "ff");
  wishes.serial = 0;
  EXPECT_EQ(ParseCertificate(Issue(wishes).der)->serial, "00");
}

TEST(CertificateTest, AnEmptySubject) {
  const Issued ca = IssueCa("CA");
  Wishes wishes;
  wishes.subject = "";
  const auto certificate = ParseCertificate(Issue(wishes, &ca).der);
  ASSERT_TRUE(certificate.ok());
  EXPECT_TRUE(certificate->subject.empty());
}

Wishes WithNames(const Der& names) {
  Wishes wishes;
  wishes.extensions = {{"2.5.29.17", names, true}};
  return wishes;
}

TEST(CertificateTest, EveryKindOfAlternativeName) {
  const Der directory_name = testing::NameOfCn("d").der();
  Der names;
  for (const Der& name : {Tlv(0xa0, {0x06, 0x01, 0x2a, 0xa0, 0x02, 0x0c, 0x00}), Tlv(0x81, {'m'}),
                          Tlv(0xa4, directory_name), Tlv(0x86, {'u'}), Tlv(0x87, {127, 0, 0, 1}),
                          Tlv(0x88, {0x2a})}) {
    names.insert(names.end(), name.begin(), name.end());
  }
  const auto certificate = ParseCertificate(Issue(WithNames(Tlv(0x30, names))).der);
  ASSERT_TRUE(certificate.ok()) << certificate.error().message;
  EXPECT_TRUE(certificate->subject_alternative_names_critical);
  std::vector<SanType> types;
  for (const SubjectAlternativeName& name : certificate->subject_alternative_names) {
    types.push_back(name.type);
  }
  EXPECT_THAT(types,
              ::testing::ElementsAre(SanType::kOtherName, SanType::kRfc822Name,
                                     SanType::kDirectoryName, SanType::kUniformResourceIdentifier,
                                     SanType::kIpAddress, SanType::kRegisteredId));
  EXPECT_EQ(certificate->subject_alternative_names[2].value, directory_name);
}

TEST(CertificateTest, RefusesMalformedAlternativeNames) {
  const auto error = [](const Der& names) { return ErrorOf(Issue(WithNames(names)).der).message; };
  EXPECT_THAT(error(Tlv(0x30, Tlv(0x89, {'x'}))), HasSubstr("no GeneralName"));
  EXPECT_THAT(error(Tlv(0x30, Tlv(0xa2, {'x'}))), HasSubstr("no GeneralName"));
  EXPECT_THAT(error(Tlv(0x30, Tlv(0x84, {'x'}))), HasSubstr("no GeneralName"));
  EXPECT_THAT(error(Tlv(0x30, Tlv(0x87, {1, 2, 3}))), HasSubstr("neither 4 nor 16"));
  EXPECT_THAT(error(Tlv(0x31, {})), HasSubstr("where subjectAltName"));
  EXPECT_THAT(error({0x30, 0x00, 0x00}), HasSubstr("too many after subjectAltName"));
  Der many;
  for (size_t index = 0; index <= limits::kSanNamesMax; ++index) {
    many.insert(many.end(), {0x82, 0x01, 'a'});
  }
  EXPECT_THAT(error(Tlv(0x30, many)), HasSubstr("more than"));
}

TEST(CertificateTest, RefusesAnExtensionTwice) {
  Wishes wishes;
  const Extension names = {"2.5.29.17", Tlv(0x30, Tlv(0x82, {'a'})), false};
  wishes.extensions = {names, names};
  EXPECT_THAT(ErrorOf(Issue(wishes).der).message, HasSubstr("for the second time"));
  wishes.extensions = {{"1.2.3", {0x05, 0x00}, false}, {"1.2.3", {0x05, 0x00}, false}};
  EXPECT_TRUE(ParseCertificate(Issue(wishes).der).ok()) << "unknown ones are not looked at";
}

TEST(CertificateTest, RefusesMalformedBasicConstraints) {
  const auto error = [](const Der& value) {
    Wishes wishes;
    wishes.extensions = {{"2.5.29.19", value, false}};
    return ErrorOf(Issue(wishes).der).message;
  };
  EXPECT_THAT(error({0x30, 0x03, 0x01, 0x01, 0x01}), HasSubstr("neither true nor false"));
  EXPECT_THAT(error({0x30, 0x03, 0x04, 0x01, 0x01}), HasSubstr("where pathLenConstraint"));
  EXPECT_THAT(error({0x30, 0x06, 0x01, 0x01, 0xff, 0x02, 0x01, 0x00, 0x00}),
              HasSubstr("too many after basicConstraints"));
  Wishes explicit_default;
  explicit_default.extensions = {{"2.5.29.19", {0x30, 0x03, 0x01, 0x01, 0x00}, false}};
  const auto certificate = ParseCertificate(Issue(explicit_default).der);
  ASSERT_TRUE(certificate.ok()) << "spelled-out defaults are common";
  EXPECT_FALSE(certificate->is_ca);
}

TEST(CertificateTest, RefusesChangedFields) {
  Wishes wishes;
  wishes.dns_names = {"a"};
  const Der der = Issue(wishes).der;
  ASSERT_TRUE(ParseCertificate(der).ok());
  const Der version3 = {0xa0, 0x03, 0x02, 0x01, 0x02};
  EXPECT_THAT(ErrorOf(Replaced(der, version3, {0xa0, 0x03, 0x02, 0x01, 0x03})).message,
              HasSubstr("none of 1, 2, 3"));
  EXPECT_THAT(ErrorOf(Replaced(der, version3, {0xa0, 0x03, 0x02, 0x01, 0x01})).message,
              HasSubstr("only certificates of version 3"));
  // 230101000000Z to a 13th month
  EXPECT_THAT(ErrorOf(Replaced(der, {'2', '3', '0', '1', '0', '1'}, {'2', '3', '1', '3', '0', '1'}))
                  .message,
              HasSubstr("notBefore is no date"));
}

// Every prefix, and every certificate with one byte more: refused, and nothing is read beyond.
TEST(CertificateTest, RefusesEveryPrefixAndEveryRest) {
  Wishes wishes;
  wishes.dns_names = {"a"};
  Der der = Issue(wishes).der;
  for (size_t len = 0; len < der.size(); ++len) {
    EXPECT_FALSE(ParseCertificate(std::span(der).first(len)).ok()) << len;
  }
  der.push_back(0);
  EXPECT_THAT(ErrorOf(der).message, HasSubstr("too many after the certificate"));
  EXPECT_THAT(ErrorOf(Der(limits::kCertificateBytesMax + 1)).message, HasSubstr("at most"));
}

TEST(PeerChainTest, FactsKeysAndExpiry) {
  const Issued ca = IssueCa("CA");
  const Issued leaf = Issue({}, &ca);
  const auto chain = MakePeerChain({leaf.der, ca.der});
  ASSERT_TRUE(chain.ok());
  EXPECT_EQ(Rfc4514Form((*chain)->leaf.subject), "CN=Client,O=Test");
  EXPECT_EQ((*chain)->fingerprint, Sha256(leaf.der));
  EXPECT_EQ((*chain)->expires_unix, kNow + kYear);
  EXPECT_EQ((*chain)->der.size(), 2U);

  const auto alone = MakePeerChain({leaf.der});
  ASSERT_TRUE(alone.ok());
  EXPECT_EQ((*alone)->fingerprint, (*chain)->fingerprint);
  EXPECT_NE((*alone)->chain_key, (*chain)->chain_key);
  const std::vector<std::span<const uint8_t>> views = {leaf.der, ca.der};
  EXPECT_EQ(ChainKey(views), (*chain)->chain_key);
}

TEST(PeerChainTest, KeysDependOnWhereCertificatesEnd) {
  const Der bytes = {1, 2, 3};
  const std::vector<std::span<const uint8_t>> one = {std::span(bytes).first(1),
                                                     std::span(bytes).subspan(1)};
  const std::vector<std::span<const uint8_t>> other = {std::span(bytes).first(2),
                                                       std::span(bytes).subspan(2)};
  const std::vector<std::span<const uint8_t>> together = {bytes};
  EXPECT_NE(ChainKey(one), ChainKey(other));
  EXPECT_NE(ChainKey(one), ChainKey(together));
  EXPECT_NE(ChainKey({}), ChainKey(together));
}

TEST(PeerChainTest, TheLeafsEndCounts) {
  const Issued ca = IssueCa("CA");
  Wishes wishes;
  wishes.not_after = kNow + 5;
  const auto chain = MakePeerChain({Issue(wishes, &ca).der, ca.der});
  ASSERT_TRUE(chain.ok());
  EXPECT_EQ((*chain)->expires_unix, kNow + 5);
  const auto beside = MakePeerChain({Issue({}, &ca).der, Issue(wishes, &ca).der, ca.der});
  ASSERT_TRUE(beside.ok());
  EXPECT_EQ((*beside)->expires_unix, kNow + kYear);
}

TEST(PeerChainTest, Refuses) {
  const Der leaf = Issue({}).der;
  EXPECT_STREQ(MakePeerChain({}).error().code, "malformed_certificate");
  const auto second = MakePeerChain({leaf, {0x30, 0x00}});
  ASSERT_FALSE(second.ok());
  EXPECT_STREQ(second.error().code, "malformed_certificate");
  EXPECT_THAT(second.error().message, HasSubstr("certificate 2 of the chain: "));
  const std::vector<Der> many(limits::kPeerChainCertificatesMax, leaf);
  EXPECT_TRUE(MakePeerChain(many).ok());
  std::vector<Der> too_many = many;
  too_many.push_back(leaf);
  EXPECT_STREQ(MakePeerChain(too_many).error().code, "chain_too_long");
}

}  // namespace
}  // namespace pkigate::x509
