// SPDX-License-Identifier: Apache-2.0
//
// Key stores of both formats as keytool and OpenSSL write them (test_stores.h), and what is
// refused: wrong passwords, changed, cut off and foreign files, each with its reason.
#include "x509/key_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/mem.h>
#include <openssl/pkcs8.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "test_pki.h"
#include "test_stores.h"
#include "x509/certificate.h"
#include "x509/password_decryption.h"
#include "x509/pem.h"
#include "x509/pkcs12.h"
#include "x509/rfc4514_form.h"

namespace pkigate::x509 {
namespace {

using pkigate::testing::kStorePassword;
using pkigate::testing::Store;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using namespace pkigate::testing;  // NOLINT: the stores

Result<KeyStore> Read(const std::string& bytes, std::string_view password = kStorePassword) {
  return ReadKeyStore({reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()}, password,
                      "some.store");
}

// `code message`.
std::string Problem(const std::string& bytes, std::string_view password = kStorePassword) {
  const Result<KeyStore> store = Read(bytes, password);
  return store.ok() ? "none" : std::string(store.error().code) + " " + store.error().message;
}

// `alias: subject < subject ...`, after the alias `(key)` if it has one.
std::vector<std::string> Entries(const KeyStore& store) {
  std::vector<std::string> all;
  for (const KeyStoreEntry& entry : store.entries) {
    std::string text = entry.alias + (entry.has_key() ? " (key)" : "") + ":";
    for (const auto& der : entry.certificates) {
      const auto facts = ParseCertificate(der);
      text += " " + (facts.ok() ? Rfc4514Form(facts->subject) : std::string("?"));
    }
    all.push_back(text);
  }
  return all;
}

// The entries of a store that opens; the problem else.
std::vector<std::string> EntriesOf(std::string_view base64,
                                   std::string_view password = kStorePassword) {
  const Result<KeyStore> store = Read(Store(base64), password);
  return store.ok() ? Entries(*store) : std::vector{store.error().message};
}

constexpr char kServer[] = "server (key): CN=localhost,O=example CN=intermediate,O=example";
constexpr char kRoot[] = "root: CN=test authority,O=example";

// The key of `entry` fits its leaf; else the problem.
std::string KeyProblem(const KeyStoreEntry& entry, std::string_view password = kStorePassword) {
  const auto key = OpenKey(entry, password, "some.store");
  if (!key.ok()) {
    return std::string(key.error().code) + " " + key.error().message;
  }
  const Status matches = KeyMatchesCertificate(*key, entry.certificates.at(0));
  return matches.ok() ? "none" : matches.error().message;
}

TEST(KeyStoreTest, TrustedCertificates) {
  EXPECT_THAT(EntriesOf(kTrustJks), ElementsAre(kRoot));
  EXPECT_THAT(EntriesOf(kUmlautTrustJks, "pässwörd€"), ElementsAre(kRoot));
  EXPECT_THAT(EntriesOf(kKeytoolTrustP12), ElementsAre(kRoot));
  EXPECT_THAT(EntriesOf(kKeytoolLegacyTrustP12), ElementsAre(kRoot));
}

TEST(KeyStoreTest, KeyWithChain) {
  for (const char* base64 : {kKeyJks, kKeytoolKeyP12, kKeytoolLegacyKeyP12, kOpensslP12,
                             kOpensslLegacyP12, kOpensslNoMacP12}) {
    const Result<KeyStore> store = Read(Store(base64));
    ASSERT_TRUE(store.ok()) << store.error().message;
    EXPECT_THAT(Entries(*store), ElementsAre(kServer));
    EXPECT_EQ(KeyProblem(store->entries[0]), "none");
    EXPECT_EQ(store->num_unmarked_certificates, 0u);
    EXPECT_THAT(KeyProblem(store->entries[0], "secret-2"),
                ::testing::AllOf(
                    StartsWith("store_password some.store: the private key of entry [server]: "),
                    HasSubstr("incorrect password (a password was provided)"),
                    ::testing::Not(HasSubstr("secret-2"))));
  }
}

TEST(KeyStoreTest, SeveralEntries) {
  // In PKCS#12 a chain goes on to the trusted certificate, as for Java.
  EXPECT_THAT(EntriesOf(kSeveralP12),
              ElementsAre(std::string(kServer) + " CN=test authority,O=example",
                          "other (key): CN=other", kRoot));
  const Result<KeyStore> store = Read(Store(kSeveralJks));
  ASSERT_TRUE(store.ok()) << store.error().message;
  EXPECT_THAT(Entries(*store),
              ::testing::UnorderedElementsAre(kServer, "other (key): CN=other", kRoot));
  // Case makes no difference; a key may have a password of its own.
  const KeyStoreEntry* const other = store->Find("OTHER");
  ASSERT_NE(other, nullptr);
  EXPECT_EQ(KeyProblem(*other, "other-1"), "none");
  EXPECT_THAT(KeyProblem(*other), StartsWith("store_password"));
  EXPECT_EQ(store->Find("others"), nullptr);
}

// A certificate without Java's attribute is nothing that Java trusts.
TEST(KeyStoreTest, UnmarkedCertificates) {
  const Result<KeyStore> store = Read(Store(kOpensslUnmarkedP12));
  ASSERT_TRUE(store.ok()) << store.error().message;
  EXPECT_THAT(store->entries, IsEmpty());
  EXPECT_EQ(store->num_unmarked_certificates, 1u);
}

// Two ways to have no password: an empty one, and none.
TEST(KeyStoreTest, NoPassword) {
  EXPECT_THAT(EntriesOf(kOpensslEmptyP12, ""), ElementsAre(kServer));
  const testing::Issued issued = testing::IssueCa("made");
  const uint8_t* der = issued.der.data();
  const bssl::UniquePtr<X509> certificate(
      d2i_X509(nullptr, &der, static_cast<long>(issued.der.size())));
  const bssl::UniquePtr<PKCS12> made(
      PKCS12_create(nullptr, "made", issued.key.get(), certificate.get(), nullptr, 0, 0, 0, 0, 0));
  ASSERT_NE(made, nullptr);
  uint8_t* bytes = nullptr;
  const int len = i2d_PKCS12(made.get(), &bytes);
  ASSERT_GT(len, 0);
  const bssl::UniquePtr<uint8_t> owner(bytes);
  const Result<KeyStore> store = ReadKeyStore({bytes, static_cast<size_t>(len)}, "", "some.store");
  ASSERT_TRUE(store.ok()) << store.error().message;
  EXPECT_THAT(Entries(*store), ElementsAre("made (key): CN=made,O=Test"));
  EXPECT_EQ(KeyProblem(store->entries[0], ""), "none");
}

TEST(KeyStoreTest, WrongPassword) {
  const std::pair<const char*, const char*> stores[] = {
      {kTrustJks, "the integrity check of the JKS store fails"},
      {kSeveralJks, "the integrity check of the JKS store fails"},
      {kKeytoolTrustP12, "the integrity check fails"},
      {kKeytoolLegacyKeyP12, "the integrity check fails"},
      {kOpensslP12, "the integrity check fails"},
      {kOpensslLegacyP12, "the integrity check fails"},
      {kOpensslNoMacP12, "what it encrypts cannot be decrypted with this password"},
  };
  for (const auto& [base64, what] : stores) {
    const std::string start = std::string("store_password some.store: ") + what +
                              "; this is usually caused by an incorrect password (";
    EXPECT_EQ(Problem(Store(base64), "secret-2"), start + "a password was provided)");
    EXPECT_EQ(Problem(Store(base64), ""), start + "no password was provided)");
  }
  EXPECT_EQ(Problem(Store(kUmlautTrustJks), "passwort").substr(0, 14), "store_password");
}

TEST(KeyStoreTest, Password) {
  const std::string problem =
      "store_password some.store: the password is no UTF-8 or longer than 4096 bytes; this is "
      "usually caused by an incorrect password (a password was provided)";
  EXPECT_EQ(Problem(Store(kTrustJks), "\xff"), problem);
  EXPECT_EQ(Problem(Store(kTrustJks), std::string(limits::kStorePasswordBytesMax + 1, 'a')),
            problem);
  EXPECT_THAT(Problem(Store(kTrustJks), std::string(limits::kStorePasswordBytesMax, 'a')),
              HasSubstr("integrity check"));
}

// Wherever a bit is turned, the store is refused, and nothing is read of it.
TEST(KeyStoreTest, ChangedBytes) {
  for (const char* base64 : {kTrustJks, kKeyJks}) {
    const std::string good = Store(base64);
    for (size_t at = 0; at < good.size(); ++at) {
      std::string bad = good;
      bad[at] = static_cast<char>(bad[at] ^ 0x01);
      EXPECT_FALSE(Read(bad).ok()) << at;
    }
  }
  // In a certificate, so that only the check at the end can tell.
  std::string bad = Store(kTrustJks);
  bad[bad.size() - 40] = static_cast<char>(bad[bad.size() - 40] ^ 0x01);
  EXPECT_THAT(Problem(bad),
              StartsWith("store_password some.store: the integrity check of the JKS"));
  bad = Store(kOpensslP12);
  bad[bad.size() / 2] = static_cast<char>(bad[bad.size() / 2] ^ 0x01);
  EXPECT_THAT(Problem(bad), StartsWith("store_password some.store: the integrity check fails"));
}

TEST(KeyStoreTest, CutOff) {
  for (const char* base64 : {kSeveralJks, kKeytoolTrustP12}) {
    const std::string good = Store(base64);
    for (size_t len = 0; len < good.size(); ++len) {
      EXPECT_FALSE(Read(good.substr(0, len)).ok()) << len;
    }
    EXPECT_FALSE(Read(good + "x").ok());
  }
  const std::string jks = Store(kTrustJks);
  EXPECT_EQ(Problem(jks.substr(0, 300)),
            "store_garbled some.store: byte 41: the store is cut off: a certificate has 449 bytes, "
            "only 259 are there");
  EXPECT_EQ(Problem(jks.substr(0, jks.size() - 1)),
            "store_garbled some.store: byte 490: the store is cut off: the digest at the end has "
            "20 bytes, only 19 are there");
  EXPECT_EQ(Problem(jks + "x"),
            "store_garbled some.store: byte 510: bytes after the end of the "
            "store");
  const std::string p12 = Store(kKeytoolTrustP12);
  EXPECT_EQ(Problem(p12.substr(0, 300)),
            "store_garbled some.store: byte 0: the PKCS12 store has 818 bytes of content, only 296 "
            "are there");
}

TEST(KeyStoreTest, OtherFiles) {
  EXPECT_EQ(Problem(Store(kKeyJceks)),
            "store_unsupported some.store: is a JCEKS store, expected JKS or PKCS12");
  EXPECT_EQ(Problem("-----BEGIN CERTIFICATE-----\n"),
            "store_unsupported some.store: is a PEM file, expected a JKS or PKCS12 store");
  EXPECT_EQ(Problem(""), "store_unsupported some.store: is neither a JKS nor a PKCS12 store");
  EXPECT_EQ(Problem("PK"), "store_unsupported some.store: is neither a JKS nor a PKCS12 store");
  std::string version = Store(kTrustJks);
  version[7] = 3;
  EXPECT_EQ(Problem(version),
            "store_unsupported some.store: is a JKS store of version 3, expected 1 or 2");
  // A certificate, which is a SEQUENCE as well.
  const testing::Issued issued = testing::IssueCa("made");
  EXPECT_THAT(Problem({issued.der.begin(), issued.der.end()}),
              StartsWith("store_garbled some.store: byte "));
}

TEST(KeyStoreTest, Limits) {
  EXPECT_EQ(Problem(std::string(limits::kKeyStoreBytesMax + 1, '0')),
            "store_too_large some.store: 8388609 bytes, at most 8388608");
  std::string jks = Store(kTrustJks);
  jks.replace(8, 4, std::string("\0\0\x20\x01", 4));
  EXPECT_EQ(Problem(jks), "store_too_large some.store: 8193 entries, at most 8192");
  // Rounds of deriving the key; keytool writes 10,000.
  const std::string p12 = Store(kKeytoolTrustP12);
  const auto password = StorePassword::Create(kStorePassword);
  const std::span bytes(reinterpret_cast<const uint8_t*>(p12.data()), p12.size());
  EXPECT_TRUE(ReadPkcs12(bytes, *password, 10'000).ok());
  const auto refused = ReadPkcs12(bytes, *password, 9'999);
  ASSERT_FALSE(refused.ok());
  EXPECT_THAT(refused.error().message, HasSubstr("10000 iterations, at most 9999"));
}

}  // namespace
}  // namespace pkigate::x509
