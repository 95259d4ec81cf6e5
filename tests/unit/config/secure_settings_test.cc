// SPDX-License-Identifier: Apache-2.0
//
// The file of secrets: what is read, who may read it, and that no message quotes it.
#include "config/secure_settings.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <string_view>

#include "config/xpack_secrets.h"
#include "support.h"

namespace pkigate::config {
namespace {

class SecureSettingsTest : public testing::Test {
 protected:
  // What is wrong with these secrets beside these settings of elasticsearch.yml.
  std::string Problems(std::string_view secrets, std::string_view plain = {}) {
    const std::string path = folder_.Write("secrets.yml", secrets);
    std::filesystem::permissions(path, std::filesystem::perms::owner_read);
    Diagnostics diagnostics;
    SecureSettings settings(path, {"pkigate.yml", 3}, diagnostics);
    const auto root = ParseYaml(plain, "elasticsearch.yml", diagnostics);
    CheckXpackSecrets(SettingsTree::Flatten(*root, "elasticsearch.yml", diagnostics), settings);
    std::filesystem::remove(path);
    return TextOf(diagnostics, folder_.path().string());
  }

  TestFolder folder_;
};

TEST_F(SecureSettingsTest, AnySpellingNothingExpanded) {
  const std::string path = folder_.Write("secrets.yml", "a.b: {c: \"x${PATH}\"}\na: {d: 1234}\n");
  std::filesystem::permissions(path, std::filesystem::perms::owner_read);
  Diagnostics diagnostics;
  SecureSettings settings(path, {}, diagnostics);
  std::string text;
  EXPECT_TRUE(settings.Has("a.b.c"));
  EXPECT_TRUE(settings.Take("a.b.c", &text));
  EXPECT_EQ(text, "x${PATH}") << "though there is such a variable";
  EXPECT_TRUE(settings.Take("a.d", &text));
  EXPECT_EQ(text, "1234");
  EXPECT_FALSE(settings.Has("a.e"));
  EXPECT_FALSE(settings.Take("a.e", &text));
  EXPECT_EQ(TextOf(diagnostics), "");
}

TEST_F(SecureSettingsTest, WithoutAFile) {
  Diagnostics diagnostics;
  const SecureSettings settings({}, {}, diagnostics);
  EXPECT_FALSE(settings.Has("a"));
  EXPECT_EQ(TextOf(diagnostics), "");
}

TEST_F(SecureSettingsTest, OthersMustNotReadIt) {
  const std::string path = folder_.Write("secrets.yml", "a: b\n");
  std::filesystem::permissions(path, std::filesystem::perms(0640));
  Diagnostics diagnostics;
  EXPECT_FALSE(SecureSettings(path, {"pkigate.yml", 3}, diagnostics).Has("a"));
  SecureSettings(folder_.Path("none.yml"), {"pkigate.yml", 3}, diagnostics);
  EXPECT_EQ(TextOf(diagnostics, folder_.path().string()),
            "pkigate.yml:3: error: secrets_file: cannot use secrets.yml: its group or others may "
            "read or change it (640) (chmod 600)\n"
            "pkigate.yml:3: error: secrets_file: cannot read none.yml: No such file or "
            "directory\n");
}

// The word `hush` stands for a password in each of these.
TEST_F(SecureSettingsTest, NothingIsQuoted) {
  for (const std::string_view text :
       {"hush", "- hush", "a: [hush", "a: hush: b", "a: \"hush", "a: &hush hush\nb: *c", "hush: !x",
        "xpack.ssl: {keystore.secure_password: [hush, {hush: hush}]}", "a: hush\na: hush",
        "a: {b: hush}\na.b: hush"}) {
    const std::string problems = Problems(text);
    EXPECT_EQ(problems.find("hush"), std::string::npos) << problems;
    EXPECT_NE(problems.find("cannot be read as secure settings (the text is not shown)"),
              std::string::npos)
        << text << ": " << problems;
  }
}

TEST_F(SecureSettingsTest, KnownOnes) {
  EXPECT_EQ(Problems("xpack.security.http.ssl.secure_key_passphrase: a\n"
                     "xpack.security.transport.ssl.keystore.secure_password: a\n"
                     "xpack.ssl.truststore.secure_password: a\n"
                     "bootstrap.password: a\n"
                     "xpack.security.authc.realms:\n"
                     "  pki.p.truststore.secure_password: a\n"
                     "  flat.truststore.secure_password: a\n"
                     "  ldap.l.secure_bind_password: a\n",
                     "xpack.security.authc.realms:\n"
                     "  pki.p.order: 1\n"
                     "  flat.type: pki\n"
                     "  ldap.l.enabled: false\n"),
            "");
}

TEST_F(SecureSettingsTest, UnknownOnes) {
  EXPECT_EQ(Problems("xpack.security.http.ssl.secure_key_pasphrase: a\n"),
            "secrets.yml:1:1: error: xpack.security.http.ssl.secure_key_pasphrase: unknown secure "
            "setting [xpack.security.http.ssl.secure_key_pasphrase] (did you mean "
            "`http.ssl.secure_key_passphrase`?)\n");
  EXPECT_EQ(Problems("xpack.security.authc.realms.pki.p.truststore.secure_pass: a\n",
                     "xpack.security.authc.realms.pki.p.order: 1\n"),
            "secrets.yml:1:1: error: xpack.security.authc.realms.pki.p.truststore.secure_pass: "
            "unknown secure setting [xpack.security.authc.realms.pki.p.truststore.secure_pass] "
            "(did you mean `authc.realms.pki.p.truststore.secure_password`?)\n");
}

// X-SET-8
TEST_F(SecureSettingsTest, RealmsWithoutAPlainSetting) {
  for (const std::string key : {"xpack.security.authc.realms.pki.p.truststore.secure_password",
                                "xpack.security.authc.realms.p.truststore.secure_password",
                                "xpack.security.authc.realms.ldap.p.secure_bind_password",
                                "xpack.security.authc.realms.p"}) {
    EXPECT_EQ(Problems(key + ": a\n", "xpack.security.authc.realms.pki.q.order: 1\n"),
              "secrets.yml:1:1: error: " + key +
                  ": a secure setting of a realm that has no other setting\n");
  }
}

}  // namespace
}  // namespace pkigate::config
