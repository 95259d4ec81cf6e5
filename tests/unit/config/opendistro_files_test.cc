// SPDX-License-Identifier: Apache-2.0
//
// The files of Open Distro and OpenSearch: what is read, and for each thing taken a neighbour that
// is refused, with file, line and reason.
#include "config/opendistro_files.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <variant>

#include "pki_folder.h"
#include "support.h"

namespace pkigate::config {
namespace {

// Lines 1 to 4 of elasticsearch.yml.
constexpr std::string_view kNode =
    "opendistro_security.ssl.http.enabled: true\n"
    "opendistro_security.ssl.http.pemcert_filepath: server.pem\n"
    "opendistro_security.ssl.http.pemkey_filepath: server-key.pem\n"
    "opendistro_security.ssl.http.pemtrustedcas_filepath: ca.pem\n";

constexpr std::string_view kConfig =
    "_meta: {type: config, config_version: 2}\n"
    "config:\n"
    "  dynamic:\n"
    "    authc:\n"
    "      certificates:\n"
    "        order: 1\n"
    "        http_authenticator: {type: clientcert, config: {username_attribute: cn}}\n"
    "        authentication_backend: {type: noop}\n";

constexpr std::string_view kRolesMapping =
    "_meta: {type: rolesmapping, config_version: 2}\n"
    "readall: {users: [CLIENT1]}\n";

constexpr std::string_view kRoles =
    "_meta: {type: roles, config_version: 2}\n"
    "mine: {cluster_permissions: [cluster_monitor]}\n";

struct Line {
  std::string_view added;
  std::string_view problem;  // all of it
};

class OpendistroFilesTest : public testing::Test {
 protected:
  OpendistroFilesTest() {
    input_.dialect = Dialect::kOpendistro;
    input_.directory = folder_.path().string();
    input_.now_unix = 1'700'000'000;
    folder_.Write("elasticsearch.yml", kNode);
    folder_.Write("config.yml", kConfig);
    folder_.Write("internal_users.yml", "_meta: {type: internalusers, config_version: 2}\n");
    folder_.Write("roles_mapping.yml", kRolesMapping);
    folder_.Write("roles.yml", kRoles);
  }

  DialectFiles Read() {
    Diagnostics diagnostics;
    DialectFiles files = ReadOpendistroFiles(input_, diagnostics);
    problems_ = TextOf(diagnostics, folder_.path().string());
    return files;
  }
  // The problems with this text in one of the files.
  std::string ProblemsOf(std::string_view file, std::string_view text) {
    folder_.Write(file, text);
    Read();
    return problems_;
  }
  // With these lines at the end of elasticsearch.yml, from line 5 on.
  std::string ProblemsWith(std::string_view added) {
    return ProblemsOf("elasticsearch.yml", std::string(kNode) + std::string(added));
  }
  static const policy::OpendistroModel& ModelOf(const DialectFiles& files) {
    return std::get<policy::OpendistroModel>(files.model.body);
  }

  // Of the second domain.
  static identity::ClientcertModel ClientcertOf(const policy::OpendistroModel& model) {
    return std::get<identity::ClientcertModel>(model.domains.at(1).authenticator);
  }

  PkiFolder folder_;
  DialectFilesInput input_;
  std::string problems_;
};

TEST_F(OpendistroFilesTest, TheSmallestFiles) {
  const DialectFiles files = Read();
  EXPECT_EQ(problems_, "");
  EXPECT_TRUE(files.tls.enabled);
  EXPECT_EQ(files.tls.client_authentication, ClientAuthentication::kOptional);  // D1
  EXPECT_EQ(files.tls.certificate_chain.size(), 1u);
  ASSERT_NE(files.tls.trust, nullptr);
  EXPECT_EQ(files.tls.trust->num_anchors(), 1u);
  EXPECT_EQ(files.tls.trust->num_crls(), 0u);
  EXPECT_EQ(files.model.dialect, Dialect::kOpendistro);
  const policy::OpendistroModel& model = ModelOf(files);
  ASSERT_EQ(model.domains.size(), 1u);
  const identity::DomainModel& domain = model.domains[0];
  const auto& clientcert = std::get<identity::ClientcertModel>(domain.authenticator);
  EXPECT_EQ(domain.name, "certificates");
  EXPECT_EQ(domain.order, 1);
  EXPECT_TRUE(domain.http_enabled);
  EXPECT_TRUE(domain.challenge);
  EXPECT_EQ(clientcert.username_attribute, "cn");
  EXPECT_EQ(clientcert.roles_attribute, "");
  EXPECT_EQ(domain.backend, identity::Backend::kNoop);
  EXPECT_EQ(domain.where.line, 5);
  EXPECT_EQ(model.file_mappings.at("readall").mapping.users, std::vector<std::string>{"CLIENT1"});
  EXPECT_EQ(model.file_mappings.at("readall").where.line, 2);
  EXPECT_TRUE(model.known_roles.contains("all_access"));
  EXPECT_TRUE(model.known_roles.contains("mine"));
  EXPECT_FALSE(model.known_roles.contains("knn_read_access"));  // of OpenSearch
  EXPECT_TRUE(model.hidden_roles.empty());
  EXPECT_TRUE(model.admin_dns.empty());
  EXPECT_EQ(model.resolution, policy::RolesMappingResolution::kMappingOnly);
  EXPECT_EQ(model.hosts_resolver_mode, policy::HostsResolverMode::kIpOnly);
}

TEST_F(OpendistroFilesTest, NodeSettings) {
  input_.options = {.multi_valued_rdn = policy::MultiValuedRdn::kAll, .dn_as_backend_role = true};
  folder_.Write(
      "elasticsearch.yml",
      std::string(kNode) +
          "opendistro_security:\n"
          "  ssl.http:\n"
          "    clientauth_mode: REQUIRE\n"
          "    enabled_protocols: [TLSv1.3]\n"
          "    enabled_ciphers: [TLS_AES_128_GCM_SHA256]\n"
          "    crl:\n"
          "      validate: true\n"
          "      file_path: ca.crl.der\n"
          "      disable_ocsp: true\n"
          "      disable_crldp: true\n"
          "      check_only_end_entities: false\n"
          "  ssl.transport: {pemcert_filepath: gone.pem, enforce_hostname_verification: false}\n"
          "  authcz.admin_dn:\n"
          "    - CN=admin,OU=x\n"
          "    - \"CN=other,OU=x\"\n"
          "  authcz.impersonation_dn: {\"CN=a,OU=b\": [c]}\n"
          "  roles_mapping_resolution: both\n"
          "  nodes_dn: [\"CN=node*\"]\n"
          "  audit.type: internal_elasticsearch\n"
          "  cache.ttl_minutes: 0\n"
          "  unsupported.load_static_resources: false\n"
          "  allow_unsafe_democertificates: true\n"
          "  disabled: false\n"
          "node.name: a\n");
  const DialectFiles files = Read();
  EXPECT_EQ(problems_, "");
  EXPECT_EQ(files.tls.client_authentication, ClientAuthentication::kRequired);
  EXPECT_EQ(files.tls.version_min, 0x0304);
  EXPECT_EQ(files.tls.cipher_suites, std::vector<std::string>{"TLS_AES_128_GCM_SHA256"});
  EXPECT_EQ(files.tls.trust->num_crls(), 1u);
  const policy::OpendistroModel& model = ModelOf(files);
  ASSERT_EQ(model.admin_dns.size(), 2u);
  EXPECT_EQ(model.admin_dns[1].dn, "CN=other,OU=x");
  EXPECT_EQ(model.admin_dns[1].where.line, 19);
  EXPECT_EQ(model.resolution, policy::RolesMappingResolution::kBoth);
  EXPECT_EQ(model.multi_valued_rdn, policy::MultiValuedRdn::kAll);
  EXPECT_TRUE(model.dn_as_backend_role);
  EXPECT_EQ(model.known_roles, std::set<std::string>{"mine"});
}

TEST_F(OpendistroFilesTest, OpensearchHasItsOwnSpellingAndFile) {
  input_.dialect = Dialect::kOpensearch;
  folder_.Write("opensearch.yml",
                "plugins.security.ssl.http:\n"
                "  enabled: true\n"
                "  pemcert_filepath: server.pem\n"
                "  pemkey_filepath: server-key.pem\n"
                "  pemtrustedcas_filepath: ca.pem\n"
                "  clientauth_mode: require\n"
                "  enforce_cert_reload_dn_verification: false\n"
                // The older spelling: a fallback, which loses against the newer one.
                "opendistro_security.ssl.http.clientauth_mode: NONE\n"
                "opendistro_security.roles_mapping_resolution: BACKENDROLES_ONLY\n");
  const DialectFiles files = Read();
  EXPECT_EQ(problems_, "");
  EXPECT_EQ(files.tls.client_authentication, ClientAuthentication::kRequired);
  EXPECT_EQ(ModelOf(files).resolution, policy::RolesMappingResolution::kBackendrolesOnly);
  EXPECT_TRUE(ModelOf(files).known_roles.contains("all_access"));
  // Not static: it stands in the plugin's roles.yml, and this one is in its place.
  EXPECT_FALSE(ModelOf(files).known_roles.contains("knn_read_access"));
  folder_.Remove("roles.yml");
  EXPECT_TRUE(ModelOf(Read()).known_roles.contains("knn_read_access"));
  EXPECT_EQ(files.model.dialect, Dialect::kOpensearch);
}

TEST_F(OpendistroFilesTest, OpensearchMayHaveAFolderForItsDocuments) {
  input_.dialect = Dialect::kOpensearch;  // and elasticsearch.yml as its settings
  for (const std::string name : {"config.yml", "roles_mapping.yml", "roles.yml"}) {
    std::filesystem::create_directories(folder_.path() / "opensearch-security");
    std::filesystem::rename(folder_.path() / name, folder_.path() / "opensearch-security" / name);
  }
  const DialectFiles files = Read();
  EXPECT_EQ(problems_, "");
  EXPECT_EQ(ModelOf(files).domains.size(), 1u);
  EXPECT_TRUE(ModelOf(files).known_roles.contains("mine"));
}

TEST_F(OpendistroFilesTest, NodeSettingsAreChecked) {
  constexpr Line kLines[] = {
      {"opendistro_security.ssl.http.clientauth_mod: OPTIONAL",
       "elasticsearch.yml:5:1: error: opendistro_security.ssl.http.clientauth_mod: unknown setting "
       "[opendistro_security.ssl.http.clientauth_mod] (did you mean `ssl.http.clientauth_mode`?)"},
      {"plugins.security.disabled: false",
       "elasticsearch.yml:5:1: error: plugins.security.disabled: unknown setting "
       "[plugins.security.disabled] (OpenSearch's spelling: `dialect: opensearch` in pkigate.yml)"},
      {"opendistro_security.ssl.http.clientauth_mode: require",
       "elasticsearch.yml:5:1: error: opendistro_security.ssl.http.clientauth_mode: unknown value "
       "`require` (NONE, OPTIONAL or REQUIRE, in capitals)"},
      {"opendistro_security.ssl.http.enabled_protocols: [SSLv3]",
       "elasticsearch.yml:5:50: error: opendistro_security.ssl.http.enabled_protocols: unsupported "
       "protocol [SSLv3] (TLSv1.3, TLSv1.2)"},
      {"opendistro_security.ssl.http.enforce_cert_reload_dn_verification: true",
       "elasticsearch.yml:5:1: error: "
       "opendistro_security.ssl.http.enforce_cert_reload_dn_verification: unknown setting "
       "[opendistro_security.ssl.http.enforce_cert_reload_dn_verification]"},
      {"opendistro_security.ssl.http.crl.validate: true",
       "elasticsearch.yml:5:1: error: opendistro_security.ssl.http.crl.validate: revocation is "
       "checked by lists only: OCSP and distribution points are not asked "
       "(opendistro_security.ssl.http.crl.file_path)"},
      {"opendistro_security.ssl.http.crl: {validate: true, file_path: ca.crl.pem}",
       "elasticsearch.yml:5:36: warning: opendistro_security.ssl.http.crl.validate: OCSP and "
       "distribution points are not asked: the lists of crl.file_path decide (crl.disable_ocsp: "
       "true and crl.disable_crldp: true say so)\n"
       "elasticsearch.yml:5:36: warning: opendistro_security.ssl.http.crl.validate: authorities "
       "between client and root are checked too: each needs its list (crl.check_only_end_entities: "
       "false says so)"},
      {"opendistro_security.ssl.http.crl: {validate: false, file_path: gone.pem}", ""},
      {"opendistro_security.ssl.http.crl: {validate: true, file_path: gone.pem, disable_ocsp: "
       "true,\n"
       "  disable_crldp: true, check_only_end_entities: false}",
       "elasticsearch.yml:5:63: error: opendistro_security.ssl.http.crl.file_path: cannot read "
       "gone.pem: No such file or directory"},
      {"opendistro_security.ssl.http.crl: {validate: true, file_path: ca.crl.pem, disable_ocsp: "
       "true,\n"
       "  disable_crldp: true, check_only_end_entities: false, validation_date: 5}",
       "elasticsearch.yml:6:56: error: opendistro_security.ssl.http.crl.validation_date: another "
       "time than now is not supported (-1)"},
      {"opendistro_security.ssl.transport.pemcert_path: x",
       "elasticsearch.yml:5:1: error: opendistro_security.ssl.transport.pemcert_path: unknown "
       "setting [opendistro_security.ssl.transport.pemcert_path] (did you mean "
       "`ssl.transport.pemcert_filepath`?)"},
      {"opendistro_security.authcz.admin_dn: \"CN=admin,OU=x\"",
       "elasticsearch.yml:5:1: error: opendistro_security.authcz.admin_dn: expected a list, got a "
       "text with commas (- \"CN=admin,OU=x\")"},
      {"opendistro_security.authcz.admin_dn: CN=admin", ""},
      {"opendistro_security.authcz.rest_impersonation_user.picard: [\"*\"]", ""},
      {"opendistro_security.authcz.rest_impersonation_user.picard: [\"/(/\"]",
       "elasticsearch.yml:5:61: error: opendistro_security.authcz.rest_impersonation_user.picard: "
       "'/(/' cannot be used: an unclosed group near character 2 of `(`"},
      {"opendistro_security.roles_mapping_resolution: ALL",
       "elasticsearch.yml:5:1: warning: opendistro_security.roles_mapping_resolution: unknown "
       "value "
       "`ALL` is read as MAPPING_ONLY (MAPPING_ONLY, BACKENDROLES_ONLY or BOTH)"},
      {"opendistro_security.restapi.roles_enabled: [all_access]",
       "elasticsearch.yml:5:1: warning: opendistro_security.restapi.roles_enabled: has no effect "
       "yet: the REST API is for the certificates of authcz.admin_dn"},
      {"opendistro_security.cache.ttl_minutes: -1",
       "elasticsearch.yml:5:1: error: opendistro_security.cache.ttl_minutes: -1 is out of range "
       "(from 0 to 2147483647)"},
      {"opendistro_security.disabled: true",
       "elasticsearch.yml:5:1: error: opendistro_security.disabled: a gateway without security is "
       "not offered"},
      {"opendistro_security.ssl_only: true",
       "elasticsearch.yml:5:1: error: opendistro_security.ssl_only: a gateway without security is "
       "not offered"},
      {"opendistro_security.ssl_only: perhaps",
       "elasticsearch.yml:5:1: error: opendistro_security.ssl_only: expected true or false, got "
       "`perhaps`"},
  };
  for (const Line& line : kLines) {
    EXPECT_EQ(ProblemsWith(std::string(line.added) + "\n"),
              std::string(line.problem) + (line.problem.empty() ? "" : "\n"))
        << line.added;
  }
}

TEST_F(OpendistroFilesTest, TlsNeedsItsParts) {
  constexpr Line kFiles[] = {
      {"opendistro_security.ssl.http.enabled: true\n",
       "elasticsearch.yml:1:1: error: opendistro_security.ssl.http.enabled: TLS is on, but there "
       "is "
       "no certificate (opendistro_security.ssl.http.pemcert_filepath and "
       "opendistro_security.ssl.http.pemkey_filepath, or "
       "opendistro_security.ssl.http.keystore_filepath)\n"
       "elasticsearch.yml:1:1: error: opendistro_security.ssl.http.enabled: certificates of "
       "clients "
       "are asked for, but nobody is trusted to issue them "
       "(opendistro_security.ssl.http.pemtrustedcas_filepath, or clientauth_mode: NONE)"},
      {"opendistro_security.ssl.http: {enabled: true, clientauth_mode: REQUIRE,\n"
       "  pemcert_filepath: server.pem}\n",
       "elasticsearch.yml:2:3: error: opendistro_security.ssl.http.pemcert_filepath: needs "
       "[opendistro_security.ssl.http.pemkey_filepath] beside it\n"
       "elasticsearch.yml:1:47: error: opendistro_security.ssl.http.clientauth_mode: certificates "
       "of clients are asked for, but nobody is trusted to issue them "
       "(opendistro_security.ssl.http.pemtrustedcas_filepath, or clientauth_mode: NONE)"},
      {"opendistro_security.ssl.http: {enabled: true, clientauth_mode: NONE,\n"
       "  pemkey_filepath: server-key.pem}\n",
       "elasticsearch.yml:2:3: error: opendistro_security.ssl.http.pemkey_filepath: needs "
       "[opendistro_security.ssl.http.pemcert_filepath] beside it"},
      {"", "elasticsearch.yml:1: error: the file holds no settings (at least those of ssl.http)"},
      {"a: [", "elasticsearch.yml:1:4: error: the closing `]` is missing"},
      {"opendistro_security.ssl.http.enabled: false\n", ""},
      {"opendistro_security.ssl.http: {enabled: true, clientauth_mode: NONE,\n"
       "  pemcert_filepath: server.pem, pemkey_filepath: server-key-encrypted.pem,\n"
       "  pemkey_password: secret}\n",
       ""},
  };
  for (const Line& file : kFiles) {
    EXPECT_EQ(ProblemsOf("elasticsearch.yml", file.added),
              std::string(file.problem) + (file.problem.empty() ? "" : "\n"))
        << file.added;
  }
}

// Every file that settings name: gone, empty, cut off, garbled.
TEST_F(OpendistroFilesTest, DamagedPemFiles) {
  struct Named {
    const char* file;
    const char* place;
  };
  for (const Named& named :
       {Named{"server.pem",
              "elasticsearch.yml:2:48: error: opendistro_security.ssl.http.pemcert_filepath: "},
        Named{"server-key.pem",
              "elasticsearch.yml:3:47: error: opendistro_security.ssl.http.pemkey_filepath: "},
        Named{"ca.pem",
              "elasticsearch.yml:4:54: error: "
              "opendistro_security.ssl.http.pemtrustedcas_filepath: "}}) {
    const std::string whole = ReadTestFile(TestData() / named.file);
    for (const std::string& content :
         {std::string(), whole.substr(0, whole.size() / 2), ReadTestFile(TestData() / "ca.crl.pem"),
          std::string("\0\1\2", 3)}) {
      folder_.Write(named.file, content);
      Read();
      EXPECT_NE(problems_.find(named.place), std::string::npos) << problems_;
      EXPECT_NE(problems_.find(named.file), std::string::npos) << problems_;
    }
    folder_.Remove(named.file);
    Read();
    EXPECT_EQ(problems_, std::string(named.place) + "cannot read " + named.file +
                             ": No such file or directory\n");
    folder_.Write(named.file, whole);
  }
}

// What stands under `config.dynamic`, from line 4 on, and the problems.
TEST_F(OpendistroFilesTest, DynamicSettingsAreChecked) {
  const std::string none =
      "config.yml:4: warning: config.dynamic.authc: no domain is enabled for HTTP: every request "
      "is "
      "answered with 503\n";
  constexpr Line kLines[] = {
      {"filtered_alias_mode: some",
       "config.yml:4:26: error: config.dynamic.filtered_alias_mode: unknown value `some` (one of "
       "warn, nowarn, disallow)\n"},
      {"disable_rest_auth: true", ""},  // does nothing without the node setting
      {"do_not_fail_on_forbiden: true",
       "config.yml:4:5: error: config.dynamic.do_not_fail_on_forbiden: unknown key (did you mean "
       "`do_not_fail_on_forbidden`?)\n"},
      {"on_behalf_of: {enabled: false}",
       "config.yml:4:5: error: config.dynamic.on_behalf_of: unknown key\n"},
      {"kibana: {multitenancy_enabled: true, server_username: k, index: .k, opendistro_role: r}",
       ""},
      {"kibana: {default_tenant: x}",
       "config.yml:4:14: error: config.dynamic.kibana.default_tenant: unknown key\n"},
      {"http: {xff: {enabled: false, internalProxies: '.*', remoteIpHeader: x}}", ""},
      {"http: {xff: {enabled: true}}", ""},
      {"http: {xff: {internalProxies: '('}}",
       "config.yml:4:35: error: config.dynamic.http.xff.internalProxies: an unclosed group near "
       "character 2 of `(`\n"},
      {"http: {xff: {proxiesHeader: x}}",
       "config.yml:4:18: error: config.dynamic.http.xff.proxiesHeader: unknown key\n"},
      {"http: {cors: true}", "config.yml:4:12: error: config.dynamic.http.cors: unknown key\n"},
      {"hosts_resolver_mode: ip-hostname", ""},
      {"hosts_resolver_mode: dns",
       "config.yml:4:26: warning: config.dynamic.hosts_resolver_mode: unknown value `dns` is read "
       "as ip-only (ip-only, ip-hostname or ip-hostname-lookup)\n"},
      {"auth_failure_listeners: {a: {type: ip, allowed_tries: 1}}",
       "config.yml:4:59: error: config.dynamic.auth_failure_listeners.a.allowed_tries: 1 is out of "
       "range (from 2 to 10000)\n"},
      {"auth_failure_listeners: {a: {type: host}}",
       "config.yml:4:40: error: config.dynamic.auth_failure_listeners.a.type: unknown value `host` "
       "(one of ip, username)\n"},
      {"auth_failure_listeners: {a: {}}",
       "config.yml:4:33: error: config.dynamic.auth_failure_listeners.a.type: is missing (ip or "
       "username)\n"},
      {"auth_failure_listeners: {a: {type: username}}",
       "config.yml:4:30: warning: config.dynamic.auth_failure_listeners.a: has no effect: user "
       "names are counted at an authentication backend (authentication_backend: internal)\n"},
      {"auth_failure_listeners: {a: {type: ip, authentication_backend: intern}}",
       "config.yml:4:30: warning: config.dynamic.auth_failure_listeners.a: has no effect: "
       "addresses are not counted at an authentication backend (type: username)\n"},
      {"auth_failure_listeners: {a: {type: ip, ignore_hosts: [x]}}",
       "config.yml:4:44: error: config.dynamic.auth_failure_listeners.a.ignore_hosts: unknown "
       "key\n"},
      {"authc: [a]",
       "config.yml:4:12: error: config.dynamic.authc: expected a mapping of names to domains, got "
       "a "
       "list\n"},
      {"authz: {a: {http_enabled: false, authorization_backend: {type: ldap, config: {x: y}}}}",
       ""},
      {"authz: {a: {authorization_backend: {type: ldap}}}",
       "config.yml:4:40: error: config.dynamic.authz.a.authorization_backend: authorization "
       "backend `ldap` is not supported by pkigate (http_enabled: false)\n"},
      {"authz: {a: {authorization_backend: {type: interna}}}",
       "config.yml:4:40: warning: config.dynamic.authz.a.authorization_backend: unknown backend "
       "`interna`: the domain is not used (did you mean `internal`?)\n"},
      {"authz: {a: {authorization_backend: {type: noop}}}", ""},
  };
  for (const Line& line : kLines) {
    EXPECT_EQ(ProblemsOf("config.yml",
                         "_meta: {type: config, config_version: 2}\n"
                         "config:\n"
                         "  dynamic:\n"
                         "    " +
                             std::string(line.added) + "\n"),
              std::string(line.problem) + none)
        << line.added;
  }
}

TEST_F(OpendistroFilesTest, HostsResolverMode) {
  const auto mode = [this](std::string_view dynamic) {
    folder_.Write("config.yml",
                  std::string(kConfig) + "    hosts_resolver_mode: " + std::string(dynamic) + "\n");
    return ModelOf(Read()).hosts_resolver_mode;
  };
  EXPECT_EQ(mode("ip-hostname"), policy::HostsResolverMode::kIpHostname);
  EXPECT_EQ(mode("ip-hostname-lookup"), policy::HostsResolverMode::kIpHostnameLookup);
  EXPECT_EQ(mode("ip-only"), policy::HostsResolverMode::kIpOnly);
  EXPECT_EQ(mode("anything"), policy::HostsResolverMode::kIpOnly);
  EXPECT_EQ(mode("null"), policy::HostsResolverMode::kIpOnly);
  input_.dialect = Dialect::kOpensearch;
  EXPECT_EQ(mode("null"), policy::HostsResolverMode::kIpHostname);
}

TEST_F(OpendistroFilesTest, SwitchesThatTwoFilesDecide) {
  folder_.Write("config.yml", std::string(kConfig) +
                                  "    disable_rest_auth: true\n"
                                  "    http: {anonymous_auth_enabled: true}\n");
  EXPECT_EQ(ProblemsWith(""), "");
  EXPECT_TRUE(ModelOf(Read()).anonymous);
  EXPECT_EQ(ProblemsWith("opendistro_security.compliance.disable_anonymous_authentication: true\n"),
            "");
  EXPECT_FALSE(ModelOf(Read()).anonymous);
  EXPECT_EQ(ProblemsWith("opendistro_security.unsupported.disable_rest_auth_initially: true\n"
                         "opendistro_security.compliance.disable_anonymous_authentication: true\n"),
            "config.yml:9:24: error: config.dynamic.disable_rest_auth: a gateway without "
            "authentication is not offered\n");
}

// A second domain beside `certificates` (order 1), from line 9 on, and the problems.
TEST_F(OpendistroFilesTest, DomainsAreChecked) {
  constexpr Line kLines[] = {
      {"{order: 2, http_authenticator: {type: clientcert, challenge: false},\n"
       "  authentication_backend: {type: noop}}",
       ""},
      {"{order: 1, http_authenticator: {type: clientcert}, authentication_backend: {type: noop}}",
       "config.yml:9:18: error: config.dynamic.authc.d.order: has the order 1 of domain "
       "`certificates` (each enabled domain needs an order of its own)"},
      {"{order: 1, http_enabled: false, http_authenticator: {type: clientcert}}", ""},
      {"{order: 1}", ""},  // not used for HTTP
      {"{order: last}",
       "config.yml:9:18: error: config.dynamic.authc.d.order: `last` does not begin with a number"},
      {"{oder: 2}",
       "config.yml:9:11: error: config.dynamic.authc.d.oder: unknown key (did you mean `order`?)"},
      {"{http_authenticator: {kind: clientcert}}",
       "config.yml:9:32: error: config.dynamic.authc.d.http_authenticator.kind: unknown key"},
      {"{http_authenticator: clientcert}",
       "config.yml:9:31: error: config.dynamic.authc.d.http_authenticator: expected a mapping, got "
       "a "
       "text"},
      {"{order: 2, http_authenticator: {type: clientcert}}",
       "config.yml:9:10: error: config.dynamic.authc.d.authentication_backend: a clientcert domain "
       "cannot log in by the internal users: a certificate has no password "
       "(authentication_backend: {type: noop})"},
      {"{order: 2, http_authenticator: {type: clientcert}, authentication_backend: {type: ldap}}",
       "config.yml:9:85: error: config.dynamic.authc.d.authentication_backend: authentication "
       "backend `ldap` is not supported by pkigate (authentication_backend: {type: noop})"},
      {"{order: 2, http_authenticator: {type: clientcert}, authentication_backend: {type: nop}}",
       "config.yml:9:85: warning: config.dynamic.authc.d.authentication_backend: unknown backend "
       "`nop`: the domain is not used (did you mean `noop`?)"},
      {"{order: 2, http_authenticator: {type: ClientCert}}",
       "config.yml:9:41: warning: config.dynamic.authc.d.http_authenticator: unknown authenticator "
       "`ClientCert`: the domain is not used (did you mean `clientcert`?)"},
      {"{order: 2, http_authenticator: {type: basic}}", ""},
      {"{order: 2, http_authenticator: {type: basic}, authentication_backend: {type: noop}}",
       "config.yml:9:80: error: config.dynamic.authc.d.authentication_backend: without the "
       "internal users, every password of every name would be right (authentication_backend: "
       "{type: internal})"},
      {"{order: 2, http_authenticator: {type: jwt, config: {signing_key: x}}}",
       "config.yml:9:75: error: config.dynamic.authc.d.http_authenticator.config.signing_key: is "
       "neither a public key as PEM nor Base64\n"
       "config.yml:9:10: error: config.dynamic.authc.d.authentication_backend: a jwt domain "
       "cannot log in by the internal users: a token has no password (authentication_backend: "
       "{type: noop})"},
      {"{order: 2, http_authenticator: {type: jwt}, authentication_backend: {type: noop}}",
       "config.yml:9: error: config.dynamic.authc.d.http_authenticator.config.signing_key: is "
       "missing (a secret or public key in Base64, or a public key as PEM)"},
      {"{http_enabled: false, http_authenticator: {type: jwt,\n"
       "  config: {signing_key: base64 encoded HMAC key or public RSA/ECDSA pem key}}}",
       ""},
      {"{order: 2, http_authenticator: {type: proxy, config: {user_header: u,\n"
       "  roles_separator: '('}}, authentication_backend: {type: noop}}",
       "config.yml:10:26: error: "
       "config.dynamic.authc.d.http_authenticator.config.roles_separator: an unclosed group near "
       "character 2 of `(`\n"
       "config.yml:9: warning: config.dynamic.authc.d: finds nobody: no proxy is trusted "
       "(http.xff.enabled: true)"},
      {"{order: 2, http_authenticator: {type: kerberos}}",
       "config.yml:9:41: error: config.dynamic.authc.d.http_authenticator: authenticator "
       "`kerberos` "
       "is not supported by pkigate (http_enabled: false)"},
      {"{http_enabled: false, http_authenticator: {type: kerberos, config: {a: b}},\n"
       "  authentication_backend: {type: ldap, config: {c: d}}, description: x}",
       ""},
      {"{order: 2, http_authenticator: {type: clientcert, config: {username_attr: cn}},\n"
       "  authentication_backend: {type: noop}}",
       "config.yml:9:69: warning: config.dynamic.authc.d.http_authenticator.config.username_attr: "
       "unknown key, without effect (did you mean `username_attribute`?)"},
      {"{order: 2, http_authenticator: {type: clientcert, config: {username_attribute: [cn]}},\n"
       "  authentication_backend: {type: noop}}",
       "config.yml:9:89: error: "
       "config.dynamic.authc.d.http_authenticator.config.username_attribute: "
       "expected a text, got a list"},
  };
  for (const Line& line : kLines) {
    std::string domain(line.added);
    if (const size_t at = domain.find('\n'); at != std::string::npos) {
      domain.insert(at + 1, "      ");
    }
    EXPECT_EQ(ProblemsOf("config.yml", std::string(kConfig) + "      d: " + domain + "\n"),
              std::string(line.problem) + (line.problem.empty() ? "" : "\n"))
        << line.added;
  }
}

TEST_F(OpendistroFilesTest, AttributesOfOpensearch) {
  const auto domain = [](std::string_view config) {
    return std::string(kConfig) +
           "      d: {order: 2, authentication_backend: {type: noop},\n"
           "        http_authenticator: {type: clientcert, config: {" +
           std::string(config) + "}}}\n";
  };
  folder_.Write("config.yml", domain("username_attribute: 'dn:cn', roles_attribute: ou"));
  // Open Distro knows no `dn:`; the attribute is one that no certificate has.
  EXPECT_EQ(ClientcertOf(ModelOf(Read())).username_attribute, "dn:cn");
  EXPECT_EQ(ClientcertOf(ModelOf(Read())).roles_attribute, "ou");
  input_.dialect = Dialect::kOpensearch;
  EXPECT_EQ(ClientcertOf(ModelOf(Read())).username_attribute, "dn:cn");
  EXPECT_EQ(problems_, "");
  EXPECT_EQ(ProblemsOf("config.yml", domain("username_attribute: 'san:rfc822Name'")), "");
  EXPECT_EQ(ProblemsOf("config.yml", domain("username_attribute: 'san:EMAIL'")),
            "config.yml:10:77: warning: "
            "config.dynamic.authc.d.http_authenticator.config.username_attribute: `EMAIL` is no "
            "kind of subject alternative name: the setting counts as absent (san:rfc822Name, "
            "san:dNSName, san:dNSName:*.example.com, ...)\n");
  EXPECT_EQ(ProblemsOf("config.yml", domain("skip_users: ['CN=x*']")), "");
  EXPECT_EQ(ClientcertOf(ModelOf(Read())).skip_users, std::vector<std::string>{"CN=x*"});
  EXPECT_EQ(ProblemsOf("config.yml", domain("skip_users: ['/']")),
            "config.yml:10:69: error: config.dynamic.authc.d.http_authenticator.config.skip_users: "
            "a lone '/' is no pattern\n");
}

TEST_F(OpendistroFilesTest, EverythingOfTheChain) {
  input_.dialect = Dialect::kOpensearch;
  folder_.Write(
      "config.yml",
      "_meta: {type: config, config_version: 2}\n"
      "config:\n"
      "  dynamic:\n"
      "    http:\n"
      "      anonymous_auth_enabled: true\n"
      "      xff: {enabled: true, internalProxies: '10\\.1\\..*', remoteIpHeader: x-real}\n"
      "    auth_failure_listeners:\n"
      "      a: {type: ip, allowed_tries: 5, ignore_hosts: [127.0.0.1]}\n"
      "      u: {type: username, authentication_backend: intern,\n"
      "          time_window_seconds: 60, block_expiry_seconds: 61,\n"
      "          max_blocked_clients: 62, max_tracked_clients: 63}\n"
      "    authc:\n"
      "      proxy:\n"
      "        order: 1\n"
      "        http_authenticator:\n"
      "          type: extended-proxy\n"
      "          challenge: false\n"
      "          config: {user_header: u, roles_header: r, roles_separator: ;,\n"
      "                   attr_header_prefix: a-}\n"
      "        authentication_backend: {type: noop}\n"
      "      token:\n"
      "        order: 2\n"
      "        http_authenticator:\n"
      "          type: jwt\n"
      "          config:\n"
      "            signing_key: [c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0]\n"
      "            jwt_header: x-jwt\n"
      "            jwt_url_parameter: t\n"
      "            subject_key: s\n"
      "            roles_key: r\n"
      "            required_audience: [us]\n"
      "            required_issuer: them\n"
      "            jwt_clock_skew_tolerance_seconds: 7\n"
      "        authentication_backend: {type: noop}\n"
      "      basic: {order: 3, http_authenticator: {type: basic}}\n"
      "    authz: {roles: {authorization_backend: {type: intern}}}\n");
  folder_.Write("internal_users.yml", "_meta: {type: internalusers, config_version: 2}\n");
  EXPECT_EQ(ProblemsWith("plugins.security:\n"
                         "  cache.ttl_minutes: 5\n"
                         "  authcz.rest_impersonation_user:\n"
                         "    CN=a.b,O=c: [jo*, bob]\n"
                         "opendistro_security:\n"
                         "  authcz.rest_impersonation_user: {\"CN=a.b,O=c\": [x], old: [y]}\n"),
            "");
  const DialectFiles files = Read();
  const policy::OpendistroModel& model = ModelOf(files);
  EXPECT_TRUE(model.anonymous);
  EXPECT_TRUE(model.internal_authz);
  EXPECT_TRUE(model.xff.enabled);
  EXPECT_EQ(model.xff.internal_proxies, R"(10\.1\..*)");
  EXPECT_EQ(model.xff.remote_ip_header, "x-real");
  EXPECT_EQ(model.cache_ttl_seconds, 300);
  ASSERT_EQ(model.impersonation.size(), 2u);
  EXPECT_EQ(model.impersonation.at("CN=a.b,O=c").targets, (std::vector<std::string>{"jo*", "bob"}))
      << "the newer spelling wins";
  EXPECT_EQ(model.impersonation.at("old").targets, std::vector<std::string>{"y"});
  ASSERT_EQ(model.failure_listeners.size(), 2u);
  EXPECT_EQ(model.failure_listeners[0].num_tries, 5u);
  EXPECT_EQ(model.failure_listeners[0].ignore_hosts, std::vector<std::string>{"127.0.0.1"});
  EXPECT_EQ(model.failure_listeners[1].backend, "internal");
  EXPECT_EQ(model.failure_listeners[1].time_window_seconds, 60);
  EXPECT_EQ(model.failure_listeners[1].block_expiry_seconds, 61);
  EXPECT_EQ(model.failure_listeners[1].num_blocked_max, 62u);
  EXPECT_EQ(model.failure_listeners[1].num_tracked_max, 63u);
  ASSERT_EQ(model.domains.size(), 3u);
  const auto& proxy = std::get<identity::ProxyModel>(model.domains[0].authenticator);
  EXPECT_FALSE(model.domains[0].challenge);
  EXPECT_TRUE(proxy.extended);
  EXPECT_EQ(proxy.user_header, "u");
  EXPECT_EQ(proxy.roles_header, "r");
  EXPECT_EQ(proxy.roles_separator, ";");
  EXPECT_EQ(proxy.attribute_prefix, "a-");
  const auto& jwt = std::get<identity::JwtModel>(model.domains[1].authenticator);
  EXPECT_EQ(jwt.signing_keys.size(), 1u);
  EXPECT_EQ(jwt.header, "x-jwt");
  EXPECT_EQ(jwt.url_parameter, "t");
  EXPECT_EQ(jwt.subject_key, "s");
  EXPECT_EQ(jwt.roles_key, "r");
  EXPECT_EQ(jwt.required_audiences, std::vector<std::string>{"us"});
  EXPECT_EQ(jwt.required_issuer, "them");
  EXPECT_EQ(jwt.clock_skew_seconds, 7);
  EXPECT_EQ(model.domains[2].backend, identity::Backend::kInternal);
}

TEST_F(OpendistroFilesTest, InternalUsersAreMissedWhereTheyAreNeeded) {
  const std::string basic =
      std::string(kConfig) + "      d: {order: 2, http_authenticator: {type: basic}}\n";
  folder_.Remove("internal_users.yml");
  EXPECT_NE(ProblemsOf("config.yml", basic).find("internal_users.yml: error: cannot read"),
            std::string::npos);
  EXPECT_EQ(ProblemsOf("config.yml", kConfig), "");
}

TEST_F(OpendistroFilesTest, DocumentsSayWhatTheyAre) {
  constexpr Line kFiles[] = {
      {"",
       "config.yml:1:1: error: expected a document with `_meta`, got nothing (_meta: {type: "
       "config, config_version: 2})"},
      {"- a\n",
       "config.yml:1:1: error: expected a document with `_meta`, got a list (_meta: "
       "{type: config, config_version: 2})"},
      {"config: {dynamic: {}}\n",
       "config.yml:1:1: error: _meta: is missing (_meta: {type: config, config_version: 2})"},
      {"_meta: {type: roles, config_version: 2}\n",
       "config.yml:1:15: error: _meta.type: a document of type `roles`, expected `config` (the "
       "files of the folder may have been swapped)"},
      {"_meta: {type: config, config_version: 1}\n",
       "config.yml:1:39: error: _meta.config_version: unknown version `1` (_meta: {type: config, "
       "config_version: 2})"},
      {"_meta: {type: config}\n",
       "config.yml:1:8: error: _meta.config_version: is missing (_meta: {type: config, "
       "config_version: 2})"},
      {"_meta: {type: config, config_version: 2, x: y}\n",
       "config.yml:1:42: error: _meta.x: unknown key"},
      {"_meta: {type: config, config_version: 2}\n", "config.yml:1:1: error: config: is missing"},
      {"_meta: {type: config, config_version: 2}\nconfig: {}\n",
       "config.yml:2:9: error: config.dynamic: is missing"},
      {"_meta: {type: config, config_version: 2}\nconfig: {dynamic: {}, static: {}}\nmore: 1\n",
       "config.yml:3:1: error: more: unknown key\n"
       "config.yml:2:23: error: config.static: unknown key\n"
       "config.yml:2:19: warning: config.dynamic.authc: no domain is enabled for HTTP: every "
       "request is answered with 503"},
  };
  for (const Line& file : kFiles) {
    std::string expected(file.problem);
    // The column of what is there as a whole says nothing.
    if (const size_t at = expected.find("2:19: warning"); at != std::string::npos) {
      expected.replace(at, 5, "2:");
    }
    EXPECT_EQ(ProblemsOf("config.yml", file.added), expected + "\n") << file.added;
  }
}

TEST_F(OpendistroFilesTest, RoleMappings) {
  folder_.Write("roles_mapping.yml",
                "_meta: {type: rolesmapping, config_version: 2}\n"
                "a:\n"
                "  users: [u1, 7, 'u*']\n"
                "  backend_roles: [b]\n"
                "  hosts: [\"10.*\"]\n"
                "  and_backend_roles: [c, d]\n"
                "  reserved: true\n"
                "  hidden: true\n"
                "  description: text\n"
                "b: {users: null, hosts: []}\n"
                "c:\n");
  const DialectFiles files = Read();
  EXPECT_EQ(problems_, "");
  const auto& mappings = ModelOf(files).file_mappings;
  ASSERT_EQ(mappings.size(), 3u);
  const roles::OpendistroMapping& a = mappings.at("a").mapping;
  EXPECT_EQ(a.users, (std::vector<std::string>{"u1", "7", "u*"}));
  EXPECT_EQ(a.backend_roles, std::vector<std::string>{"b"});
  EXPECT_EQ(a.hosts, std::vector<std::string>{"10.*"});
  EXPECT_EQ(a.and_backend_roles, (std::vector<std::string>{"c", "d"}));
  EXPECT_TRUE(a.reserved);
  EXPECT_TRUE(a.hidden);
  EXPECT_EQ(a.description, "text");
  EXPECT_EQ(mappings.at("b").mapping, roles::OpendistroMapping());
  EXPECT_EQ(mappings.at("c").where.line, 11);
}

TEST_F(OpendistroFilesTest, RoleMappingsAreChecked) {
  constexpr Line kLines[] = {
      {"a: {users: u}",
       "roles_mapping.yml:2:12: error: a.users: expected a list, got a text (- \"u\")"},
      {"a: {users: [[u]]}",
       "roles_mapping.yml:2:13: error: a.users: expected a text in the list, got a list"},
      {"a: {users: {u: 1}}",
       "roles_mapping.yml:2:12: error: a.users: expected a list of texts, got a mapping"},
      {"a: {user: [u]}",
       "roles_mapping.yml:2:5: error: a.user: unknown key (did you mean `users`?)"},
      {"a: [u]", "roles_mapping.yml:2:4: error: a: expected a mapping, got a list"},
      {"a: {reserved: 1}",
       "roles_mapping.yml:2:15: error: a.reserved: expected true or false, got `1`"},
      {"a: {}\na: {}", "roles_mapping.yml:3:1: error: duplicate key `a`, first given on line 2"},
  };
  for (const Line& line : kLines) {
    EXPECT_EQ(ProblemsOf("roles_mapping.yml", "_meta: {type: rolesmapping, config_version: 2}\n" +
                                                  std::string(line.added) + "\n"),
              std::string(line.problem) + "\n");
  }
}

TEST_F(OpendistroFilesTest, Roles) {
  folder_.Write(
      "roles.yml",
      "_meta: {type: roles, config_version: 2}\n"
      "a:\n"
      "  reserved: false\n"
      "  hidden: true\n"
      "  static: false\n"
      "  description: text\n"
      "  cluster_permissions: [c]\n"
      "  index_permissions:\n"
      "    - index_patterns: [i]\n"
      "      dls: \"\"\n"
      "      fls: []\n"
      "      masked_fields: null\n"
      "      allowed_actions: [read]\n"
      "  tenant_permissions: [{tenant_patterns: [t], allowed_actions: [kibana_all_read]}]\n"
      "kibana_read_only: {reserved: true}\n");  // known, but not static
  const DialectFiles files = Read();
  EXPECT_EQ(problems_, "");
  EXPECT_TRUE(ModelOf(files).known_roles.contains("a"));
  EXPECT_EQ(ModelOf(files).hidden_roles, std::set<std::string>{"a"});
}

TEST_F(OpendistroFilesTest, RolesAreChecked) {
  constexpr Line kLines[] = {
      {"a: {cluster: [c]}",
       "roles.yml:2:5: error: a.cluster: unknown key (did you mean `cluster_permissions`?)"},
      {"a: {cluster_permissions: {c: d}}",
       "roles.yml:2:26: error: a.cluster_permissions: expected a list of texts, got a mapping"},
      {"a: {index_permissions: i}",
       "roles.yml:2:24: error: a.index_permissions: expected a list of permissions"},
      {"a: {index_permissions: [{index_pattern: [i]}]}",
       "roles.yml:2:26: error: a.index_permissions.index_pattern: unknown key (did you mean "
       "`index_patterns`?)"},
      {"a: {tenant_permissions: [{dls: x}]}",
       "roles.yml:2:27: error: a.tenant_permissions.dls: unknown key"},
      {"a: {index_permissions: [{index_patterns: [i], dls: '{}'}]}",
       "roles.yml:2:52: error: a.index_permissions.dls: document and field level security is not "
       "enforced by a gateway"},
      {"a: {index_permissions: [{index_patterns: [i], fls: [~x]}]}",
       "roles.yml:2:52: error: a.index_permissions.fls: document and field level security is not "
       "enforced by a gateway"},
      {"readall: {}",
       "roles.yml:2:1: error: readall: a built-in role, which no file can define anew (another "
       "name)"},
  };
  for (const Line& line : kLines) {
    EXPECT_EQ(ProblemsOf("roles.yml", "_meta: {type: roles, config_version: 2}\n" +
                                          std::string(line.added) + "\n"),
              std::string(line.problem) + "\n");
  }
}

TEST_F(OpendistroFilesTest, MissingFiles) {
  for (const char* name : {"elasticsearch.yml", "config.yml", "roles_mapping.yml"}) {
    const std::string content = ReadTestFile(folder_.path() / name);
    folder_.Remove(name);
    Read();
    EXPECT_EQ(problems_,
              std::string(name) + ": error: cannot read " + name + ": No such file or directory\n");
    folder_.Write(name, content);
  }
  folder_.Remove("roles.yml");
  Read();
  EXPECT_EQ(problems_,
            "roles.yml: warning: the file does not exist: there are the built-in roles only\n");
}

// Documents cut off in the middle or garbled name their file and a line.
TEST_F(OpendistroFilesTest, DamagedDocuments) {
  for (const char* name : {"config.yml", "roles_mapping.yml", "roles.yml"}) {
    const std::string content = ReadTestFile(folder_.path() / name);
    for (const std::string& damaged : {std::string(), content.substr(0, content.find('}')),
                                       content + "\xff\n", content + content}) {
      EXPECT_TRUE(ProblemsOf(name, damaged).starts_with(std::string(name) + ":")) << problems_;
      EXPECT_NE(problems_.find(": error: "), std::string::npos) << problems_;
    }
    folder_.Write(name, content);
  }
}

}  // namespace
}  // namespace pkigate::config
