// SPDX-License-Identifier: Apache-2.0
#include "policy/compiled_opendistro_policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/ascii.h"
#include "policy/compiled_scratch.h"
#include "policy/opendistro_answers.h"
#include "policy/report.h"
#include "policy/request_name.h"
#include "policy/role_list.h"
#include "x509/ldap_name.h"
#include "x509/opendistro_form.h"

namespace pkigate::policy {

namespace {

constexpr std::string_view kNodeHeaderPrefix = "_opendistro_security_";
constexpr std::string_view kImpersonation = "opendistro_security_impersonate_as";

// A header that only nodes send to each other (D7).
bool IsNodeHeader(std::string_view name) {
  return name.size() >= kNodeHeaderPrefix.size() &&
         EqualsIgnoringCase(name.substr(0, kNodeHeaderPrefix.size()), kNodeHeaderPrefix);
}

// Null when there is none.
const identity::HeaderField* Impersonation(std::span<const identity::HeaderField> headers) {
  const auto found =
      std::find_if(headers.begin(), headers.end(), [](const identity::HeaderField& header) {
        return EqualsIgnoringCase(header.name, kImpersonation);
      });
  return found == headers.end() ? nullptr : &*found;
}

bool HasNodeHeader(std::span<const identity::HeaderField> headers) {
  return std::any_of(headers.begin(), headers.end(),
                     [](const identity::HeaderField& header) { return IsNodeHeader(header.name); });
}

x509::MultiValuedRdn ReadingOf(MultiValuedRdn setting) {
  return setting == MultiValuedRdn::kAll ? x509::MultiValuedRdn::kAll
                                         : x509::MultiValuedRdn::kFirst;
}

// `User [name=N, backend_roles=[a, b], requestedTenant=null]` (6).
std::string Describe(const identity::User& user) {
  return fmt::format("User [name={}, backend_roles=[{}], requestedTenant=null]", user.username,
                     Joined(user.backend_roles, ", "));
}

bool LooksLikeDn(const std::string& text) {
  return text.find('=') != std::string::npos && x509::LdapName::Parse(text).ok();
}

// Whether it can be a name: what no address is made of.
bool LooksLikeHostName(const std::string& pattern) {
  return std::any_of(pattern.begin(), pattern.end(),
                     [](char c) { return AsciiLower(c) >= 'g' && AsciiLower(c) <= 'z'; });
}

}  // namespace

std::shared_ptr<const CompiledOpendistroPolicy> CompiledOpendistroPolicy::Compile(
    Dialect dialect, const OpendistroModel& model, uint64_t generation, Diagnostics& diagnostics) {
  std::shared_ptr<CompiledOpendistroPolicy> policy(new CompiledOpendistroPolicy);
  policy->dialect_ = dialect;
  policy->generation_ = generation;
  policy->resolution_ = model.resolution;
  policy->dn_as_backend_role_ = model.dn_as_backend_role;
  policy->known_roles_ = model.known_roles;
  policy->AddAdmins(model, diagnostics);
  const bool domains_good = policy->AddDomains(model, diagnostics);
  const bool listeners_good = policy->AddFailureListeners(model, diagnostics);
  const bool mappings_good = policy->AddMappings(model, diagnostics);
  return domains_good && listeners_good && mappings_good ? policy : nullptr;
}

bool CompiledOpendistroPolicy::AddDomains(const OpendistroModel& model, Diagnostics& diagnostics) {
  std::vector<const identity::ClientcertDomainModel*> sorted;
  for (const identity::ClientcertDomainModel& domain : model.domains) {
    if (domain.http_enabled) {
      sorted.push_back(&domain);
    }
  }
  std::sort(sorted.begin(), sorted.end(), [](const auto* a, const auto* b) {
    return a->order != b->order ? a->order < b->order : a->name < b->name;
  });
  for (size_t index = 1; index < sorted.size(); ++index) {
    if (sorted[index]->order == sorted[index - 1]->order) {
      Report(diagnostics, Diagnostic::Severity::kError, sorted[index]->where,
             "config.dynamic.authc." + sorted[index]->name + ".order",
             fmt::format("the domains {} and {} have the same order {}", sorted[index - 1]->name,
                         sorted[index]->name, sorted[index]->order),
             "one of them would be lost: give each its own");  // D6
      return false;
    }
  }
  for (const identity::ClientcertDomainModel* domain : sorted) {
    domains_.emplace_back(*domain, ReadingOf(model.multi_valued_rdn));
  }
  return true;
}

void CompiledOpendistroPolicy::AddAdmins(const OpendistroModel& model, Diagnostics& diagnostics) {
  for (const AdminDn& admin : model.admin_dns) {
    const Result<x509::LdapName> name = x509::LdapName::Parse(admin.dn);
    if (!name.ok() || name->rdns().empty()) {
      // 3.6: an entry that does not parse is logged and ignored.
      Report(diagnostics, Diagnostic::Severity::kWarning, admin.where, "authcz.admin_dn",
             fmt::format("'{}' is no DN and makes nobody an administrator", admin.dn),
             "write it most specific first, e.g. CN=admin,OU=ops,O=example");
      continue;
    }
    admin_keys_.insert(name->ComparisonKey());
    reversed_admin_keys_.insert(name->Reversed().ComparisonKey());
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
  for (const std::string& host : mapping.hosts) {
    if (model.hosts_resolver_mode == HostsResolverMode::kIpHostnameLookup &&
        LooksLikeHostName(host)) {
      Report(diagnostics, Diagnostic::Severity::kWarning, entry.where, role + ".hosts",
             fmt::format("'{}' matches nobody: host names are not looked up", host),
             "write an address, e.g. 10.1.*");
    }
  }
  return good;
}

bool CompiledOpendistroPolicy::AddMappings(const OpendistroModel& model, Diagnostics& diagnostics) {
  bool good = true;
  for (const auto& [role, entry] : model.file_mappings) {
    mappings_[role] = entry.mapping;
    good = CheckFileMapping(model, role, entry, diagnostics) && good;
  }
  for (const auto& [role, document] : model.api_mappings) {
    if (!document.has_value()) {
      mappings_.erase(role);
      continue;
    }
    Result<roles::OpendistroMapping> mapping = roles::ParseStoredOpendistroMapping(*document);
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
  auto mapper = roles::OpendistroRoleMapper::Compile(dialect_, mappings_);
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
  return scratch;
}

bool CompiledOpendistroPolicy::HeadersDecide(std::span<const identity::HeaderField> headers) const {
  return HasNodeHeader(headers) || Impersonation(headers) != nullptr;
}

bool CompiledOpendistroPolicy::IsAdmin(std::string_view dn) const {
  if (admin_keys_.empty()) {
    return false;
  }
  const Result<x509::LdapName> name = x509::LdapName::Parse(dn);
  return name.ok() && admin_keys_.contains(name->ComparisonKey());
}

Authentication CompiledOpendistroPolicy::Authenticate(const identity::Credentials& credentials,
                                                      Scratch& scratch) const {
  Authentication result;
  if (HasNodeHeader(credentials.headers)) {
    result.why = "a header that only nodes may send";
    result.refusal = OpendistroIllegalHeader(dialect_);
    return result;
  }
  result = AuthenticateChain(credentials, MatchingOf(scratch));
  const identity::HeaderField* impersonation = Impersonation(credentials.headers);
  // The header is without effect for a superadmin (3.7).
  if (impersonation == nullptr || result.user.superadmin ||
      result.outcome != Authentication::Outcome::kAuthenticated) {
    return result;
  }
  // Whom a user may impersonate is a setting that config refuses, so nobody may.
  const std::string target(TrimBlanks(impersonation->value));
  Authentication refused;
  refused.user = std::move(result.user);
  refused.why = fmt::format("{} may not impersonate {}", refused.user.username, target);
  refused.refusal = OpendistroException(
      dialect_, IsAdmin(target)
                    ? fmt::format("It is not allowed to impersonate as an adminuser  '{}'", target)
                    : fmt::format("'{}' is not allowed to impersonate as '{}'",
                                  refused.user.username, target));
  return refused;
}

Authentication CompiledOpendistroPolicy::AuthenticateChain(const identity::Credentials& credentials,
                                                           match::Scratch& matching) const {
  Authentication result;
  const std::string principal = credentials.chain == nullptr
                                    ? std::string()
                                    : x509::OpendistroForm(credentials.chain->leaf.subject);
  result.user.principal = principal;
  // Step 6, before the chain is walked: from the certificate alone (D4).
  if (!principal.empty() && IsAdmin(principal)) {
    identity::User admin;
    admin.username = principal;
    admin.principal = principal;
    admin.realm_name = "admin_dn";
    admin.realm_type = "clientcert";
    admin.superadmin = true;
    return Finish(std::move(admin), credentials, matching);
  }
  if (domains_.empty()) {
    result.why = "no authentication domain is enabled for HTTP";
    result.refusal = OpendistroNotInitialized(dialect_);
    return result;
  }
  for (const identity::ClientcertDomain& domain : domains_) {
    std::string why;
    std::optional<identity::User> user = domain.UserOf(principal, &why);
    if (!user.has_value()) {
      result.why += fmt::format("{}: {}; ", domain.name(), why);
      continue;
    }
    // 3.5, g: an administrator is one by certificate only, never by name.
    if (IsAdmin(user->username)) {
      result.user.username = user->username;
      result.why += domain.name() + ": the user name is an administrator's DN; ";
      result.refusal = OpendistroAdminByName();
      return result;
    }
    if (dn_as_backend_role_) {
      user->backend_roles.push_back(principal);
    }
    Authentication finished = Finish(std::move(*user), credentials, matching);
    if (const auto name = x509::LdapName::Parse(principal);
        name.ok() && reversed_admin_keys_.contains(name->ComparisonKey())) {
      finished.why += "; authcz.admin_dn lists this DN in reverse: write " + principal;
    }
    return finished;
  }
  result.outcome = credentials.chain == nullptr ? Authentication::Outcome::kNoCredentials
                                                : Authentication::Outcome::kRefused;
  if (credentials.chain == nullptr) {
    result.why = "no client certificate";
  }
  return result;
}

Authentication CompiledOpendistroPolicy::Finish(identity::User user,
                                                const identity::Credentials& credentials,
                                                match::Scratch& scratch) const {
  Authentication result;
  std::vector<std::string> hosts;
  if (!user.superadmin) {  // whose address is not resolved (6)
    hosts.push_back(credentials.peer.address.Text());
  }
  if (resolution_ != RolesMappingResolution::kBackendrolesOnly) {
    const Status mapped = mapper_->AddRoles({.username = user.username,
                                             .backend_roles = &user.backend_roles,
                                             .hosts = std::move(hosts)},
                                            scratch, &result.roles);
    if (!mapped.ok()) {
      result.roles.clear();
    }
    // A superadmin needs no role (3.4, step 6), and is who could remove the mapping at fault.
    if (!mapped.ok() && !user.superadmin) {
      result.user = std::move(user);
      result.why = mapped.error().message;
      result.refusal = OpendistroUnauthorized();
      return result;
    }
  }
  if (resolution_ != RolesMappingResolution::kMappingOnly) {
    result.roles.insert(result.roles.end(), user.backend_roles.begin(), user.backend_roles.end());
  }
  SortRoles(&result.roles);
  result.outcome = Authentication::Outcome::kAuthenticated;
  result.why = fmt::format("{}: {} has roles [{}]", user.realm_name, user.username,
                           Joined(result.roles, ","));
  result.expires_unix = credentials.chain->expires_unix;
  result.user = std::move(user);
  return result;
}

Decision CompiledOpendistroPolicy::Authorize(const Authentication& caller,
                                             const RequestFacts& request) const {
  Decision decision;
  decision.why = caller.why;
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
