// SPDX-License-Identifier: Apache-2.0
#include "x509/pem.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits.h"
#include "test_keys.h"
#include "test_pki.h"

namespace pkigate::x509 {
namespace {

using testing::Der;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::IssueCa;
using testing::IssueCrl;
using testing::Issued;
using testing::Pem;
using ::testing::StartsWith;

class PemTest : public ::testing::Test {
 protected:
  static Error CertificatesError(const std::string& text) {
    const auto certificates = CertificatesFromPem(text, "ca.pem");
    EXPECT_FALSE(certificates.ok());
    return certificates.ok() ? Error{} : certificates.error();
  }

  const Issued first_ = IssueCa("First");
  const Issued second_ = IssueCa("Second");
  const std::string first_pem_ = Pem("CERTIFICATE", first_.der);
  const std::string second_pem_ = Pem("CERTIFICATE", second_.der);
};

TEST_F(PemTest, CertificatesInOrder) {
  const auto certificates =
      CertificatesFromPem("# comment\n" + second_pem_ + "text between\n" + first_pem_, "ca.pem");
  ASSERT_TRUE(certificates.ok()) << certificates.error().message;
  EXPECT_THAT(*certificates, ElementsAre(second_.der, first_.der));
}

TEST_F(PemTest, SkipsOtherBlocks) {
  const auto certificates =
      CertificatesFromPem(Pem("PRIVATE KEY", first_.key.Pkcs8()) + first_pem_, "both.pem");
  ASSERT_TRUE(certificates.ok());
  EXPECT_THAT(*certificates, ElementsAre(first_.der));
}

TEST_F(PemTest, LineEndsAndBlanks) {
  std::string text = "  \xef\xbb\xbf\n" + first_pem_;
  for (size_t at = text.find('\n'); at != std::string::npos; at = text.find('\n', at + 4)) {
    text.replace(at, 1, " \t\r\n");
  }
  EXPECT_TRUE(CertificatesFromPem(text, "ca.pem").ok());
  std::string no_last_newline = first_pem_;
  no_last_newline.pop_back();
  EXPECT_TRUE(CertificatesFromPem(no_last_newline, "ca.pem").ok());
}

TEST_F(PemTest, SaysWhatItFoundInstead) {
  const Error key = CertificatesError("\n\n" + Pem("PRIVATE KEY", first_.key.Pkcs8()));
  EXPECT_STREQ(key.code, "pem_wrong_kind");
  EXPECT_EQ(key.message, "ca.pem:3: holds a PRIVATE KEY, expected CERTIFICATE");
  EXPECT_STREQ(CertificatesError("").code, "pem_empty");
  EXPECT_STREQ(CertificatesError(" \r\n\t").code, "pem_empty");
  EXPECT_THAT(CertificatesError("hello").message, HasSubstr("holds no PEM block"));
  EXPECT_THAT(CertificatesError(std::string(first_.der.begin(), first_.der.end())).message,
              HasSubstr("is binary (DER)"));
}

TEST_F(PemTest, GarbledBlocksAreNamedByLine) {
  std::string text = first_pem_;
  text[text.find('\n') + 65 + 10] = '*';  // in the second line of base64
  const Error error = CertificatesError(text);
  EXPECT_STREQ(error.code, "pem_garbled");
  EXPECT_THAT(error.message, StartsWith("ca.pem:3: garbled base64"));

  std::string cut = first_pem_.substr(0, first_pem_.size() / 2);
  EXPECT_THAT(CertificatesError(cut).message,
              HasSubstr("ca.pem:1: the CERTIFICATE block has no end"));
  EXPECT_THAT(CertificatesError(cut + "\n" + second_pem_).message,
              HasSubstr("does not end here as it should"));
  EXPECT_THAT(
      CertificatesError("-----BEGIN CERTIFICATE-----\nMIIB\n-----END X509 CRL-----\n").message,
      HasSubstr("does not end here as it should"));
  EXPECT_THAT(
      CertificatesError("-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n").message,
      HasSubstr("cut off or no base64"));
  EXPECT_THAT(CertificatesError("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n").message,
              HasSubstr("cut off or no base64"));
  EXPECT_THAT(CertificatesError("-----END CERTIFICATE-----\n").message,
              HasSubstr("ca.pem:1: `-----END CERTIFICATE-----` without its counterpart"));
  EXPECT_THAT(CertificatesError("-----BEGIN CERTIFICATE\n").message,
              HasSubstr("without its counterpart"));
}

TEST_F(PemTest, BlocksThatHoldNoCertificate) {
  const Error error = CertificatesError(first_pem_ + Pem("CERTIFICATE", {0x30, 0x00}));
  EXPECT_STREQ(error.code, "pem_garbled");
  EXPECT_THAT(error.message, HasSubstr("no certificate: "));
}

TEST_F(PemTest, TooLarge) {
  const std::string text(limits::kPemFileBytesMax + 1, ' ');
  EXPECT_STREQ(CertificatesError(text).code, "pem_too_large");
  EXPECT_STREQ(CrlsFromPem(text, "crl.pem").error().code, "pem_too_large");
  EXPECT_STREQ(PrivateKeyFromPem(text, "", "key.pem").error().code, "pem_too_large");
}

TEST_F(PemTest, Crls) {
  const Der crl = IssueCrl(first_, {});
  const auto from_pem = CrlsFromPem(Pem("X509 CRL", crl) + first_pem_, "crl.pem");
  ASSERT_TRUE(from_pem.ok());
  EXPECT_THAT(*from_pem, ElementsAre(crl));
  const auto from_der = CrlsFromPem(std::string(crl.begin(), crl.end()), "crl.der");
  ASSERT_TRUE(from_der.ok());
  EXPECT_THAT(*from_der, ElementsAre(crl));
  EXPECT_EQ(CrlsFromPem(first_pem_, "crl.pem").error().message,
            "crl.pem:1: holds a CERTIFICATE, expected X509 CRL");
  EXPECT_STREQ(CrlsFromPem("", "crl.pem").error().code, "pem_empty");
}

std::vector<uint8_t> KeyOf(const std::string& text, std::string_view passphrase = {}) {
  const auto key = PrivateKeyFromPem(text, passphrase, "key.pem");
  EXPECT_TRUE(key.ok()) << (key.ok() ? "" : key.error().message);
  return key.ok() ? *key : std::vector<uint8_t>();
}

Error KeyError(const std::string& text, std::string_view passphrase = {}) {
  const auto key = PrivateKeyFromPem(text, passphrase, "key.pem");
  EXPECT_FALSE(key.ok());
  return key.ok() ? Error{} : key.error();
}

TEST(PrivateKeyTest, EveryFormGivesTheSameKey) {
  const std::vector<uint8_t> expected = KeyOf(testing::kPkcs8);
  ASSERT_FALSE(expected.empty());
  EXPECT_EQ(KeyOf(testing::kEcPrivateKey), expected);
  EXPECT_EQ(KeyOf(testing::kEncryptedPkcs8, "secret"), expected);
  EXPECT_EQ(KeyOf(testing::kPkcs12Pbe, "secret"), expected);
  EXPECT_EQ(KeyOf(testing::kEncryptedByHeaders, "secret"), expected);
  EXPECT_EQ(KeyOf(testing::kPkcs8, "not needed"), expected);
}

TEST(PrivateKeyTest, OtherTypes) {
  EXPECT_FALSE(KeyOf(testing::kRsaPrivateKey).empty());
  EXPECT_FALSE(KeyOf(testing::kEd25519).empty());
}

TEST(PrivateKeyTest, SkipsWhatIsNoKey) {
  const std::string parameters =
      "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";
  EXPECT_FALSE(KeyOf(parameters + testing::kEcPrivateKey).empty());
  EXPECT_EQ(KeyError(parameters).message, "key.pem:1: holds a EC PARAMETERS, expected PRIVATE KEY");
}

TEST(PrivateKeyTest, Passphrases) {
  for (const char* const encrypted :
       {testing::kEncryptedPkcs8, testing::kEncryptedByHeaders, testing::kPkcs12Pbe}) {
    const Error missing = KeyError(encrypted);
    EXPECT_STREQ(missing.code, "pem_passphrase");
    EXPECT_THAT(missing.message, HasSubstr("is encrypted and no passphrase is configured"));
    const Error wrong = KeyError(encrypted, "secreT");
    EXPECT_STREQ(wrong.code, "pem_passphrase");
    EXPECT_THAT(wrong.message, HasSubstr("does not open"));
  }
  // Longer than the library has room for.
  EXPECT_STREQ(KeyError(testing::kEncryptedByHeaders, std::string(5000, 'a')).code,
               "pem_passphrase");
}

TEST(PrivateKeyTest, UnsupportedEncryption) {
  EXPECT_STREQ(KeyError(testing::kScrypt, "secret").code, "pem_unsupported");
}

TEST(PrivateKeyTest, WhatIsNoKey) {
  EXPECT_STREQ(KeyError("").code, "pem_empty");
  EXPECT_STREQ(KeyError("nothing").code, "pem_wrong_kind");
  EXPECT_STREQ(KeyError(Pem("PRIVATE KEY", {0x30, 0x00})).code, "pem_garbled");
  EXPECT_STREQ(KeyError(Pem("RSA PRIVATE KEY", {0x30, 0x00})).code, "pem_garbled");
  EXPECT_STREQ(KeyError(Pem("EC PRIVATE KEY", {0x30, 0x00})).code, "pem_garbled");
  std::vector<uint8_t> longer = KeyOf(testing::kPkcs8);
  longer.push_back(0);
  EXPECT_STREQ(KeyError(Pem("PRIVATE KEY", longer)).code, "pem_garbled");
}

TEST(KeyMatchesCertificateTest, Matches) {
  const Issued one = IssueCa("One");
  const Issued other = IssueCa("Other");
  EXPECT_TRUE(KeyMatchesCertificate(one.key.Pkcs8(), one.der).ok());
  EXPECT_STREQ(KeyMatchesCertificate(other.key.Pkcs8(), one.der).error().code, "key_mismatch");
  EXPECT_STREQ(KeyMatchesCertificate(KeyOf(testing::kRsaPrivateKey), one.der).error().code,
               "key_mismatch");
  EXPECT_STREQ(KeyMatchesCertificate(one.der, one.der).error().code, "malformed_key");
  EXPECT_STREQ(KeyMatchesCertificate(one.key.Pkcs8(), one.key.Pkcs8()).error().code,
               "malformed_certificate");
}

}  // namespace
}  // namespace pkigate::x509
