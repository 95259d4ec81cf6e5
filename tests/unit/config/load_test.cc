// SPDX-License-Identifier: Apache-2.0
//
// A whole configuration: the examples as they are in the repository, several listeners, and that
// every problem of every file is told at once.
#include "config/load.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <optional>
#include <string>
#include <variant>

#include "config/opendistro_defaults.h"
#include "pki_folder.h"
#include "support.h"

namespace pkigate::config {
namespace {

// A copy of the examples, with a PKI where they expect it.
class LoadTest : public testing::Test {
 protected:
  LoadTest() {
    std::filesystem::copy(std::filesystem::path(PKIGATE_SOURCE_ROOT) / "config", folder_.path(),
                          std::filesystem::copy_options::recursive);
    std::filesystem::copy(TestData(), folder_.path() / "pki");
  }
  std::optional<Settings> LoadAll() {
    Diagnostics diagnostics;
    std::optional<Settings> settings = Load(folder_.Path("pkigate.yml"), diagnostics);
    EXPECT_EQ(settings.has_value(), !diagnostics.has_errors());
    problems_ = TextOf(diagnostics, folder_.path().string());
    return settings;
  }

  TestFolder folder_;
  std::string problems_;
};

TEST_F(LoadTest, TheExamples) {
  const std::optional<Settings> settings = LoadAll();
  EXPECT_EQ(problems_, "");
  ASSERT_TRUE(settings);
  ASSERT_EQ(settings->listeners.size(), 2u);
  const Listener& xpack = settings->listeners[0];
  EXPECT_EQ(xpack.name, "xpack");
  EXPECT_TRUE(xpack.tls.enabled);
  EXPECT_EQ(xpack.tls.client_authentication, ClientAuthentication::kOptional);
  EXPECT_EQ(xpack.tls.alpn, std::vector<std::string>{"http/1.1"});
  const auto& realms = std::get<policy::XpackModel>(xpack.model->body).realms;
  ASSERT_EQ(realms.size(), 1u);
  EXPECT_NE(realms[0].pki.trust, nullptr);
  EXPECT_EQ(realms[0].file_mappings.size(), 2u);
  const Listener& opendistro = settings->listeners[1];
  EXPECT_EQ(opendistro.name, "opendistro");
  const auto& model = std::get<policy::OpendistroModel>(opendistro.model->body);
  ASSERT_EQ(model.domains.size(), 2u);
  EXPECT_FALSE(model.domains[1].http_enabled);
  EXPECT_EQ(std::get<identity::ClientcertModel>(model.domains[0].authenticator).username_attribute,
            "cn");
  EXPECT_EQ(model.admin_dns.size(), 1u);
  EXPECT_TRUE(model.file_mappings.contains("readall"));
  EXPECT_TRUE(model.known_roles.contains("movies_reader"));
}

TEST_F(LoadTest, ListenersOfOneFolderShareItsModel) {
  folder_.Write("pkigate.yml",
                "listeners:\n"
                "  - {name: a, address: '127.0.0.1:0', dialect: xpack, config_dir: xpack}\n"
                "  - {name: b, address: '127.0.0.1:0', dialect: xpack, config_dir: xpack}\n"
                "  - {name: c, address: '127.0.0.1:0', dialect: xpack, config_dir: xpack,\n"
                "     crl_file: pki/ca.crl.pem}\n"
                "upstream: {addresses: ['127.0.0.1:1']}\n");
  const std::optional<Settings> settings = LoadAll();
  ASSERT_TRUE(settings) << problems_;
  EXPECT_EQ(settings->listeners[0].model, settings->listeners[1].model);
  EXPECT_EQ(settings->listeners[0].tls.trust->num_crls(), 0u);
  EXPECT_EQ(settings->listeners[2].tls.trust->num_crls(), 1u);
}

TEST_F(LoadTest, EveryProblemIsToldAtOnceAndOnce) {
  folder_.Write(
      "pkigate.yml",
      "listeners:\n"
      "  - {name: a, address: '127.0.0.1:0', dialect: xpack, config_dir: xpack}\n"
      "  - {name: b, address: '127.0.0.1:0', dialect: xpack, config_dir: xpack}\n"
      "  - {name: c, address: '127.0.0.1:0', dialect: opendistro, config_dir: opendistro}\n"
      "  - {name: d, address: '127.0.0.1:0', dialect: opendistro}\n"
      "upstream: {addresses: ['127.0.0.1:1']}\n"
      "nonsense: 1\n"
      "pki: {strict_username: true}\n");
  folder_.Write("xpack/role_mapping.yml", "user:\n");
  folder_.Write("opendistro/roles_mapping.yml", "a: [\n");
  folder_.Write("pki/other-ca.pem", "");
  EXPECT_FALSE(LoadAll());
  EXPECT_EQ(problems_,
            "pkigate.yml:5:5: error: listeners[3].config_dir: is missing (the folder of the "
            "dialect's elasticsearch.yml)\n"
            "pkigate.yml:7:1: error: nonsense: unknown key\n"
            "xpack/role_mapping.yml:1:1: error: user: failed to parse role mappings file "
            "[xpack/role_mapping.yml]: the role has no value (a list of DNs, or [] for none)\n"
            "opendistro/roles_mapping.yml:1:4: error: the closing `]` is missing\n");
}

TEST_F(LoadTest, NoFileAtAll) {
  folder_.Remove("pkigate.yml");
  EXPECT_FALSE(LoadAll());
  EXPECT_EQ(problems_, "pkigate.yml: error: cannot read pkigate.yml: No such file or directory\n");
}

TEST(OpendistroDefaults, RolesByDialect) {
  const StockRoles opendistro = StockRolesOf(Dialect::kOpendistro);
  const StockRoles opensearch = StockRolesOf(Dialect::kOpensearch);
  EXPECT_EQ(opendistro.names.size(), 24u);
  EXPECT_TRUE(opendistro.fixed.contains("readall"));
  EXPECT_FALSE(opendistro.fixed.contains("kibana_read_only"));
  EXPECT_TRUE(opendistro.names.contains("kibana_read_only"));
  EXPECT_TRUE(opensearch.names.contains("all_access"));
  EXPECT_TRUE(opensearch.names.contains("forecast_full_access"));
  EXPECT_FALSE(opendistro.names.contains("forecast_full_access"));
}

}  // namespace
}  // namespace pkigate::config
