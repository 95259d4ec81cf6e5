// SPDX-License-Identifier: Apache-2.0
//
// elasticsearch.yml of X-Pack with everything it names: what is read, and for each thing taken a
// neighbour that is refused, with file, line and reason.
#include "config/xpack_files.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "pki_folder.h"
#include "support.h"

namespace pkigate::config {
namespace {

// Lines 1 to 5.
constexpr std::string_view kTls =
    "xpack.security.http.ssl.enabled: true\n"
    "xpack.security.http.ssl.certificate: server.pem\n"
    "xpack.security.http.ssl.key: server-key.pem\n"
    "xpack.security.http.ssl.certificate_authorities: [ca.pem]\n"
    "xpack.security.http.ssl.client_authentication: optional\n";
// Line 6.
constexpr std::string_view kRealm = "xpack.security.authc.realms.pki.p.order: 1\n";

class XpackFilesTest : public testing::Test {
 protected:
  XpackFilesTest() {
    folder_.Write("role_mapping.yml", "user: [\"cn=John Doe,ou=example,o=com\"]\n");
    input_.directory = folder_.path().string();
    input_.now_unix = 1'700'000'000;        // 2023
    input_.options.strict_username = true;  // no warning about the default pattern
  }

  // What the files come to; the problems are in problems_, without the folder.
  DialectFiles Read(std::string_view settings) {
    folder_.Write("elasticsearch.yml", settings);
    Diagnostics diagnostics;
    DialectFiles files = ReadXpackFiles(input_, diagnostics);
    problems_ = TextOf(diagnostics, folder_.path().string());
    return files;
  }
  std::string Problems(std::string_view settings) {
    Read(settings);
    return problems_;
  }
  // The settings of a listener and a realm, and these lines from line 7 on.
  std::string ProblemsWith(std::string_view added) {
    return Problems(std::string(kTls) + std::string(kRealm) + std::string(added));
  }
  const policy::XpackModel& ModelOf(const DialectFiles& files) {
    return std::get<policy::XpackModel>(files.model.body);
  }

  PkiFolder folder_;
  DialectFilesInput input_;
  std::string problems_;
};

TEST_F(XpackFilesTest, TypedForm) {
  input_.options = {.allow_sha1 = true, .xpack_answers = 7, .strict_username = true};
  const DialectFiles files = Read(std::string(kTls) +
                                  "xpack.security.authc.realms.pki.p:\n"
                                  "  order: 3\n"
                                  "  username_pattern: \"UID=(.*?)(?:,|$)\"\n"
                                  "  certificate_authorities: [\"ca.pem\", \"other-ca.pem\"]\n"
                                  "  cache.ttl: 90s\n"
                                  "  cache: {max_users: 7}\n"
                                  "  truststore.algorithm: PKIX\n"
                                  "  unmapped_groups_as_roles: false\n"
                                  "  delegation.enabled: false\n"
                                  "  files.role_mapping: role_mapping.yml\n"
                                  "cluster.name: anything\n"
                                  "xpack.monitoring.enabled: true\n");
  EXPECT_EQ(problems_, "");
  EXPECT_TRUE(files.tls.enabled);
  EXPECT_TRUE(files.tls.verify);
  EXPECT_EQ(files.tls.client_authentication, ClientAuthentication::kOptional);
  EXPECT_EQ(files.tls.certificate_chain.size(), 1u);
  EXPECT_FALSE(files.tls.private_key.empty());
  ASSERT_NE(files.tls.trust, nullptr);
  EXPECT_EQ(files.tls.trust->num_anchors(), 1u);
  EXPECT_EQ(files.tls.version_min, 0x0303);
  EXPECT_EQ(files.tls.version_max, 0x0304);
  EXPECT_EQ(files.model.dialect, Dialect::kXpack);
  const policy::XpackModel& model = ModelOf(files);
  EXPECT_EQ(model.answers, 7);
  ASSERT_EQ(model.realms.size(), 1u);
  const identity::PkiRealmModel& realm = model.realms[0].pki;
  EXPECT_EQ(realm.name, "p");
  EXPECT_EQ(realm.key_prefix, "xpack.security.authc.realms.pki.p");
  EXPECT_EQ(realm.order, 3);
  EXPECT_TRUE(realm.enabled);
  EXPECT_TRUE(realm.strict_username);
  EXPECT_EQ(realm.username_pattern, "UID=(.*?)(?:,|$)");
  EXPECT_EQ(realm.username_where.line, 8);
  EXPECT_EQ(realm.cache_ttl_seconds, 90);
  ASSERT_NE(realm.trust, nullptr);
  EXPECT_EQ(realm.trust->num_anchors(), 2u);
  ASSERT_EQ(model.realms[0].file_mappings.size(), 1u);
  EXPECT_EQ(model.realms[0].file_mappings[0].role, "user");
  EXPECT_EQ(model.realms[0].file_mappings[0].dn, "cn=John Doe,ou=example,o=com");
  EXPECT_EQ(model.realms[0].file_mappings[0].where.line, 1);
}

TEST_F(XpackFilesTest, FlatFormWithTheCommonTlsSettings) {
  const DialectFiles files = Read(
      "xpack:\n"
      "  ssl:\n"
      "    certificate: server.pem\n"
      "    key: server-key-encrypted.pem\n"
      "    key_passphrase: secret\n"
      "    certificate_authorities: ca.pem, other-ca.pem\n"
      "    supported_protocols: [TLSv1.2]\n"
      "    client_authentication: none\n"
      "  security:\n"
      "    http.ssl:\n"
      "      enabled: true\n"
      "      client_authentication: REQUIRED\n"
      "    authc.realms.pki1:\n"
      "      type: pki\n"
      "      order: 0\n"
      "      username_rdn_name: UID\n");
  EXPECT_EQ(problems_, "");
  EXPECT_EQ(files.tls.client_authentication, ClientAuthentication::kRequired);
  EXPECT_EQ(files.tls.trust->num_anchors(), 2u);
  EXPECT_EQ(files.tls.version_max, 0x0303);
  const identity::PkiRealmModel& realm = ModelOf(files).realms.at(0).pki;
  EXPECT_EQ(realm.name, "pki1");
  EXPECT_EQ(realm.key_prefix, "xpack.security.authc.realms.pki1");
  EXPECT_EQ(realm.username_rdn_name, "UID");
  EXPECT_EQ(realm.cache_ttl_seconds, 20 * 60);
  EXPECT_EQ(realm.trust, nullptr);
}

TEST_F(XpackFilesTest, ALayersOwnCertificateIsNotMixedWithTheCommonKey) {
  EXPECT_EQ(Problems("xpack.ssl.key: server-key.pem\n"
                     "xpack.ssl.certificate: server.pem\n"
                     "xpack.security.http.ssl.enabled: true\n"
                     "xpack.security.http.ssl.certificate: server.pem\n"),
            "elasticsearch.yml:4:1: error: xpack.security.http.ssl.certificate: needs "
            "[xpack.security.http.ssl.key] beside it\n");
}

TEST_F(XpackFilesTest, ARealmNamedPkiInTheFlatForm) {
  const DialectFiles files =
      Read(std::string(kTls) + "xpack.security.authc.realms.pki.type: pki\n" +
           "xpack.security.authc.realms.pki.order: 1\n");
  EXPECT_EQ(problems_, "");
  EXPECT_EQ(ModelOf(files).realms.at(0).pki.name, "pki");
  EXPECT_EQ(ModelOf(files).realms.at(0).pki.order, 1);
}

TEST_F(XpackFilesTest, NoRealmAtAll) {
  const DialectFiles files = Read(kTls);
  EXPECT_EQ(problems_, "");
  EXPECT_TRUE(ModelOf(files).realms.empty());
}

TEST_F(XpackFilesTest, ADisabledRealmStaysInTheModel) {
  const DialectFiles files =
      Read(std::string(kTls) + std::string(kRealm) +
           "xpack.security.authc.realms.pki.p.enabled: false\n"
           "xpack.security.authc.realms.pki.p.certificate_authorities: [gone.pem]\n"
           "xpack.security.authc.realms.pki.p.files.role_mapping: gone.yml\n");
  EXPECT_EQ(problems_, "");
  EXPECT_FALSE(ModelOf(files).realms.at(0).pki.enabled);
}

TEST_F(XpackFilesTest, RevocationListsOfTheGateway) {
  for (const char* name : {"ca.crl.pem", "ca.crl.der"}) {
    input_.crl_file = folder_.Path(name);
    input_.crl_file_where = {"pkigate.yml", 4};
    const DialectFiles files = Read(std::string(kTls) + std::string(kRealm));
    EXPECT_EQ(problems_, "");
    EXPECT_EQ(files.tls.trust->num_crls(), 1u);
  }
  input_.crl_file = folder_.Path("none.pem");
  EXPECT_EQ(ProblemsWith(""),
            "pkigate.yml:4: error: crl_file: cannot read none.pem: No such file or directory "
            "(certificate revocation lists, PEM or DER)\n");
}

TEST_F(XpackFilesTest, AListenersOwnIssuersAreTrustedWithoutATrustSetting) {
  const DialectFiles files = Read(
      "xpack.security.http.ssl.enabled: true\n"
      "xpack.security.http.ssl.certificate: server-chain.pem\n"
      "xpack.security.http.ssl.key: server-key.pem\n"
      "xpack.security.http.ssl.client_authentication: optional\n");
  EXPECT_EQ(problems_, "");
  ASSERT_NE(files.tls.trust, nullptr);
  EXPECT_EQ(files.tls.trust->num_anchors(), 1u);
}

TEST_F(XpackFilesTest, PlainHttp) {
  const DialectFiles files = Read(
      "xpack.security.http.ssl.enabled: false\n"
      "xpack.security.http.ssl.certificate: gone.pem\n");
  EXPECT_EQ(problems_, "");
  EXPECT_FALSE(files.tls.enabled);
}

TEST_F(XpackFilesTest, AnotherLayerMayAskForTheCertificates) {
  // X-SET-54 is about any layer; this listener then has nothing to go by, which is a warning.
  EXPECT_EQ(
      Problems("xpack.security.http.ssl.enabled: true\n"
               "xpack.security.http.ssl.certificate: server.pem\n"
               "xpack.security.http.ssl.key: server-key.pem\n"
               "xpack.security.transport.ssl.enabled: true\n" +
               std::string(kRealm)),
      "elasticsearch.yml:5:1: warning: xpack.security.authc.realms.pki.p.order: this listener "
      "never asks for a certificate: the PKI realm has nothing to go by "
      "(xpack.security.http.ssl.client_authentication: optional)\n");
}

TEST_F(XpackFilesTest, UncheckedCertificatesNeedARealmThatChecks) {
  std::string lines(kTls);
  lines += kRealm;
  lines += "xpack.security.http.ssl.verification_mode: none\n";
  const std::string unchecked =
      "elasticsearch.yml:7:1: warning: xpack.security.http.ssl.verification_mode: certificates of "
      "clients are not checked by this listener\n";
  EXPECT_EQ(Problems(lines),
            unchecked +
                "elasticsearch.yml:6:1: error: xpack.security.authc.realms.pki.p.order: with "
                "verification_mode none and without a trust of its own the realm "
                "would take every self-made certificate "
                "(xpack.security.authc.realms.pki.p.certificate_authorities, or in pkigate.yml "
                "insecure.allow_untrusted_pki: true)\n");
  EXPECT_EQ(
      Problems(lines + "xpack.security.authc.realms.pki.p.certificate_authorities: [ca.pem]\n"),
      unchecked);
  input_.options.allow_untrusted_pki = true;
  EXPECT_FALSE(Read(lines).tls.verify);
  EXPECT_EQ(problems_, unchecked);
}

struct Line {
  std::string_view added;    // from line 7 on
  std::string_view problem;  // all of it
};

TEST_F(XpackFilesTest, RealmsAreChecked) {
  constexpr Line kLines[] = {
      // X-SET-3
      {"xpack: {security.authc.realms.pki.p.order: 2}",
       "elasticsearch.yml:7:9: error: xpack.security.authc.realms.pki.p.order: given twice, first "
       "on line 6 (nested and dotted spellings are the same setting; keep one)"},
      // X-SET-5
      {"xpack.security.authc.realms.q.order: 2",
       "elasticsearch.yml:7:1: error: xpack.security.authc.realms.q.order: missing realm type "
       "[xpack.security.authc.realms.q.type] for realm [q] (xpack.security.authc.realms.q.type: "
       "pki, or since 7.x xpack.security.authc.realms.pki.q.…)"},
      {"xpack.security.authc.realms.q.truststore.path: x",
       "elasticsearch.yml:7:1: error: xpack.security.authc.realms.q.truststore.path: missing realm "
       "type [xpack.security.authc.realms.q.type] for realm [q] "
       "(xpack.security.authc.realms.q.type: pki, or since 7.x "
       "xpack.security.authc.realms.pki.q.…)"},
      {"xpack.security.authc.realms.q.type: ''",
       "elasticsearch.yml:7:1: error: xpack.security.authc.realms.q.type: missing realm type "
       "[xpack.security.authc.realms.q.type] for realm [q]"},
      {"xpack.security.authc.realms.q: pki",
       "elasticsearch.yml:7:1: error: xpack.security.authc.realms.q: expected the settings of a "
       "realm, got a value"},
      // X-SET-6
      {"xpack.security.authc.realms.q.type: pkix",
       "elasticsearch.yml:7:1: error: xpack.security.authc.realms.q.type: unknown realm type "
       "[pkix] "
       "for realm [q] (did you mean `pki`?)"},
      {"xpack.security.authc.realms.pkix.q.order: 2",
       "elasticsearch.yml:7:1: error: xpack.security.authc.realms.pkix.q.order: unknown realm type "
       "[pkix] for realm [q] (did you mean `pki`?)"},
      // X-SET-7
      {"xpack.security.authc.realms.file.p.order: 2",
       "elasticsearch.yml:7:1: error: xpack.security.authc.realms.file.p.order: Found multiple "
       "realms configured with the same name: [p]"},
      {"xpack.security.authc.realms.native.a.enabled: false\n"
       "xpack.security.authc.realms.native.b.enabled: false",
       "elasticsearch.yml:8:1: error: xpack.security.authc.realms.native.b.enabled: multiple "
       "[native] realms are configured"},
      // X-SET-10, X-SET-11
      {"xpack.security.authc.realms.pki.q.order: first",
       "elasticsearch.yml:7:1: error: xpack.security.authc.realms.pki.q.order: `first` does not "
       "begin with a number\n"
       "elasticsearch.yml:7:1: warning: xpack.security.authc.realms.pki.q.order: realm [q] has no "
       "order and comes last (xpack.security.authc.realms.pki.q.order: a number)"},
      {"xpack.security.authc.realms.pki.p.enabled: 1",
       "elasticsearch.yml:7:1: error: xpack.security.authc.realms.pki.p.enabled: expected true or "
       "false, got `1`"},
      // X-SET-15, X-SET-44, X-SET-45
      {"xpack.security.authc.realms.pki.p.certificate_authorities: [ca.pem, gone.pem]",
       "elasticsearch.yml:7:69: error: "
       "xpack.security.authc.realms.pki.p.certificate_authorities: cannot read gone.pem: No such "
       "file or directory"},
      {"xpack.security.authc.realms.pki.p.certificate_authorities: []",
       "elasticsearch.yml:7:1: warning: "
       "xpack.security.authc.realms.pki.p.certificate_authorities: has no accepted certificate "
       "issuers: the realm trusts nobody"},
      // X-SET-16, X-SET-19, X-SET-40
      {"xpack.security.authc.realms.pki.p.truststore.path: store.jks\n"
       "xpack.security.authc.realms.pki.p.certificate_authorities: [ca.pem]",
       "elasticsearch.yml:7:1: error: xpack.security.authc.realms.pki.p.truststore.path: cannot "
       "specify both [xpack.security.authc.realms.pki.p.certificate_authorities] and "
       "[xpack.security.authc.realms.pki.p.truststore.path] "
       "(xpack.security.authc.realms.pki.p.certificate_authorities)"},
      {"xpack.security.authc.realms.pki.p.truststore.algorithm: X509",
       "elasticsearch.yml:7:1: error: xpack.security.authc.realms.pki.p.truststore.algorithm: "
       "unknown algorithm [X509] (PKIX or SunX509)"},
      // X-SET-20: named, so it has to be there
      {"xpack.security.authc.realms.pki.p.files.role_mapping: gone.yml",
       "elasticsearch.yml:7:1: error: xpack.security.authc.realms.pki.p.files.role_mapping: Role "
       "mapping file [gone.yml] for realm [p] does not exist."},
      // X-SET-21, X-SET-48
      {"xpack.security.authc.realms.pki.p.authorization_realms: [ldap9]",
       "elasticsearch.yml:7:58: error: xpack.security.authc.realms.pki.p.authorization_realms: "
       "configured authorization realm [ldap9] does not exist (or is not enabled)"},
      {"xpack.security.authc.realms.pki.p.authorization_realms: [p]",
       "elasticsearch.yml:7:58: error: xpack.security.authc.realms.pki.p.authorization_realms: "
       "realm [p] cannot be its own authorization realm"},
      {"xpack.security.authc.realms.pki.p.authorization_realms: [q]\n"
       "xpack.security.authc.realms.pki.q.order: 2",
       "elasticsearch.yml:7:1: warning: xpack.security.authc.realms.pki.p.authorization_realms: no "
       "user can be looked up in the pki realm [q]"},
      {"xpack.security.authc.realms.pki.p.authorization_realms: [f]\n"
       "xpack.security.authc.realms.file.f: {order: 2, enabled: false}",
       "elasticsearch.yml:7:58: error: xpack.security.authc.realms.pki.p.authorization_realms: "
       "configured authorization realm [f] does not exist (or is not enabled)"},
      // X-SET-22, X-SET-46, X-SET-47
      {"xpack.security.authc.realms.pki.p.delegation.enabled: true\n"
       "xpack.security.authc.token.enabled: false",
       "elasticsearch.yml:7:1: error: xpack.security.authc.realms.pki.p.delegation.enabled: PKI "
       "realms with delegation enabled require a trust configuration "
       "(xpack.security.authc.realms.pki.p.certificate_authorities or "
       "xpack.security.authc.realms.pki.p.truststore.path) and that the token service be also "
       "enabled (xpack.security.authc.token.enabled)"},
      {"xpack.security.authc.realms.pki.p.delegation.enabled: true\n"
       "xpack.security.authc.realms.pki.p.certificate_authorities: [ca.pem]",
       "elasticsearch.yml:7:1: error: xpack.security.authc.realms.pki.p.delegation.enabled: "
       "delegation is not available yet"},
      // X-SET-23, X-SET-24, X-SET-55
      {"xpack.security.authc.realms.pki.p.cache.ttl: 20",
       "elasticsearch.yml:7:1: error: xpack.security.authc.realms.pki.p.cache.ttl: `20` is no time "
       "value: write a whole number and one of d, h, m, s, ms, micros, nanos"},
      {"xpack.security.authc.realms.pki.p.cache.ttl: -1",
       "elasticsearch.yml:7:1: error: xpack.security.authc.realms.pki.p.cache.ttl: negative "
       "durations are not supported (0 turns the cache off)"},
      {"xpack.security.authc.realms.pki.p.cache.ttl: -5m",
       "elasticsearch.yml:7:1: error: xpack.security.authc.realms.pki.p.cache.ttl: negative "
       "durations are not supported, got `-5m`"},
      {"xpack.security.authc.realms.pki.p.cache.max_users: 0",
       "elasticsearch.yml:7:1: error: xpack.security.authc.realms.pki.p.cache.max_users: 0 is out "
       "of range (from 1 to 2147483647)"},
      // X-SET-25
      {"xpack.security.authc.realms.pki.p.unmapped_groups_as_roles: maybe",
       "elasticsearch.yml:7:1: error: xpack.security.authc.realms.pki.p.unmapped_groups_as_roles: "
       "expected true or false, got `maybe`"},
      // X-SET-30
      {"xpack.security.authc.realms.pki.p.user_pattern: x",
       "elasticsearch.yml:7:1: error: xpack.security.authc.realms.pki.p.user_pattern: unknown "
       "setting [xpack.security.authc.realms.pki.p.user_pattern] (did you mean "
       "`username_pattern`?)"},
      {"xpack.security.authc.realms.pki.p.type: pki",
       "elasticsearch.yml:7:1: error: xpack.security.authc.realms.pki.p.type: unknown setting "
       "[xpack.security.authc.realms.pki.p.type]"},
      {"xpack.security.authc.realms.file.f.order: 0\n"
       "xpack.security.authc.realms.file.f.user: x",
       "elasticsearch.yml:8:1: error: xpack.security.authc.realms.file.f.user: unknown setting "
       "[xpack.security.authc.realms.file.f.user]"},
      {"xpack.security.authc.realms.file.f: {order: 0, cache: {ttl: -1, hash_algo: pbkdf2}}",
       "elasticsearch.yml:7:56: error: xpack.security.authc.realms.file.f.cache.ttl: negative "
       "durations are not supported (0 turns the cache off)"},
      {"xpack.security.authc.realms.native.n: {order: 0, authentication.enabled: false}",
       "elasticsearch.yml:7:50: error: "
       "xpack.security.authc.realms.native.n.authentication.enabled: a realm for lookups alone is "
       "not offered (true)"},
      // X-SET-31, X-SET-32
      {"xpack.security.authc.realms.pki.a.order: 1",
       "elasticsearch.yml:7:1: warning: xpack.security.authc.realms.pki.a.order: Found multiple "
       "realms configured with the same order: p and a have 1; they are asked in the order of "
       "their names"},
      {"xpack.security.authc.realms.pki._x.order: 2",
       "elasticsearch.yml:7:1: warning: xpack.security.authc.realms.pki._x.order: the name of "
       "realm "
       "[_x] begins with `_` (such names are reserved)"},
      // X-SET-4
      {"xpack.security.authc.realms.q.type: pki\n"
       "xpack.security.authc.realms.q.order: 2",
       "elasticsearch.yml:6:1: warning: xpack.security.authc.realms.pki.p.order: realms are "
       "written "
       "in the 5.x/6.x and the 7.x form in one file"},
      // X-SET-49
      {"xpack.security.authc.realms.pki.p.username_rdn_name: CN\n"
       "xpack.security.authc.realms.pki.p.username_rdn_oid: 2.5.4.3",
       "elasticsearch.yml:8:1: error: xpack.security.authc.realms.pki.p.username_rdn_oid: Both "
       "[xpack.security.authc.realms.pki.p.username_rdn_oid] and "
       "[xpack.security.authc.realms.pki.p.username_rdn_name] are set (keep one of the two)"},
      // X-DEC-4
      {"xpack.security.authc.realms.ldap.l.url: x",
       "elasticsearch.yml:7:1: error: xpack.security.authc.realms.ldap.l.url: realm type [ldap] of "
       "realm [l] is not supported by pkigate (xpack.security.authc.realms.ldap.l.enabled: false)"},
      {"xpack.security.authc.realms.ldap.l.url: x\n"
       "xpack.security.authc.realms.ldap.l.enabled: false",
       ""},
  };
  for (const Line& line : kLines) {
    EXPECT_EQ(ProblemsWith(std::string(line.added) + "\n"),
              std::string(line.problem) + (line.problem.empty() ? "" : "\n"))
        << line.added;
  }
}

TEST_F(XpackFilesTest, TheDefaultPatternDeservesAWarning) {
  input_.options.strict_username = false;
  const std::string pattern = "xpack.security.authc.realms.pki.p.username_pattern: ";
  const std::string warning =
      "the default username_pattern also matches inside the value of another attribute "
      "(CVE-2025-37731) (pki.strict_username: true in pkigate.yml)\n";
  EXPECT_EQ(ProblemsWith(""),
            "elasticsearch.yml:6:1: warning: xpack.security.authc.realms.pki.p.order: " + warning);
  EXPECT_EQ(ProblemsWith(pattern + "'CN=(.*?)(?:,|$)'\n"),
            "elasticsearch.yml:7:1: warning: " + pattern + warning);
  EXPECT_EQ(ProblemsWith(pattern + "'^CN=(.*?)(?:,|$)'\n"), "");
  EXPECT_EQ(ProblemsWith("xpack.security.authc.realms.pki.p.username_rdn_name: CN\n"), "");
}

TEST_F(XpackFilesTest, OtherSettingsOfSecurity) {
  constexpr Line kLines[] = {
      {"xpack.security.http.ssl.client_autentication: optional",
       "elasticsearch.yml:7:1: error: xpack.security.http.ssl.client_autentication: unknown "
       "setting "
       "[xpack.security.http.ssl.client_autentication] (did you mean "
       "`http.ssl.client_authentication`?)"},
      {"xpack.security.enabled: false",
       "elasticsearch.yml:7:1: error: xpack.security.enabled: a gateway without security is not "
       "offered"},
      {"xpack.security.authc.anonymous: {username: a, roles: [r], authz_exception: false}", ""},
      {"xpack.security.authc.anonymous: {username: '', roles: [r]}",
       "elasticsearch.yml:7:34: error: xpack.security.authc.anonymous.username: the anonymous user "
       "has to have a name (_anonymous)"},
      {"xpack.security.authc.run_as.enable: false",
       "elasticsearch.yml:7:1: error: xpack.security.authc.run_as.enable: unknown setting "
       "[xpack.security.authc.run_as.enable] (did you mean `authc.run_as.enabled`?)"},
      {"xpack.security.authc.run_as.enabled: no",
       "elasticsearch.yml:7:1: error: xpack.security.authc.run_as.enabled: expected true or false, "
       "got `no`"},
      {"xpack.security.http.filter.allow: 10.0.0.0/8",
       "elasticsearch.yml:7:1: error: xpack.security.http.filter.allow: filtering by address is "
       "not "
       "available"},
      {"xpack.security.http.ssl.keystore.path: x.p12",
       "elasticsearch.yml:7:1: error: xpack.security.http.ssl.keystore.path: cannot specify both "
       "[xpack.security.http.ssl.certificate] and [xpack.security.http.ssl.keystore.path]"},
      {"xpack.security.http.ssl.truststore.path: x.p12",
       "elasticsearch.yml:7:1: error: xpack.security.http.ssl.truststore.path: cannot specify both "
       "[xpack.security.http.ssl.certificate_authorities] and "
       "[xpack.security.http.ssl.truststore.path]"},
      {"xpack.security.http.ssl.trust_restrictions.path: x",
       "elasticsearch.yml:7:1: error: xpack.security.http.ssl.trust_restrictions.path: trust "
       "restrictions are not supported"},
      {"xpack.security.http.ssl.secure_key_passphrase: x",
       "elasticsearch.yml:7:1: error: xpack.security.http.ssl.secure_key_passphrase: a secure "
       "setting cannot stand in this file (listeners[].secrets_file of pkigate.yml names the file "
       "for it)"},
      {"xpack.security.http.ssl.verification_mode: partial",
       "elasticsearch.yml:7:1: error: xpack.security.http.ssl.verification_mode: failed to parse "
       "value [partial] for setting [xpack.security.http.ssl.verification_mode] (none, certificate "
       "or full)"},
      {"xpack.security.http.ssl.supported_protocols: [TLSv1.3, SSLv3]",
       "elasticsearch.yml:7:56: error: xpack.security.http.ssl.supported_protocols: unsupported "
       "protocol [SSLv3] (TLSv1.3, TLSv1.2)"},
      {"xpack.security.http.ssl.supported_protocols: TLSv1.2,TLSv1.1",
       "elasticsearch.yml:7:1: warning: xpack.security.http.ssl.supported_protocols: TLSv1.1 is no "
       "longer spoken and was left out (RFC 8996)"},
      {"xpack.security.http.ssl.supported_protocols: [TLSv1.1]",
       "elasticsearch.yml:7:1: warning: xpack.security.http.ssl.supported_protocols: TLSv1.1 is no "
       "longer spoken and was left out (RFC 8996)\n"
       "elasticsearch.yml:7:1: error: xpack.security.http.ssl.supported_protocols: no protocol is "
       "left (TLSv1.3, TLSv1.2)"},
      {"xpack.security:\n"
       "  audit.enabled: true\n"
       "  authc.api_key.enabled: true\n"
       "  authc.anonymous.roles: []\n"
       "  http.filter: {enabled: false, allow: _all}\n"
       "  enrollment.enabled: true\n"
       "  transport.ssl: {enabled: true, verification_mode: certificate, keystore.path: x.p12}",
       ""},
  };
  for (const Line& line : kLines) {
    EXPECT_EQ(ProblemsWith(std::string(line.added) + "\n"),
              std::string(line.problem) + (line.problem.empty() ? "" : "\n"))
        << line.added;
  }
}

TEST_F(XpackFilesTest, TlsNeedsItsParts) {
  constexpr Line kLines[] = {
      // X-SET-54
      {"xpack.security.http.ssl: {enabled: true, certificate: server.pem, key: server-key.pem}\n"
       "xpack.security.authc.realms.pki.p.order: 1\n",
       "elasticsearch.yml:2:1: error: xpack.security.authc.realms.pki.p.order: a PKI realm is "
       "enabled but cannot be used as neither HTTP or Transport have SSL and client authentication "
       "enabled (xpack.security.http.ssl.client_authentication: optional)"},
      {"xpack.security.authc.realms.pki.p.order: 1\n",
       "elasticsearch.yml:1:1: error: xpack.security.authc.realms.pki.p.order: a PKI realm is "
       "enabled but cannot be used as neither HTTP or Transport have SSL and client authentication "
       "enabled (xpack.security.http.ssl.client_authentication: optional)"},
      // X-TLS-1
      {"xpack.security.http.ssl.certificate: server.pem\n",
       "elasticsearch.yml:1:1: error: xpack.security.http.ssl.certificate: has no effect without "
       "[xpack.security.http.ssl.enabled] (xpack.security.http.ssl.enabled: true)"},
      {"xpack.security.http.ssl.certificate: server.pem\nxpack.ssl.key: server-key.pem\n",
       "elasticsearch.yml:1:1: warning: xpack.security.http.ssl.certificate: has no effect without "
       "[xpack.security.http.ssl.enabled] (xpack.security.http.ssl.enabled: true)"},
      // X-TLS-2
      {"xpack.security.http.ssl: {enabled: true, certificate: server.pem, key: server-key.pem,\n"
       "  client_authentication: maybe}\n",
       "elasticsearch.yml:2:3: error: xpack.security.http.ssl.client_authentication: failed to "
       "parse value [maybe] for setting [xpack.security.http.ssl.client_authentication] (none, "
       "optional or required)"},
      // X-TLS-6
      {"xpack.security.http.ssl: {enabled: true, key: server-key.pem}\n",
       "elasticsearch.yml:1:42: error: xpack.security.http.ssl.key: needs "
       "[xpack.security.http.ssl.certificate] beside it"},
      {"xpack.security.http.ssl.enabled: true\n",
       "elasticsearch.yml:1:1: error: xpack.security.http.ssl.enabled: TLS is on, but there is no "
       "certificate (xpack.security.http.ssl.certificate and xpack.security.http.ssl.key, or "
       "xpack.security.http.ssl.keystore.path)"},
      // X-TLS-11
      {"xpack.security.http.ssl: {enabled: true, certificate: server.pem, key: server-key.pem,\n"
       "  client_authentication: required}\n",
       "elasticsearch.yml:2:3: error: xpack.security.http.ssl.client_authentication: no "
       "certificate of a client could be accepted: there is no [certificate_authorities], and "
       "nobody is trusted that is not named (xpack.security.http.ssl.certificate_authorities or "
       "xpack.security.http.ssl.truststore.path)"},
      {"xpack.security.http.ssl: {enabled: true, certificate: server.pem, key: server-key.pem,\n"
       "  client_authentication: required, certificate_authorities: []}\n",
       "elasticsearch.yml:2:36: warning: xpack.security.http.ssl.certificate_authorities: has no "
       "accepted certificate issuers: no client certificate is accepted"},
      // Nothing at all
      {"",
       "elasticsearch.yml:1: error: the file holds no settings (at least "
       "xpack.security.http.ssl.*)"},
      {"[]",
       "elasticsearch.yml:1:1: error: expected settings (`key: value`), got a list\n"
       "elasticsearch.yml:1: error: the file holds no settings (at least "
       "xpack.security.http.ssl.*)"},
      {"xpack: [", "elasticsearch.yml:1:8: error: the closing `]` is missing"},
  };
  for (const Line& line : kLines) {
    EXPECT_EQ(Problems(line.added), std::string(line.problem) + "\n") << line.added;
  }
}

TEST_F(XpackFilesTest, ServerCertificates) {
  const auto problems_of = [this](std::string_view certificate, std::string_view key,
                                  std::string_view more = "") {
    return Problems(
        "xpack.security.http.ssl.enabled: true\n"
        "xpack.security.http.ssl.certificate: " +
        std::string(certificate) + "\n" + "xpack.security.http.ssl.key: " + std::string(key) +
        "\n" + std::string(more));
  };
  EXPECT_EQ(problems_of("server.pem", "server-key.pem"), "");
  EXPECT_EQ(problems_of("expired.pem", "server-key.pem"),
            "elasticsearch.yml:2:1: warning: xpack.security.http.ssl.certificate: the certificate "
            "has expired (clients will refuse it; renew it)\n");
  EXPECT_TRUE(problems_of("server.pem", "other-key.pem")
                  .starts_with("elasticsearch.yml:3:30: error: xpack.security.http.ssl.key: "
                               "other-key.pem: "))
      << problems_;
  EXPECT_TRUE(
      problems_of("server-key.pem", "server-key.pem")
          .starts_with("elasticsearch.yml:2:38: error: xpack.security.http.ssl.certificate: "
                       "server-key.pem"))
      << problems_;
  EXPECT_TRUE(problems_of("server.pem", "server.pem")
                  .starts_with("elasticsearch.yml:3:30: error: xpack.security.http.ssl.key: "
                               "server.pem"))
      << problems_;
  EXPECT_EQ(problems_of("server.pem", "server-key-encrypted.pem",
                        "xpack.security.http.ssl.key_passphrase: secret\n"),
            "");
  EXPECT_TRUE(problems_of("server.pem", "server-key-encrypted.pem",
                          "xpack.security.http.ssl.key_passphrase: wrong\n")
                  .starts_with("elasticsearch.yml:3:30: error: xpack.security.http.ssl.key: "
                               "server-key-encrypted.pem"))
      << problems_;
  EXPECT_EQ(problems_of("''", "server-key.pem"),
            "elasticsearch.yml:2:38: error: xpack.security.http.ssl.certificate: an empty path\n");
}

// Every file that settings name: gone, empty, cut off, garbled. Each is an error at the setting's
// line that names the file.
TEST_F(XpackFilesTest, DamagedPemFiles) {
  struct Named {
    const char* file;
    const char* place;
  };
  for (const Named& named :
       {Named{"server.pem", "elasticsearch.yml:2:38: error: xpack.security.http.ssl.certificate: "},
        Named{"server-key.pem", "elasticsearch.yml:3:30: error: xpack.security.http.ssl.key: "},
        Named{
            "ca.pem",
            "elasticsearch.yml:4:51: error: xpack.security.http.ssl.certificate_authorities: "}}) {
    const std::string whole = ReadTestFile(TestData() / named.file);
    std::string garbled = whole;
    garbled.replace(whole.find('\n') + 1, 8, "????????");
    for (const std::string& content :
         {std::string(), whole.substr(0, whole.size() / 2), garbled, std::string("\0\1\2", 3)}) {
      folder_.Write(named.file, content);
      const std::string problems = ProblemsWith("");
      EXPECT_TRUE(problems.find(std::string(named.place)) != std::string::npos) << problems;
      EXPECT_NE(problems.find(named.file), std::string::npos) << problems;
    }
    folder_.Remove(named.file);
    EXPECT_EQ(ProblemsWith(""), std::string(named.place) + "cannot read " + named.file +
                                    ": No such file or directory\n");
    folder_.Write(named.file, whole);
  }
  EXPECT_EQ(ProblemsWith(""), "");
}

TEST_F(XpackFilesTest, TheDefaultMappingFileMayBeMissing) {
  folder_.Remove("role_mapping.yml");
  EXPECT_EQ(
      ProblemsWith(""),
      "role_mapping.yml: warning: Role mapping file [role_mapping.yml] for realm [p] does not "
      "exist. Role mapping will be skipped.\n");
  folder_.Write("x-pack/role_mapping.yml", "older: [cn=a]\n");
  const DialectFiles files = Read(std::string(kTls) + std::string(kRealm));
  EXPECT_EQ(problems_, "");
  EXPECT_EQ(ModelOf(files).realms[0].file_mappings.at(0).role, "older");
}

TEST_F(XpackFilesTest, RealmsShareAMappingFileAndItsProblems) {
  folder_.Write("role_mapping.yml", "user:\n");
  EXPECT_EQ(ProblemsWith("xpack.security.authc.realms.pki.q.order: 2\n"),
            "role_mapping.yml:1:1: error: user: failed to parse role mappings file "
            "[role_mapping.yml]: the role has no value (a list of DNs, or [] for none)\n");
  folder_.Write("role_mapping.yml", "user: [cn=a]\n");
  const DialectFiles files = Read(std::string(kTls) + std::string(kRealm) +
                                  "xpack.security.authc.realms.pki.q.order: 2\n");
  EXPECT_EQ(ModelOf(files).realms.at(1).file_mappings.size(), 1u);
}

// X-SET-33, X-DEC-3
TEST_F(XpackFilesTest, PasswordRealms) {
  folder_.Write("users", "alice:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=\n");
  folder_.Write("users_roles", "viewer:alice\n");
  folder_.Write("native_users.yml",
                "bob: {password_hash: '{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=', roles: [editor]}\n"
                "elastic: {password_hash: '{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g='}\n");
  const DialectFiles defaults = Read(kTls);
  EXPECT_EQ(problems_, "");
  const policy::XpackModel& model = ModelOf(defaults);
  ASSERT_EQ(model.password_realms.size(), 2u);
  EXPECT_EQ(model.password_realms[0].name, "default_file");
  EXPECT_EQ(model.password_realms[0].users->at("alice").roles, std::vector<std::string>{"viewer"});
  EXPECT_EQ(model.password_realms[1].name, "default_native");
  EXPECT_EQ(model.password_realms[1].users->size(), 1u) << "bob";
  EXPECT_TRUE(model.reserved_users.contains("elastic"));

  const DialectFiles some =
      Read(std::string(kTls) + std::string(kRealm) +
           "xpack.security.authc.realms.file.f: {order: 2, cache.ttl: 90s}\n"
           "xpack.security.authc.realms.native.off: {order: 3, enabled: false}\n");
  EXPECT_EQ(problems_, "");
  ASSERT_EQ(ModelOf(some).password_realms.size(), 2u) << "exactly those";
  EXPECT_EQ(ModelOf(some).password_realms[0].cache_ttl_seconds, 90);
  EXPECT_EQ(ModelOf(some).password_realms[0].users->size(), 1u);
  EXPECT_FALSE(ModelOf(some).password_realms[1].enabled);
  EXPECT_EQ(ModelOf(some).password_realms[1].users, nullptr);
}

TEST_F(XpackFilesTest, AnonymousAndRunAs) {
  const DialectFiles files = Read(
      std::string(kTls) + std::string(kRealm) +
      "xpack.security.authc.anonymous: {username: guest, roles: 'a, b', authz_exception: false}\n"
      "xpack.security.authc.run_as.enabled: false\n"
      "xpack.security.authc.reserved_realm.enabled: false\n");
  EXPECT_EQ(problems_, "");
  const policy::XpackModel& model = ModelOf(files);
  EXPECT_EQ(model.anonymous.username, "guest");
  EXPECT_EQ(model.anonymous.roles, (std::vector<std::string>{"a", "b"}));
  EXPECT_FALSE(model.anonymous.authz_exception);
  EXPECT_FALSE(model.run_as_enabled);
  EXPECT_FALSE(model.reserved_realm);
}

// X-ROL-1: one bad role does not take the others along.
TEST_F(XpackFilesTest, RolesSayWhomTheirHoldersRunAs) {
  folder_.Write("roles.yml",
                "ops: {cluster: [monitor], run_as: ['a*', '/b.c/']}\n"
                "empty:\n"
                "scalar: {run_as: joe}\n"
                "open: {run_as: ['/x']}\n"
                "typo: {runas: [joe]}\n"
                "superuser: {run_as: []}\n");
  const DialectFiles files = Read(std::string(kTls) + std::string(kRealm));
  const roles::RunAsPatterns& run_as = ModelOf(files).run_as;
  EXPECT_EQ(run_as.size(), 2u);
  EXPECT_EQ(run_as.at("ops"), (std::vector<std::string>{"a*", "/b.c/"}));
  EXPECT_EQ(
      problems_,
      "roles.yml:3:18: warning: scalar: [run_as]: expected a string array: the role is "
      "skipped\n"
      "roles.yml:4:17: warning: open: invalid pattern [/x] - patterns starting with '/' must "
      "end with '/': the role is skipped\n"
      "roles.yml:5:8: warning: typo.runas: unexpected field [runas]: the role is skipped (did "
      "you mean `run_as`?)\n"
      "roles.yml:6:1: warning: superuser: Role [superuser] is reserved and may not be used.\n");
}

TEST_F(XpackFilesTest, MissingSettingsFile) {
  Diagnostics diagnostics;
  ReadXpackFiles(input_, diagnostics);
  EXPECT_EQ(TextOf(diagnostics, folder_.path().string()),
            "elasticsearch.yml: error: cannot read elasticsearch.yml: No such file or directory\n");
}

}  // namespace
}  // namespace pkigate::config
