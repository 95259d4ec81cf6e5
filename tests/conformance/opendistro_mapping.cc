// SPDX-License-Identifier: Apache-2.0
//
// opendistro mapping: from a user and an address to security roles (opendistro.md, 4.1 to 4.5),
// through a whole compiled policy: the user is a certificate whose common name is the user name and
// whose organizational units are the backend roles. Cases whose host patterns need host names, and
// users who hold security roles directly, are skipped.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "policy/compile.h"
#include "vector_kinds.h"
#include "x509/peer_chain.h"

namespace pkigate::conformance {

namespace {

using Bytes = std::vector<uint8_t>;

constexpr uint8_t kUtf8String = 0x0c;
const Bytes kCommonName = {0x06, 0x03, 0x55, 0x04, 0x03};
const Bytes kOrganizationalUnit = {0x06, 0x03, 0x55, 0x04, 0x0b};

Bytes Tlv(uint8_t tag, const Bytes& content) {
  Bytes tlv = {tag, 0x82, static_cast<uint8_t>(content.size() >> 8),
               static_cast<uint8_t>(content.size() & 0xff)};
  if (content.size() < 0x80) {
    tlv = {tag, static_cast<uint8_t>(content.size())};
  } else if (content.size() < 0x100) {
    tlv = {tag, 0x81, static_cast<uint8_t>(content.size())};
  }
  tlv.insert(tlv.end(), content.begin(), content.end());
  return tlv;
}

void AppendRdn(Bytes& rdns, const Bytes& type, const std::string& text) {
  Bytes attribute = type;
  const Bytes value = Tlv(kUtf8String, {text.begin(), text.end()});
  attribute.insert(attribute.end(), value.begin(), value.end());
  const Bytes rdn = Tlv(0x31, Tlv(0x30, attribute));
  rdns.insert(rdns.end(), rdn.begin(), rdn.end());
}

Result<x509::PeerChain> ChainOf(const std::string& name, const std::vector<std::string>& units) {
  Bytes rdns;
  for (const std::string& unit : units) {
    AppendRdn(rdns, kOrganizationalUnit, unit);
  }
  AppendRdn(rdns, kCommonName, name);
  x509::PeerChain chain;
  chain.leaf.subject = PKIGATE_TRY(x509::Name::FromDer(Tlv(0x30, rdns)));
  return chain;
}

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

}  // namespace

Outcome RunOpendistroMapping(Case& c) {
  policy::OpendistroModel model;
  model.domains.push_back({.name = "clientcert_auth_domain",
                           .username_attribute = "cn",
                           .roles_attribute = "ou",
                           .where = {}});
  model.resolution = ResolutionOf(c.input.Text("roles_mapping_resolution"));
  bool has_hosts = false;
  for (const auto& [role, entry] : c.input.Any("role_mappings").items()) {
    const auto mapping = roles::ParseStoredOpendistroMapping(entry.dump());
    if (!mapping.ok()) {
      return Failed(mapping.error().message);
    }
    has_hosts = has_hosts || !mapping->hosts.empty();
    model.file_mappings[role].mapping = *mapping;
  }
  Fields user = c.input.Inside("user");
  if (user.Has("security_roles")) {
    return Skipped("users do not hold security roles directly yet");
  }
  const auto chain =
      ChainOf(user.Text("name"), user.Any("backend_roles").get<std::vector<std::string>>());
  user.ExpectAllRead();
  if (!chain.ok()) {
    return Failed(chain.error().message);
  }
  if (has_hosts && c.input.Text("hosts_resolver_mode") != "ip-only") {
    return Skipped("the names of hosts are not looked up yet");
  }
  c.input.Ignore("hosts_resolver_mode");  // without effect if there is no host to be resolved
  Fields caller = c.input.Inside("caller");
  caller.Ignore("host_string");
  caller.Ignore("reverse_dns");
  const Result<IpAddress> address = IpAddress::Parse(caller.Text("ip"));
  caller.ExpectAllRead();
  if (!address.ok()) {
    return Failed(address.error().message);
  }

  policy::Model whole;
  whole.dialect = c.dialect == "opensearch" ? Dialect::kOpensearch : Dialect::kOpendistro;
  whole.body = std::move(model);
  Diagnostics diagnostics;
  const auto policy = policy::Compile(whole, 1, diagnostics);
  if (policy == nullptr) {
    return Failed(diagnostics.first_error()->ForPeople());
  }
  identity::Credentials credentials;
  credentials.chain = &*chain;
  credentials.peer.address = *address;
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
