// SPDX-License-Identifier: Apache-2.0
#include "identity/domain_chain.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>
#include <variant>

#include "identity/authorization_header.h"
#include "identity/basic_domain.h"
#include "identity/clientcert_domain.h"
#include "identity/jwt_domain.h"
#include "identity/proxy_domain.h"
#include "identity/query_parameter.h"

namespace pkigate::identity {

namespace {

using End = ChainOutcome::End;
using Said = Trace::Said;

constexpr std::string_view kAnonymousName = "opendistro_security_anonymous";
constexpr std::string_view kAnonymousRole = "opendistro_security_anonymous_backendrole";

// For a user who does not exist the same work is done as for one who does, so that the time it
// takes does not tell. The password of this hash is nobody's.
constexpr std::string_view kNobodysHash =
    "$2y$12$NmKhjNssNgSIj8iXT7SYxeXvMA1E95a9tCt4cySY9FrQ4fB18xEc2";

std::string_view BackendName(Backend backend) {
  return backend == Backend::kInternal ? "internal" : "noop";
}

void AddRole(const std::string& role, User* user) {
  if (std::ranges::find(user->backend_roles, role) == user->backend_roles.end()) {
    user->backend_roles.push_back(role);
  }
}

// 3.5, h. Of a header that is sent twice Open Distro takes the first line, OpenSearch the last.
std::optional<std::string> RequestedTenant(const Credentials& credentials, Dialect dialect) {
  for (const std::string_view name : {"securitytenant", "security_tenant"}) {
    const HeaderField* header = dialect == Dialect::kOpensearch
                                    ? LastHeader(credentials.headers, name)
                                    : FirstHeader(credentials.headers, name);
    if (header != nullptr) {
      return std::string(header->value);
    }
  }
  return std::nullopt;
}

}  // namespace

std::unique_ptr<const DomainChain> DomainChain::Compile(DomainChainModel model, Fault* fault) {
  std::unique_ptr<DomainChain> chain(new DomainChain);
  std::vector<DomainModel> domains = std::move(model.domains);
  model.domains.clear();
  chain->model_ = std::move(model);
  std::vector<size_t> enabled;
  for (size_t index = 0; index < domains.size(); ++index) {
    if (domains[index].http_enabled) {
      enabled.push_back(index);
    }
  }
  std::ranges::sort(enabled, {}, [&](size_t index) {
    return std::tie(domains[index].order, domains[index].name);
  });
  for (size_t at = 0; at < enabled.size(); ++at) {
    const DomainModel& domain = domains[enabled[at]];
    fault->domain = enabled[at];
    if (at > 0 && domains[enabled[at - 1]].order == domain.order) {  // D6
      fault->key = "order";
      fault->problem = fmt::format("the domains {} and {} have the same order {}",
                                   domains[enabled[at - 1]].name, domain.name, domain.order);
      fault->hint = "one of them would be lost: give each its own";
      return nullptr;
    }
    auto compiled = chain->CompileDomain(domain);
    if (!compiled.ok()) {
      fault->key = "http_authenticator";
      fault->problem = compiled.error().message;
      return nullptr;
    }
    chain->links_.push_back(
        {domain.name, domain.challenge, domain.backend, std::move(compiled).value()});
  }
  return chain;
}

Result<std::unique_ptr<const Domain>> DomainChain::CompileDomain(const DomainModel& model) const {
  using Made = std::unique_ptr<const Domain>;
  if (std::holds_alternative<BasicModel>(model.authenticator)) {
    if (model.backend != Backend::kInternal) {
      return MakeError("backend", "without a backend every password would be right");
    }
    return Made(std::make_unique<BasicDomain>(model_.dialect));
  }
  if (const auto* clientcert = std::get_if<ClientcertModel>(&model.authenticator)) {
    return Made(PKIGATE_TRY(
        ClientcertDomain::Compile(*clientcert, model_.dialect, model_.multi_valued_rdn)));
  }
  if (const auto* proxy = std::get_if<ProxyModel>(&model.authenticator)) {
    return Made(PKIGATE_TRY(ProxyDomain::Compile(*proxy, model_.dialect)));
  }
  return Made(
      PKIGATE_TRY(JwtDomain::Compile(std::get<JwtModel>(model.authenticator), model_.dialect)));
}

void DomainChain::AddReadTo(HeaderWatch& watch) const {
  for (const Link& link : links_) {
    link.domain->AddReadTo(watch);
  }
}

void DomainChain::ReserveIn(match::Scratch& scratch) const {
  for (const Link& link : links_) {
    link.domain->ReserveIn(scratch);
  }
}

ChainOutcome DomainChain::Walk(const DomainRequest& request, const AdminDns& admins) const {
  const Credentials& credentials = request.credentials;
  ChainOutcome outcome;
  const Link* challenger = nullptr;
  bool last_found_nothing = true;
  const auto note = [&](const Link& link, Said said, const std::string& detail) {
    outcome.why += fmt::format("{}{}: {}", outcome.why.empty() ? "" : "; ", link.name, detail);
    Note(credentials.trace, link.name, link.domain->type(), said, detail);
  };
  for (const Link& link : links_) {
    if (link.challenge && challenger == nullptr) {
      challenger = &link;
    }
    FoundCredentials found = link.domain->Find(request);
    if (!link.domain->parameter().empty()) {
      outcome.parameters.emplace_back(link.domain->parameter());
    }
    if (found.kind == FoundCredentials::Kind::kUnusable) {
      outcome.found_credentials = true;
      note(link, Said::kRefused, found.why);
      continue;
    }
    const bool found_user = found.kind == FoundCredentials::Kind::kUser;
    if (found_user && credentials.blocks != nullptr &&
        credentials.blocks->UserIsBlocked(BackendName(link.backend), found.user.username)) {
      outcome.found_credentials = true;
      note(link, Said::kSkipped, "the user is blocked after too many failed logins");
      continue;
    }
    last_found_nothing = !found_user;
    if (!found_user) {
      note(link, Said::kNothing, found.why);
      if (MayBeAnonymous(credentials) || !link.challenge ||
          link.domain->challenge() == Challenge::kNone) {
        continue;
      }
      Refuse(link.domain->challenge(), &outcome);
      return outcome;
    }
    outcome.found_credentials = true;
    User& user = found.user;
    user.realm_name = link.name;
    user.realm_type = link.domain->type();
    const Verdict verdict = AskBackend(link, found, credentials.passwords, &user);
    if (verdict == Verdict::kPending) {
      outcome.end = End::kPending;
      outcome.failures.clear();
      return outcome;
    }
    if (verdict == Verdict::kWrong) {
      note(link, Said::kRefused, "no such user, or not the user's password");
      outcome.failures.push_back(
          {.backend = std::string(BackendName(link.backend)), .username = user.username});
      continue;
    }
    outcome.user = std::move(user);
    if (admins.Contains(outcome.user.username)) {
      note(link, Said::kRefused, "the user name is an administrator's DN");
      outcome.end = End::kAdminByName;
      return outcome;
    }
    outcome.user.requested_tenant = RequestedTenant(credentials, model_.dialect);
    Note(credentials.trace, link.name, link.domain->type(), Said::kAccepted, outcome.user.username);
    outcome.end = End::kUser;
    return outcome;
  }
  if (last_found_nothing && MayBeAnonymous(credentials)) {
    outcome.user.username = kAnonymousName;
    outcome.user.backend_roles = {std::string(kAnonymousRole)};
    outcome.user.realm_name = "anonymous";
    outcome.user.realm_type = "anonymous";
    outcome.user.anonymous = true;
    if (model_.dialect == Dialect::kOpensearch) {
      outcome.user.requested_tenant = RequestedTenant(credentials, model_.dialect);
    }
    Note(credentials.trace, "", "anonymous", Said::kAccepted, "nobody else");
    outcome.end = End::kUser;
    return outcome;
  }
  Refuse(challenger == nullptr ? Challenge::kNone : challenger->domain->challenge(), &outcome);
  return outcome;
}

// 2.3: Open Distro counts an address only when nothing is asked of it any more.
void DomainChain::Refuse(Challenge challenge, ChainOutcome* outcome) const {
  outcome->end = End::kRefused;
  outcome->challenge = challenge;
  if (challenge == Challenge::kNone || model_.dialect == Dialect::kOpensearch) {
    outcome->failures.push_back({});
  }
}

// 3.7.
bool DomainChain::MayBeAnonymous(const Credentials& credentials) const {
  if (!model_.anonymous || model_.dialect == Dialect::kOpendistro) {
    return model_.anonymous;
  }
  const std::optional<std::string> type = QueryParameter(credentials.target, "auth_type");
  return type.has_value() ? *type == "anonymous"
                          : FirstHeader(credentials.headers, "Authorization") == nullptr;
}

DomainChain::Verdict DomainChain::AskBackend(const Link& link, const FoundCredentials& found,
                                             PasswordChecker* passwords, User* user) const {
  if (link.backend == Backend::kInternal) {
    const auto internal = model_.internal_users.find(user->username);
    const bool exists = internal != model_.internal_users.end();
    if (found.password.empty() || passwords == nullptr) {
      return Verdict::kWrong;
    }
    const PasswordChecker::Verdict verdict =
        passwords->Check({.stored_hash = exists ? internal->second.password_hash : kNobodysHash,
                          .password = found.password,
                          .keep_seconds = model_.keep_password_seconds});
    if (verdict == PasswordChecker::Verdict::kPending) {
      return Verdict::kPending;
    }
    if (!exists || verdict != PasswordChecker::Verdict::kRight) {
      return Verdict::kWrong;
    }
    AddInternal(internal->second, user);
  }
  AddAuthzRoles(user);
  return Verdict::kRight;
}

void DomainChain::AddInternal(const InternalUser& internal, User* user) const {
  for (const std::string& role : internal.backend_roles) {
    AddRole(role, user);
  }
  for (const auto& [name, value] : internal.attributes) {
    user->attributes.emplace_back("attr.internal." + name, value);
  }
  user->direct_roles = internal.direct_roles;
}

void DomainChain::AddAuthzRoles(User* user) const {
  const auto internal = model_.internal_authz ? model_.internal_users.find(user->username)
                                              : model_.internal_users.end();
  if (internal != model_.internal_users.end()) {
    for (const std::string& role : internal->second.backend_roles) {
      AddRole(role, user);
    }
  }
}

std::optional<User> DomainChain::FindUser(std::string_view username) const {
  for (const Link& link : links_) {
    User user;
    user.username = username;
    user.realm_name = link.name;
    user.realm_type = link.domain->type();
    if (link.backend == Backend::kInternal) {
      const auto internal = model_.internal_users.find(user.username);
      if (internal == model_.internal_users.end()) {
        continue;
      }
      AddInternal(internal->second, &user);
    }
    AddAuthzRoles(&user);
    return user;
  }
  return std::nullopt;
}

}  // namespace pkigate::identity
