// SPDX-License-Identifier: Apache-2.0
//
// opendistro mapping: from a user and an address to security roles (opendistro.md, 4.1 to 4.5),
// through a whole compiled policy: the user is a certificate whose common name is the user name and
// whose organizational units are the backend roles, or, if it holds security roles directly, an
// internal user with its password.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "base/base64.h"
#include "config/opendistro_defaults.h"
#include "identity/host_names.h"
#include "identity/password_checker.h"
#include "policy/compile.h"
#include "subjects.h"
#include "vector_kinds.h"

namespace pkigate::conformance {

namespace {

policy::RolesMappingResolution ResolutionOf(const std::string& word) {
  static const std::map<std::string, policy::RolesMappingResolution> kWords = {
      {"MAPPING_ONLY", policy::RolesMappingResolution::kMappingOnly},
      {"BACKENDROLES_ONLY", policy::RolesMappingResolution::kBackendrolesOnly},
      {"BOTH", policy::RolesMappingResolution::kBoth}};
  const auto found = kWords.find(word);
  if (found == kWords.end()) {
    throw FieldError("roles_mapping_resolution `" + word + "` is not known");
  }
  return found->second;
}

policy::HostsResolverMode ModeOf(const std::string& word) {
  static const std::map<std::string, policy::HostsResolverMode> kWords = {
      {"ip-only", policy::HostsResolverMode::kIpOnly},
      {"ip-hostname", policy::HostsResolverMode::kIpHostname},
      {"ip-hostname-lookup", policy::HostsResolverMode::kIpHostnameLookup}};
  const auto found = kWords.find(word);
  if (found == kWords.end()) {
    throw FieldError("hosts_resolver_mode `" + word + "` is not known");
  }
  return found->second;
}

class EveryPasswordIsRight final : public identity::PasswordChecker {
 public:
  Verdict Check(const identity::PasswordQuestion&) override { return Verdict::kRight; }
};

class OneName final : public identity::HostNames {
 public:
  explicit OneName(std::optional<std::string> name) : name_(std::move(name)) {}
  Verdict Find(const IpAddress&, std::string* name) override {
    *name = name_.value_or("");
    return name_.has_value() ? Verdict::kFound : Verdict::kNone;
  }

 private:
  const std::optional<std::string> name_;
};

}  // namespace

Outcome RunOpendistroMapping(Case& c) {
  const Dialect dialect = c.dialect == "opensearch" ? Dialect::kOpensearch : Dialect::kOpendistro;
  policy::OpendistroModel model;
  model.domains.push_back({.name = "clientcert_auth_domain",
                           .authenticator = identity::ClientcertModel{.username_attribute = "cn",
                                                                      .roles_attribute = "ou"},
                           .where = {}});
  model.domains.push_back({.name = "basic_auth_domain",
                           .order = 1,
                           .backend = identity::Backend::kInternal,
                           .authenticator = identity::BasicModel(),
                           .where = {}});
  model.known_roles = config::StockRolesOf(dialect).names;
  model.resolution = ResolutionOf(c.input.Text("roles_mapping_resolution"));
  model.hosts_resolver_mode = ModeOf(c.input.Text("hosts_resolver_mode"));
  for (const auto& [role, entry] : c.input.Any("role_mappings").items()) {
    const auto mapping = roles::ParseStoredOpendistroMapping(entry.dump());
    if (!mapping.ok()) {
      return Failed(mapping.error().message);
    }
    model.file_mappings[role].mapping = *mapping;
  }

  Fields user = c.input.Inside("user");
  const std::string name = user.Text("name");
  const auto backend_roles = user.Any("backend_roles").get<std::vector<std::string>>();
  identity::Credentials credentials;
  std::optional<x509::PeerChain> chain;
  std::string authorization;
  std::vector<identity::HeaderField> headers;
  if (user.Has("security_roles")) {
    identity::InternalUser& internal = model.internal_users[name];
    internal.backend_roles = backend_roles;
    internal.direct_roles = user.Any("security_roles").get<std::vector<std::string>>();
    const std::string pair = name + ":password";
    authorization =
        "Basic " + ToBase64({reinterpret_cast<const uint8_t*>(pair.data()), pair.size()});
    headers.push_back({"Authorization", authorization});
  } else {
    std::vector<SubjectPart> subject;
    for (const std::string& unit : backend_roles) {
      subject.push_back({"OU", unit});
    }
    subject.push_back({"CN", name});
    Result<x509::PeerChain> made = ChainOf(subject);
    if (!made.ok()) {
      return Failed(made.error().message);
    }
    chain = std::move(made).value();
    credentials.chain = &*chain;
  }
  user.ExpectAllRead();

  std::optional<std::string> host_name;
  if (!c.input.Any("caller").is_null()) {
    Fields caller = c.input.Inside("caller");
    // Without a lookup an address is called by its own text.
    const std::string ip = caller.Text("ip");
    if (caller.OptionalText("host_string").value_or(ip) != ip) {
      throw FieldError("a host_string that is not the address");
    }
    host_name = caller.OptionalText("reverse_dns");
    const Result<IpAddress> address = IpAddress::Parse(ip);
    caller.ExpectAllRead();
    if (!address.ok()) {
      return Failed(address.error().message);
    }
    credentials.peer.address = *address;
  }

  policy::Model whole;
  whole.dialect = dialect;
  whole.body = std::move(model);
  Diagnostics diagnostics;
  const auto policy = policy::Compile(whole, 1, diagnostics);
  if (policy == nullptr) {
    return Failed(diagnostics.first_error()->ForPeople());
  }
  EveryPasswordIsRight passwords;
  OneName host_names(host_name);
  credentials.headers = headers;
  credentials.passwords = &passwords;
  credentials.host_names = &host_names;
  const auto scratch = policy->NewScratch();
  const policy::Authentication result = policy->Authenticate(credentials, *scratch);
  if (result.outcome != policy::Authentication::Outcome::kAuthenticated) {
    return Failed("not authenticated: " + result.why);
  }
  auto expected = c.expect.Any("roles").get<std::vector<std::string>>();
  std::sort(expected.begin(), expected.end());
  return Compare("the list of roles", fmt::format("{}", fmt::join(result.roles, ", ")),
                 fmt::format("{}", fmt::join(expected, ", ")));
}

}  // namespace pkigate::conformance
