// SPDX-License-Identifier: Apache-2.0
#include "tls/cipher_suites.h"

#include <gtest/gtest.h>
#include <openssl/ssl.h>

namespace pkigate::tls {
namespace {

using Names = std::vector<std::string>;

std::vector<std::string> SuitesOf(const std::string& rule) {
  bssl::UniquePtr<SSL_CTX> context(SSL_CTX_new(TLS_with_buffers_method()));
  EXPECT_EQ(SSL_CTX_set_strict_cipher_list(context.get(), rule.c_str()), 1) << rule;
  std::vector<std::string> names;
  const STACK_OF(SSL_CIPHER)* ciphers = SSL_CTX_get_ciphers(context.get());
  for (size_t index = 0; index < sk_SSL_CIPHER_num(ciphers); ++index) {
    names.emplace_back(SSL_CIPHER_standard_name(sk_SSL_CIPHER_value(ciphers, index)));
  }
  return names;
}

// Forward secrecy and authenticated encryption, nothing else.
TEST(CipherSuites, BuiltInOrder) {
  const auto chosen = ChooseCipherSuites({});
  ASSERT_TRUE(chosen.ok());
  const Names suites = SuitesOf(chosen->rule);
  EXPECT_EQ(suites.size(), 6U);
  for (const std::string& name : suites) {
    EXPECT_EQ(name.find("TLS_ECDHE_"), 0U) << name;
    EXPECT_TRUE(name.find("_GCM_") != std::string::npos ||
                name.find("_CHACHA20_") != std::string::npos)
        << name;
  }
  EXPECT_TRUE(chosen->allows_tls12);
  EXPECT_TRUE(chosen->allows_tls13);
  EXPECT_TRUE(chosen->warnings.empty());
}

TEST(CipherSuites, ExactlyTheListedInTheirOrder) {
  const Names listed = {"TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
                        "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA", "TLS_RSA_WITH_AES_128_CBC_SHA"};
  const auto chosen = ChooseCipherSuites(listed);
  ASSERT_TRUE(chosen.ok());
  EXPECT_EQ(SuitesOf(chosen->rule), listed);
  EXPECT_TRUE(chosen->warnings.empty());
  EXPECT_FALSE(chosen->allows_tls13);
}

TEST(CipherSuites, UnknownOnesAreDroppedWithAWarning) {
  const auto chosen =
      ChooseCipherSuites(Names{"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
                               "TLS_DHE_DSS_WITH_AES_128_CBC_SHA", "ECDHE-RSA-AES256-GCM-SHA384"});
  ASSERT_TRUE(chosen.ok());
  EXPECT_EQ(SuitesOf(chosen->rule), Names{"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"});
  ASSERT_EQ(chosen->warnings.size(), 2U);
  EXPECT_NE(chosen->warnings[0].find("TLS_DHE_DSS_WITH_AES_128_CBC_SHA"), std::string::npos);
  EXPECT_NE(chosen->warnings[1].find("ECDHE-RSA-AES256-GCM-SHA384"), std::string::npos);
}

// Nothing of the library's rule language gets through: a name is a name.
TEST(CipherSuites, RulesAreNoNames) {
  for (const char* rule : {"ALL", "!aPSK", "TLS_RSA_WITH_AES_128_CBC_SHA:ALL", "@STRENGTH", ""}) {
    const auto chosen = ChooseCipherSuites(Names{rule});
    ASSERT_FALSE(chosen.ok()) << rule;
    EXPECT_STREQ(chosen.error().code, "cipher_suites");
  }
}

TEST(CipherSuites, NoneLeft) {
  const auto chosen = ChooseCipherSuites(
      Names{"TLS_DHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_PSK_WITH_AES_128_CBC_SHA"});
  ASSERT_FALSE(chosen.ok());
  EXPECT_STREQ(chosen.error().code, "cipher_suites");
  EXPECT_NE(chosen.error().message.find("TLS_DHE_RSA_WITH_AES_128_GCM_SHA256"), std::string::npos);
}

TEST(CipherSuites, Tls13IsAllOrNothing) {
  const Names all = {"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384",
                     "TLS_CHACHA20_POLY1305_SHA256"};
  const auto three = ChooseCipherSuites(all);
  ASSERT_TRUE(three.ok());
  EXPECT_TRUE(three->allows_tls13);
  EXPECT_FALSE(three->allows_tls12);
  EXPECT_TRUE(three->warnings.empty());
  const auto one = ChooseCipherSuites(Names{all[1]});
  ASSERT_TRUE(one.ok());
  EXPECT_TRUE(one->allows_tls13);
  EXPECT_EQ(one->warnings.size(), 1U);
}

TEST(CipherSuites, ListedTwice) {
  const auto chosen = ChooseCipherSuites(
      Names{"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"});
  ASSERT_TRUE(chosen.ok());
  EXPECT_EQ(SuitesOf(chosen->rule).size(), 1U);
  EXPECT_EQ(chosen->warnings.size(), 1U);
}

}  // namespace
}  // namespace pkigate::tls
