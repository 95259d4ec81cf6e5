// SPDX-License-Identifier: Apache-2.0
#include "policy/compiled_opendistro_policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>

#include "base/ascii.h"
#include "identity/authorization_header.h"
#include "identity/latin1.h"
#include "policy/compiled_scratch.h"
#include "policy/opendistro_answers.h"
#include "policy/report.h"
#include "policy/request_name.h"
#include "policy/role_list.h"
#include "x509/ldap_name.h"
#include "x509/opendistro_form.h"

namespace pkigate::policy {

namespace {

using Said = identity::Trace::Said;

// Headers that only nodes send to each other (D7).
constexpr std::string_view kNodeHeaderPrefix = "_opendistro_security_";
constexpr std::string_view kImpersonation = "opendistro_security_impersonate_as";

x509::MultiValuedRdn ReadingOf(MultiValuedRdn setting) {
  return setting == MultiValuedRdn::kAll ? x509::MultiValuedRdn::kAll
                                         : x509::MultiValuedRdn::kFirst;
}

// `User [name=N, backend_roles=[a, b], requestedTenant=null]` (6).
std::string Describe(const identity::User& user) {
  return fmt::format("User [name={}, backend_roles=[{}], requestedTenant={}]", user.username,
                     Joined(user.backend_roles, ", "), user.requested_tenant.value_or("null"));
}

bool LooksLikeDn(const std::string& text) {
  return text.find('=') != std::string::npos && x509::LdapName::Parse(text).ok();
}

// Whether a `hosts` pattern could match a name: it holds what no address is made of.
bool CouldBeHostName(std::string_view pattern) {
  if (pattern.size() > 1 && pattern.front() == '/' && pattern.back() == '/') {
    return true;
  }
  const bool ipv6 = pattern.find(':') != pattern.npos;
  return std::any_of(pattern.begin(), pattern.end(), [ipv6](char c) {
    return !IsAsciiDigit(c) && c != '.' && c != '*' && c != '?' &&
           !(ipv6 && (c == ':' || HexDigitValue(c) >= 0));
  });
}

}  // namespace

std::shared_ptr<const CompiledOpendistroPolicy> CompiledOpendistroPolicy::Compile(
    Dialect dialect, const OpendistroModel& model, uint64_t generation, CompileCache& cache,
    Diagnostics& diagnostics) {
  std::shared_ptr<CompiledOpendistroPolicy> policy(new CompiledOpendistroPolicy);
  policy->dialect_ = dialect;
  policy->generation_ = generation;
  policy->resolution_ = model.resolution;
  policy->dn_as_backend_role_ = model.dn_as_backend_role;
  policy->known_roles_ = model.known_roles;
  policy->AddAdmins(model, diagnostics);
  const bool all_good[] = {
      policy->AddChain(model, diagnostics), policy->AddForwarding(model, diagnostics),
      policy->AddImpersonation(model, diagnostics), policy->AddFailureListeners(model, diagnostics),
      policy->AddMappings(model, cache, diagnostics)};
  if (!std::ranges::all_of(all_good, std::identity())) {
    return nullptr;
  }
  policy->AddWatch();
  return policy;
}

bool CompiledOpendistroPolicy::AddChain(const OpendistroModel& model, Diagnostics& diagnostics) {
  identity::DomainChain::Fault fault;
  chain_ = identity::DomainChain::Compile({.dialect = dialect_,
                                           .domains = model.domains,
                                           .internal_users = model.internal_users,
                                           .internal_authz = model.internal_authz,
                                           .anonymous = model.anonymous,
                                           .keep_password_seconds = model.cache_ttl_seconds,
                                           .multi_valued_rdn = ReadingOf(model.multi_valued_rdn)},
                                          &fault);
  if (chain_ == nullptr) {
    const identity::DomainModel& domain = model.domains[fault.domain];
    Report(diagnostics, Diagnostic::Severity::kError, domain.where,
           fmt::format("config.dynamic.authc.{}.{}", domain.name, fault.key), fault.problem,
           fault.hint);
  }
  return chain_ != nullptr;
}

bool CompiledOpendistroPolicy::AddForwarding(const OpendistroModel& model,
                                             Diagnostics& diagnostics) {
  auto compiled = identity::ForwardedAddress::Compile(model.xff, dialect_);
  if (!compiled.ok()) {
    Report(diagnostics, Diagnostic::Severity::kError, model.xff.where,
           "config.dynamic.http.xff.internalProxies", compiled.error().message);
    return false;
  }
  forwarded_ = std::move(compiled).value();
  return true;
}

bool CompiledOpendistroPolicy::AddImpersonation(const OpendistroModel& model,
                                                Diagnostics& diagnostics) {
  std::map<std::string, std::vector<std::string>> allowed;
  for (const auto& [username, entry] : model.impersonation) {
    allowed[username] = entry.targets;
  }
  auto compiled = identity::Impersonation::Compile(
      allowed, /*blank_matches_itself=*/dialect_ == Dialect::kOpendistro);
  if (!compiled.ok()) {
    Report(diagnostics, Diagnostic::Severity::kError, model.impersonation.begin()->second.where,
           "authcz.rest_impersonation_user", compiled.error().message);
    return false;
  }
  impersonation_ = std::move(compiled).value();
  return true;
}

void CompiledOpendistroPolicy::AddWatch() {
  node_headers_.AddPrefix(kNodeHeaderPrefix);
  watch_.AddPrefix(kNodeHeaderPrefix);
  watch_.AddName(kImpersonation);
  watch_.AddName("securitytenant");
  watch_.AddName("security_tenant");
  forwarded_.AddReadTo(watch_);
  chain_->AddReadTo(watch_);
}

void CompiledOpendistroPolicy::AddAdmins(const OpendistroModel& model, Diagnostics& diagnostics) {
  for (const AdminDn& admin : model.admin_dns) {
    if (!admins_.Add(admin.dn)) {
      // 3.6: an entry that does not parse is logged and ignored.
      Report(diagnostics, Diagnostic::Severity::kWarning, admin.where, "authcz.admin_dn",
             fmt::format("'{}' is no DN and makes nobody an administrator", admin.dn),
             "write it most specific first, e.g. CN=admin,OU=ops,O=example");
    }
  }
}

bool CompiledOpendistroPolicy::AddFailureListeners(const OpendistroModel& model,
                                                   Diagnostics& diagnostics) {
  if (model.failure_listeners.empty()) {
    return true;
  }
  auto compiled = identity::FailureListeners::Compile(model.failure_listeners);
  if (!compiled.ok()) {
    Report(diagnostics, Diagnostic::Severity::kError, model.failure_listeners.front().where,
           "config.dynamic.auth_failure_listeners", compiled.error().message);
    return false;
  }
  failure_listeners_ = std::move(compiled).value();
  return true;
}

// What the compiler would refuse, with its place; and what it takes but cannot have been meant.
bool CompiledOpendistroPolicy::CheckFileMapping(const OpendistroModel& model,
                                                const std::string& role,
                                                const OpendistroFileMapping& entry,
                                                Diagnostics& diagnostics) {
  const roles::OpendistroMapping& mapping = entry.mapping;
  const std::pair<const char*, const std::vector<std::string>*> lists[] = {
      {"users", &mapping.users},
      {"backend_roles", &mapping.backend_roles},
      {"and_backend_roles", &mapping.and_backend_roles},
      {"hosts", &mapping.hosts}};
  bool good = true;
  for (const auto& [key, patterns] : lists) {
    for (const std::string& pattern : *patterns) {
      if (const Status checked = roles::CheckOpendistroPattern(pattern); !checked.ok()) {
        Report(diagnostics, Diagnostic::Severity::kError, entry.where, role + "." + key,
               fmt::format("'{}' cannot be used: {}", pattern, checked.error().message));
        good = false;
      }
    }
  }
  for (const std::string& backend_role : mapping.backend_roles) {
    if (!model.dn_as_backend_role && LooksLikeDn(backend_role)) {
      // D3: the DN is never a backend role by itself.
      Report(
          diagnostics, Diagnostic::Severity::kWarning, entry.where, role + ".backend_roles",
          fmt::format("'{}' looks like a DN; a certificate's DN is no backend role", backend_role),
          "put it into users, or set opendistro.dn_as_backend_role: true");
    }
  }
  for (const std::string& user : mapping.users) {
    // 4.2: user names are compared as texts.
    if (!LooksLikeDn(user) || user.find_first_of("*?") != std::string::npos) {
      continue;
    }
    const Result<x509::LdapName> name = x509::LdapName::Parse(user);
    if (name.ok() && name->Text() != user) {
      Report(diagnostics, Diagnostic::Severity::kWarning, entry.where, role + ".users",
             fmt::format("'{}' looks like a DN but is not spelt as the gateway spells one", user),
             "write " + name->Text());
    }
  }
  return good;
}

bool CompiledOpendistroPolicy::AddMappings(const OpendistroModel& model, CompileCache& cache,
                                           Diagnostics& diagnostics) {
  bool good = true;
  for (const auto& [role, entry] : model.file_mappings) {
    mappings_[role] = std::make_shared<const roles::OpendistroMapping>(entry.mapping);
    good = CheckFileMapping(model, role, entry, diagnostics) && good;
  }
  for (const auto& [role, document] : model.api_mappings) {
    if (!document.has_value()) {
      mappings_.erase(role);
      continue;
    }
    Result<std::shared_ptr<const roles::OpendistroMapping>> mapping =
        cache.opendistro_mappings.Get(role, *document, [](std::string_view, std::string_view text) {
          return roles::ParseStoredOpendistroMapping(text);
        });
    if (!mapping.ok()) {
      Report(diagnostics, Diagnostic::Severity::kError, {}, "rolesmapping/" + role,
             mapping.error().message);
      good = false;
      continue;
    }
    mappings_[role] = std::move(mapping).value();
  }
  if (!good) {
    return false;
  }
  looks_up_hosts_ = model.hosts_resolver_mode == HostsResolverMode::kIpHostnameLookup &&
                    std::ranges::any_of(mappings_, [](const auto& entry) {
                      return std::ranges::any_of(entry.second->hosts, CouldBeHostName);
                    });
  auto mapper = roles::OpendistroRoleMapper::Compile(dialect_, mappings_, cache.shards);
  if (!mapper.ok()) {
    Report(diagnostics, Diagnostic::Severity::kError, {}, "roles_mapping", mapper.error().message);
    return false;
  }
  mapper_ = std::move(mapper).value();
  return true;
}

std::unique_ptr<Scratch> CompiledOpendistroPolicy::NewScratch() const {
  auto scratch = std::make_unique<CompiledScratch>();
  mapper_->ReserveIn(scratch->matching);
  chain_->ReserveIn(scratch->matching);
  impersonation_.ReserveIn(scratch->matching);
  return scratch;
}

bool CompiledOpendistroPolicy::HeadersDecide(std::span<const identity::HeaderField> headers) const {
  return watch_.Sees(headers);
}

bool CompiledOpendistroPolicy::IsOpen(std::string_view method, std::string_view path) const {
  if (method == "OPTIONS") {
    return true;
  }
  if (path.ends_with('/')) {
    path.remove_suffix(1);
  }
  const bool opensearch = dialect_ == Dialect::kOpensearch;
  return path == "/_opendistro/_security/health" ||
         (opensearch &&
          (path == "/_plugins/_security/health" || path == "/_plugins/_security/whoami"));
}

Authentication CompiledOpendistroPolicy::Authenticate(const identity::Credentials& credentials,
                                                      Scratch& scratch) const {
  if (node_headers_.Sees(credentials.headers)) {
    Authentication refused;
    refused.why = "a header that only nodes may send";
    refused.refusal = OpendistroIllegalHeader(dialect_);
    return refused;
  }
  if (IsOpen(credentials.method, PathOf(credentials.target))) {
    Authentication nobody;
    nobody.outcome = Authentication::Outcome::kNoCredentials;
    nobody.why = "the request needs no user";
    return nobody;
  }
  return Identify(credentials, MatchingOf(scratch));
}

Authentication CompiledOpendistroPolicy::Identify(const identity::Credentials& credentials,
                                                  match::Scratch& matching) const {
  Authentication result;
  if (credentials.blocks != nullptr &&
      credentials.blocks->AddressIsBlocked(credentials.peer.address)) {
    result.why = "the address is blocked after too many failed logins";
    identity::Note(credentials.trace, "", "auth_failure_listeners", Said::kRefused, result.why);
    result.refusal = OpendistroUnauthorized();
    return result;
  }
  const std::string principal = credentials.chain == nullptr
                                    ? std::string()
                                    : x509::OpendistroForm(credentials.chain->leaf.subject);
  // Step 6, before the chain is walked: from the certificate alone (D4).
  if (!principal.empty() && admins_.Contains(principal)) {
    identity::User& admin = result.user;
    admin.username = principal;
    admin.principal = principal;
    admin.realm_name = "admin_dn";
    admin.realm_type = "clientcert";
    admin.superadmin = true;
    identity::Note(credentials.trace, "", "admin_dn", Said::kAccepted,
                   "the certificate is an administrator's");
    Finish(credentials, matching, &result);
    return result;
  }
  if (!chain_->initialized()) {
    result.user.principal = principal;
    result.why = "no authentication domain is enabled for HTTP";
    result.refusal = OpendistroNotInitialized(dialect_);
    return result;
  }
  result = WalkChain(credentials, principal, matching);
  if (admins_.ContainsReversed(principal)) {
    result.why += "; authcz.admin_dn lists this DN in reverse: write " + principal;
  }
  return result;
}

Authentication CompiledOpendistroPolicy::WalkChain(const identity::Credentials& credentials,
                                                   const std::string& principal,
                                                   match::Scratch& matching) const {
  Authentication result;
  const Result<std::optional<IpAddress>> forwarded =
      forwarded_.Find(credentials.peer.address, credentials.headers, matching);
  if (!forwarded.ok()) {
    result.user.principal = principal;
    result.why = "X-Forwarded-For: " + forwarded.error().message;
    identity::Note(credentials.trace, "", "xff", Said::kRefused, forwarded.error().message);
    result.refusal = OpendistroException(dialect_, 400, "Cannot resolve the forwarded address");
    return result;
  }
  if (forwarded->has_value()) {
    identity::Note(credentials.trace, "", "xff", Said::kAccepted, (*forwarded)->Text());
  }
  identity::ChainOutcome outcome = chain_->Walk({.credentials = credentials,
                                                 .principal = principal,
                                                 .forwarded = forwarded->has_value(),
                                                 .scratch = matching},
                                                admins_);
  result.forwarded_for = *forwarded;
  result.user = std::move(outcome.user);
  result.user.principal = principal;
  result.failures = std::move(outcome.failures);
  result.parameters = std::move(outcome.parameters);
  result.why = std::move(outcome.why);
  switch (outcome.end) {
    case identity::ChainOutcome::End::kPending:
      result.outcome = Authentication::Outcome::kPending;
      return result;
    case identity::ChainOutcome::End::kAdminByName:
      result.refusal = OpendistroAdminByName();
      return result;
    case identity::ChainOutcome::End::kRefused:
      result.outcome = outcome.found_credentials || credentials.chain != nullptr
                           ? Authentication::Outcome::kRefused
                           : Authentication::Outcome::kNoCredentials;
      result.refusal = OpendistroChallenge(outcome.challenge, dialect_);
      return result;
    case identity::ChainOutcome::End::kUser:
      break;
  }
  if (dn_as_backend_role_ && result.user.realm_type == "clientcert") {
    result.user.backend_roles.push_back(principal);
  }
  if (Impersonate(credentials, matching, &result)) {
    Finish(credentials, matching, &result);
  }
  return result;
}

bool CompiledOpendistroPolicy::Impersonate(const identity::Credentials& credentials,
                                           match::Scratch& matching, Authentication* result) const {
  const identity::HeaderField* header =
      dialect_ == Dialect::kOpensearch ? identity::LastHeader(credentials.headers, kImpersonation)
                                       : identity::FirstHeader(credentials.headers, kImpersonation);
  identity::User& user = result->user;
  if (header == nullptr || user.anonymous) {
    return true;
  }
  const std::string target = identity::FromLatin1(TrimBlanks(header->value));
  if (target.empty()) {
    return true;
  }
  const auto refuse = [&](std::string reason) {
    result->why = fmt::format("{} may not impersonate {}", user.username, target);
    identity::Note(credentials.trace, "", "impersonation", Said::kRefused, reason);
    result->refusal = OpendistroException(dialect_, 403, reason);
    return false;
  };
  if (admins_.Contains(target)) {
    return refuse(fmt::format("It is not allowed to impersonate as an adminuser  '{}'", target));
  }
  if (!impersonation_.Allows(user.username, target, matching)) {
    return refuse(fmt::format("'{}' is not allowed to impersonate as '{}'", user.username, target));
  }
  std::optional<identity::User> found = chain_->FindUser(target);
  if (!found.has_value()) {
    return refuse("No such user:" + target);
  }
  found->principal = user.principal;
  found->requested_tenant = user.requested_tenant;
  found->authenticated_as = user.username;
  user = *std::move(found);
  identity::Note(credentials.trace, user.realm_name, "impersonation", Said::kAccepted,
                 user.username);
  return true;
}

bool CompiledOpendistroPolicy::HostsOf(const IpAddress& address, identity::HostNames* names,
                                       std::vector<std::string>* hosts) const {
  hosts->push_back(address.Text());
  if (!looks_up_hosts_ || names == nullptr) {
    return true;
  }
  std::string name;
  switch (names->Find(address, &name)) {
    case identity::HostNames::Verdict::kNone:
      return true;
    case identity::HostNames::Verdict::kFound:
      hosts->push_back(std::move(name));
      return true;
    case identity::HostNames::Verdict::kPending:
      break;
  }
  return false;
}

void CompiledOpendistroPolicy::Finish(const identity::Credentials& credentials,
                                      match::Scratch& matching, Authentication* result) const {
  const identity::User& user = result->user;
  std::vector<std::string> hosts;
  // A superadmin's address is not resolved (6).
  if (!user.superadmin && !HostsOf(result->forwarded_for.value_or(credentials.peer.address),
                                   credentials.host_names, &hosts)) {
    result->outcome = Authentication::Outcome::kPending;
    return;
  }
  std::vector<std::string>& roles = result->roles;
  if (resolution_ != RolesMappingResolution::kBackendrolesOnly) {
    const Status mapped = mapper_->AddRoles({.username = user.username,
                                             .backend_roles = &user.backend_roles,
                                             .hosts = std::move(hosts)},
                                            matching, &roles);
    if (credentials.trace != nullptr) {
      credentials.trace->mapped = {.user = user, .files = {}, .mappings = roles};
    }
    if (!mapped.ok()) {
      roles.clear();
    }
    // A superadmin needs no role (3.4, step 6), and is who could remove the mapping at fault.
    if (!mapped.ok() && !user.superadmin) {
      result->why = mapped.error().message;
      result->refusal = OpendistroUnauthorized();
      return;
    }
  }
  if (resolution_ != RolesMappingResolution::kMappingOnly) {
    roles.insert(roles.end(), user.backend_roles.begin(), user.backend_roles.end());
  }
  // 4.1: in every mode, but for those that are not there or whose mapping is hidden.
  for (const std::string& role : user.direct_roles) {
    const auto mapping = mappings_.find(role);
    if (known_roles_.contains(role) && (mapping == mappings_.end() || !mapping->second->hidden)) {
      roles.push_back(role);
    }
  }
  SortRoles(&roles);
  result->outcome = Authentication::Outcome::kAuthenticated;
  result->why += fmt::format("{}{}: {} has roles [{}]", result->why.empty() ? "" : "; ",
                             user.realm_name, user.username, Joined(roles, ","));
  // Certificates alone are good for longer than the request.
  const bool by_certificate = credentials.chain != nullptr && user.realm_type == "clientcert" &&
                              user.authenticated_as.empty() &&
                              (!looks_up_hosts_ || credentials.host_names == nullptr);
  result->expires_unix = by_certificate ? credentials.chain->expires_unix : credentials.now_unix;
}

Decision CompiledOpendistroPolicy::Authorize(const Authentication& caller,
                                             const RequestFacts& request) const {
  Decision decision;
  decision.why = caller.why;
  // What nobody may send is refused on these, too (3.4, steps 1 and 4).
  const bool banned = caller.refusal.has_value() && caller.refusal->status == 403;
  if (!banned && IsOpen(request.method, PathOf(request.target))) {
    decision.allowed = true;
    return decision;
  }
  if (caller.refusal.has_value()) {
    decision.refusal = *caller.refusal;
    return decision;
  }
  if (caller.outcome != Authentication::Outcome::kAuthenticated) {
    decision.refusal = OpendistroUnauthorized();
    return decision;
  }
  if (caller.user.superadmin || !caller.roles.empty()) {
    decision.allowed = true;
    return decision;
  }
  // 7.3
  decision.refusal = OpendistroForbidden(
      fmt::format("no permissions for [{}] and {}", ActionOf(request), Describe(caller.user)));
  return decision;
}

bool CompiledOpendistroPolicy::MayManage(const Authentication& caller) const {
  return caller.outcome == Authentication::Outcome::kAuthenticated && caller.user.superadmin;
}

}  // namespace pkigate::policy
