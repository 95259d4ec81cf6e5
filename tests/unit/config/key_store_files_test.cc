// SPDX-License-Identifier: Apache-2.0
//
// Key stores as the settings of both dialects name them: each that is taken, and beside it what is
// refused, with setting and reason. The stores hold the certificates of PkiFolder; what their
// formats may be is tests/unit/x509/key_store_test.cc's.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "config/opendistro_files.h"
#include "config/xpack_files.h"
#include "pki_folder.h"
#include "support.h"
#include "test_stores.h"
#include "x509/pem.h"

namespace pkigate::config {
namespace {

using namespace pkigate::testing;  // NOLINT: the stores

class KeyStoreFilesTest : public ::testing::Test {
 protected:
  KeyStoreFilesTest() {
    input_.directory = folder_.path().string();
    input_.now_unix = 1'800'000'000;
    input_.options.strict_username = true;
    folder_.Write("role_mapping.yml", "user: [cn=a]\n");
    folder_.Write(
        "config.yml",
        "_meta: {type: config, config_version: 2}\n"
        "config: {dynamic: {authc: {c: {order: 1, http_authenticator: {type: clientcert}, "
        "authentication_backend: {type: noop}}}}}\n");
    folder_.Write("roles_mapping.yml", "_meta: {type: rolesmapping, config_version: 2}\n");
    folder_.Write("key.jks", Store(kKeyJks));
    folder_.Write("key.p12", Store(kKeytoolKeyP12));
    folder_.Write("several.jks", Store(kSeveralJks));
    folder_.Write("several.p12", Store(kSeveralP12));
    folder_.Write("trust.jks", Store(kTrustJks));
    folder_.Write("trust.p12", Store(kKeytoolTrustP12));
    folder_.Write("unmarked.p12", Store(kOpensslUnmarkedP12));
    folder_.Write("key.jceks", Store(kKeyJceks));
  }

  // Reads `settings` as elasticsearch.yml; problems go to problems_.
  DialectFiles Xpack(std::string_view settings) {
    folder_.Write("elasticsearch.yml", settings);
    Diagnostics diagnostics;
    DialectFiles files = ReadXpackFiles(input_, diagnostics);
    problems_ = TextOf(diagnostics, folder_.path().string());
    return files;
  }
  // The same below xpack.security.http.ssl, in one line.
  DialectFiles XpackTls(std::string_view settings) {
    return Xpack("xpack.security.http.ssl: {enabled: true, " + std::string(settings) + "}\n");
  }
  // A realm's truststore beside a listener that needs none, from line 2 on.
  std::string RealmProblems(std::string_view settings) {
    realm_trust_ = nullptr;
    const DialectFiles files = Xpack(
        "xpack.security.http.ssl: {enabled: true, client_authentication: optional, "
        "certificate: server.pem, key: server-key.pem, certificate_authorities: [ca.pem]}\n"
        "xpack.security.authc.realms.pki.p.order: 1\n" +
        std::string(settings));
    const auto& realms = std::get<policy::XpackModel>(files.model.body).realms;
    if (!realms.empty()) {
      realm_trust_ = realms[0].pki.trust;
    }
    return problems_;
  }
  DialectFiles Opendistro(std::string_view settings) {
    folder_.Write("roles.yml", "_meta: {type: roles, config_version: 2}\n");
    folder_.Write("elasticsearch.yml",
                  "opendistro_security.ssl.http: {enabled: true, " + std::string(settings) + "}\n");
    Diagnostics diagnostics;
    input_.dialect = Dialect::kOpendistro;
    DialectFiles files = ReadOpendistroFiles(input_, diagnostics);
    problems_ = TextOf(diagnostics, folder_.path().string());
    return files;
  }
  void Secrets(std::string_view text) {
    std::filesystem::remove(folder_.Path("secrets.yml"));
    input_.secrets_file = folder_.Write("secrets.yml", text);
    std::filesystem::permissions(input_.secrets_file, std::filesystem::perms(0600));
  }

  PkiFolder folder_;
  DialectFilesInput input_;
  std::string problems_;
  std::shared_ptr<const x509::TrustStore> realm_trust_;
};

TEST_F(KeyStoreFilesTest, XpackListener) {
  for (const std::string_view type : {"jks", "p12"}) {
    const DialectFiles files = XpackTls(
        fmt::format("client_authentication: required, keystore: {{path: key.{0}, password: "
                    "secret-1}}, truststore: {{path: trust.{0}, password: secret-1}}",
                    type));
    EXPECT_EQ(problems_, "");
    EXPECT_EQ(files.tls.certificate_chain.size(), 2u);
    EXPECT_TRUE(
        x509::KeyMatchesCertificate(files.tls.private_key, files.tls.certificate_chain[0]).ok());
    ASSERT_NE(files.tls.trust, nullptr);
    EXPECT_EQ(files.tls.trust->num_anchors(), 1u);
  }
}

// X-TLS-11: the authorities of its own key store, those of the chain and those it trusts.
TEST_F(KeyStoreFilesTest, XpackListenerTrustsItsKeyStore) {
  DialectFiles files =
      XpackTls("client_authentication: required, keystore: {path: key.jks, password: secret-1}");
  EXPECT_EQ(problems_, "");
  EXPECT_EQ(files.tls.trust->num_anchors(), 1u);  // the intermediate
  files = XpackTls(
      "keystore: {path: several.p12, password: secret-1}, client_authentication: "
      "optional");
  EXPECT_EQ(files.tls.trust->num_anchors(), 2u);  // and the root
  EXPECT_EQ(problems_,
            "elasticsearch.yml:1:53: warning: xpack.security.http.ssl.keystore.path: several.p12 "
            "holds 2 private keys: the first, [server], is used (keep only one in the store)\n");
}

// The type has no effect: the JDK reads both formats whatever it says.
TEST_F(KeyStoreFilesTest, XpackWords) {
  XpackTls(
      "keystore: {path: key.p12, password: secret-1, type: JKS, algorithm: NewSunX509}, "
      "truststore: {path: trust.jks, password: secret-1, type: pkcs12, algorithm: SunX509}");
  EXPECT_EQ(problems_, "");
  XpackTls(
      "keystore: {path: key.p12, password: secret-1, type: jceks, algorithm: x}, "
      "truststore: {path: trust.jks, password: secret-1, type: bcfks, algorithm: y}");
  EXPECT_EQ(problems_,
            "elasticsearch.yml:1:101: error: xpack.security.http.ssl.keystore.algorithm: unknown "
            "algorithm [x] (PKIX, SunX509 or NewSunX509)\n"
            "elasticsearch.yml:1:88: error: xpack.security.http.ssl.keystore.type: unknown or "
            "unsupported store type [jceks] (jks or PKCS12)\n"
            "elasticsearch.yml:1:179: error: xpack.security.http.ssl.truststore.algorithm: unknown "
            "algorithm [y] (PKIX or SunX509)\n"
            "elasticsearch.yml:1:166: error: xpack.security.http.ssl.truststore.type: unknown or "
            "unsupported store type [bcfks] (jks or PKCS12)\n");
}

TEST_F(KeyStoreFilesTest, XpackPasswords) {
  constexpr std::string_view kKey = "xpack.security.http.ssl.keystore";
  XpackTls("keystore: {path: key.jks, password: secret-2}");
  EXPECT_EQ(problems_,
            "elasticsearch.yml:1:59: error: xpack.security.http.ssl.keystore.path: key.jks: the "
            "integrity check of the JKS store fails; this is usually caused by an incorrect "
            "password (a password was provided) (xpack.security.http.ssl.keystore.password or "
            "xpack.security.http.ssl.keystore.secure_password)\n");
  XpackTls("keystore.path: key.p12");  // X-SET-42
  EXPECT_EQ(problems_,
            "elasticsearch.yml:1:57: error: xpack.security.http.ssl.keystore.path: key.p12: the "
            "integrity check fails; this is usually caused by an incorrect password (no password "
            "was provided) (xpack.security.http.ssl.keystore.password or "
            "xpack.security.http.ssl.keystore.secure_password)\n");
  XpackTls("keystore: {path: key.jks, password: secret-1, key_password: secret-2}");
  EXPECT_EQ(problems_,
            "elasticsearch.yml:1:59: error: xpack.security.http.ssl.keystore.path: key.jks: the "
            "private key of entry [server]: its integrity check fails; this is usually caused by "
            "an incorrect password (a password was provided) "
            "(xpack.security.http.ssl.keystore.key_password or "
            "xpack.security.http.ssl.keystore.secure_key_password)\n");
  XpackTls("keystore: {path: key.jks, password: \"${HUSH}\"}");
  EXPECT_EQ(problems_,
            "elasticsearch.yml:1:68: error: xpack.security.http.ssl.keystore.password: holds a "
            "placeholder that cannot be replaced (set the environment variable, or give a default: "
            "${NAME:default})\n");
  XpackTls("keystore: {path: key.jks, password: \"${HUSH:secret-1}\"}");
  EXPECT_EQ(problems_, "");
  XpackTls("keystore.path: \"${HUSH}/key.jks\"");
  EXPECT_EQ(
      problems_.substr(0, problems_.find(" (set")),
      "elasticsearch.yml:1:57: error: xpack.security.http.ssl.keystore.path: Could not resolve "
      "placeholder 'HUSH'");
  // Secure ones.
  Secrets(fmt::format("{0}.secure_password: secret-1\n{0}.secure_key_password: secret-1\n", kKey));
  XpackTls("keystore.path: key.jks");
  EXPECT_EQ(problems_, "");
  XpackTls("keystore: {path: key.jks, password: secret-1}");  // X-SET-43
  EXPECT_EQ(problems_,
            "elasticsearch.yml:1:68: error: xpack.security.http.ssl.keystore.password: cannot "
            "specify both [xpack.security.http.ssl.keystore.password] and "
            "[xpack.security.http.ssl.keystore.secure_password] (keep the one in the file of "
            "secrets)\n");
  XpackTls("keystore: {path: key.jks, secure_password: secret-1}");
  EXPECT_EQ(problems_,
            "elasticsearch.yml:1:68: error: xpack.security.http.ssl.keystore.secure_password: a "
            "secure setting cannot stand in this file (listeners[].secrets_file of pkigate.yml "
            "names the file for it)\n");
  Secrets("xpack.security.http.ssl.secure_key_passphrase: secret\n");
  XpackTls("certificate: server.pem, key: server-key-encrypted.pem");
  EXPECT_EQ(problems_, "");
  Secrets("xpack.security.http.ssl.secure_key_passphrase: secret-2\n");
  XpackTls("certificate: server.pem, key: server-key-encrypted.pem");
  EXPECT_EQ(problems_.find("secret-2"), std::string::npos);
  EXPECT_NE(problems_.find("the passphrase does not open"), std::string::npos) << problems_;
}

// X-TLS-8, X-TLS-9
TEST_F(KeyStoreFilesTest, XpackConflicts) {
  XpackTls("keystore.path: key.jks, key: server-key.pem");
  EXPECT_EQ(problems_,
            "elasticsearch.yml:1:42: error: xpack.security.http.ssl.keystore.path: cannot specify "
            "both [xpack.security.http.ssl.key] and [xpack.security.http.ssl.keystore.path]\n");
  XpackTls(
      "certificate: server.pem, key: server-key.pem, certificate_authorities: [ca.pem], "
      "truststore.path: trust.jks");
  EXPECT_EQ(problems_,
            "elasticsearch.yml:1:123: error: xpack.security.http.ssl.truststore.path: cannot "
            "specify both [xpack.security.http.ssl.certificate_authorities] and "
            "[xpack.security.http.ssl.truststore.path]\n");
}

TEST_F(KeyStoreFilesTest, XpackRealm) {
  constexpr std::string_view kStore = "xpack.security.authc.realms.pki.p.truststore";
  EXPECT_EQ(RealmProblems(fmt::format("{}: {{path: trust.jks, password: secret-1}}\n", kStore)),
            "");
  ASSERT_NE(realm_trust_, nullptr);
  EXPECT_EQ(realm_trust_->num_anchors(), 1u);
  // The JDK's trust managers trust the leaves of a store's keys, too.
  EXPECT_EQ(RealmProblems(fmt::format("{}: {{path: several.p12, password: secret-1}}\n", kStore)),
            "");
  EXPECT_EQ(realm_trust_->num_anchors(), 3u);
  Secrets(fmt::format("{}.secure_password: secret-1\n", kStore));
  EXPECT_EQ(RealmProblems(fmt::format("{}.path: trust.p12\n", kStore)), "");
  EXPECT_EQ(RealmProblems(fmt::format("{}.path: none.p12\n", kStore)),
            "elasticsearch.yml:3:52: error: xpack.security.authc.realms.pki.p.truststore.path: "
            "cannot read none.p12: No such file or directory\n");
  EXPECT_EQ(RealmProblems(fmt::format("{}.path: key.jceks\n", kStore)),
            "elasticsearch.yml:3:52: error: xpack.security.authc.realms.pki.p.truststore.path: "
            "key.jceks: is a JCEKS store, expected JKS or PKCS12 (keytool -importkeystore "
            "-srckeystore key.jceks -destkeystore new.p12 -deststoretype PKCS12 makes a store that "
            "is)\n");
  EXPECT_EQ(RealmProblems(fmt::format("{}.path: unmarked.p12\n", kStore)),  // X-SET-45
            "elasticsearch.yml:3:1: warning: xpack.security.authc.realms.pki.p.truststore.path: "
            "has no accepted certificate issuers: nobody is trusted, as none of its 1 certificates "
            "is marked as trusted (keytool -importcert marks them, openssl does not)\n");
  ASSERT_NE(realm_trust_, nullptr);
  EXPECT_TRUE(realm_trust_->empty());
}

TEST_F(KeyStoreFilesTest, OpendistroListener) {
  const DialectFiles files = Opendistro(
      "keystore_filepath: key.p12, keystore_password: secret-1, keystore_type: PKCS12, "
      "truststore_filepath: trust.jks, truststore_password: secret-1, truststore_type: JKS");
  EXPECT_EQ(problems_, "");
  EXPECT_EQ(files.tls.certificate_chain.size(), 2u);
  ASSERT_NE(files.tls.trust, nullptr);
  EXPECT_EQ(files.tls.trust->num_anchors(), 1u);
}

TEST_F(KeyStoreFilesTest, OpendistroAliases) {
  constexpr std::string_view kStores =
      "keystore_filepath: several.jks, keystore_password: secret-1, truststore_filepath: "
      "several.p12, truststore_password: secret-1";
  // Of a store's keys the certificates are not trusted, here.
  DialectFiles files = Opendistro(fmt::format("{}, keystore_alias: SERVER", kStores));
  EXPECT_EQ(problems_, "");
  EXPECT_EQ(files.tls.trust->num_anchors(), 1u);
  files = Opendistro(fmt::format(
      "{}, keystore_alias: other, keystore_keypassword: other-1, truststore_alias: root", kStores));
  EXPECT_EQ(problems_, "");
  EXPECT_EQ(files.tls.certificate_chain.size(), 1u);
  Opendistro(fmt::format("{}, keystore_alias: root, truststore_alias: other", kStores));
  EXPECT_EQ(problems_,
            "elasticsearch.yml:1:173: error: opendistro_security.ssl.http.keystore_alias: "
            "several.jks has no private key [root] (keytool -list -keystore several.jks)\n"
            "elasticsearch.yml:1:195: error: opendistro_security.ssl.http.truststore_alias: "
            "several.p12 has no trusted certificate [other] (keytool -list -keystore "
            "several.p12)\n");
  Opendistro("clientauth_mode: NONE, keystore_filepath: trust.jks, keystore_password: secret-1");
  EXPECT_EQ(problems_,
            "elasticsearch.yml:1:70: error: opendistro_security.ssl.http.keystore_filepath: "
            "trust.jks holds no private key (an entry of keytool -genkeypair or openssl pkcs12 "
            "-export -inkey; keys that are not encrypted do not count)\n");
}

// `changeit` is what both stores are opened with by default.
TEST_F(KeyStoreFilesTest, OpendistroPasswords) {
  Opendistro("clientauth_mode: NONE, keystore_filepath: key.jks");
  EXPECT_EQ(problems_,
            "elasticsearch.yml:1:89: error: opendistro_security.ssl.http.keystore_filepath: "
            "key.jks: the integrity check of the JKS store fails; this is usually caused by an "
            "incorrect password (a password was provided) "
            "(opendistro_security.ssl.http.keystore_password)\n");
}

// PEM or stores: the key decides which of them the trust is, too.
TEST_F(KeyStoreFilesTest, OpendistroKinds) {
  constexpr std::string_view kPem = "pemcert_filepath: server.pem, pemkey_filepath: server-key.pem";
  constexpr std::string_view kStore = "keystore_filepath: key.p12, keystore_password: secret-1";
  Opendistro(fmt::format("{}, {}, clientauth_mode: NONE", kStore, kPem));
  EXPECT_EQ(problems_,
            "elasticsearch.yml:1:104: warning: opendistro_security.ssl.http.pemcert_filepath: has "
            "no effect beside [opendistro_security.ssl.http.keystore_filepath] (keep one of the "
            "two)\n");
  Opendistro(fmt::format("{}, truststore_filepath: trust.p12", kPem));
  EXPECT_EQ(problems_,
            "elasticsearch.yml:1:110: error: opendistro_security.ssl.http.truststore_filepath: has "
            "no effect without a key store, and nobody else is trusted "
            "(opendistro_security.ssl.http.pemtrustedcas_filepath, or clientauth_mode: NONE)\n");
  Opendistro(fmt::format("{}, pemtrustedcas_filepath: ca.pem", kStore));
  EXPECT_EQ(problems_,
            "elasticsearch.yml:1:104: error: opendistro_security.ssl.http.pemtrustedcas_filepath: "
            "has no effect beside a key store, and nobody else is trusted "
            "(opendistro_security.ssl.http.truststore_filepath, or clientauth_mode: NONE)\n");
  Opendistro(
      fmt::format("{}, pemtrustedcas_filepath: ca.pem, truststore_filepath: trust.p12", kPem));
  EXPECT_EQ(problems_,
            "elasticsearch.yml:1:142: warning: opendistro_security.ssl.http.truststore_filepath: "
            "has no effect beside [opendistro_security.ssl.http.pemtrustedcas_filepath] (keep one "
            "of the two)\n");
  Opendistro(fmt::format("{}", kStore));
  EXPECT_EQ(problems_,
            "elasticsearch.yml:1:32: error: opendistro_security.ssl.http.enabled: certificates of "
            "clients are asked for, but nobody is trusted to issue them "
            "(opendistro_security.ssl.http.truststore_filepath, or clientauth_mode: NONE)\n");
  Opendistro(fmt::format("{}, clientauth_mode: NONE, keystore_type: BCFKS", kStore));
  EXPECT_EQ(
      problems_,
      "elasticsearch.yml:1:127: error: opendistro_security.ssl.http.keystore_type: unknown or "
      "unsupported store type [BCFKS] (jks or PKCS12)\n");
}

}  // namespace
}  // namespace pkigate::config
