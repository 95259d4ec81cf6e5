// SPDX-License-Identifier: Apache-2.0
#include "policy/compiled_xpack_policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "identity/authorization_header.h"
#include "identity/latin1.h"
#include "identity/reserved_users.h"
#include "policy/compiled_scratch.h"
#include "policy/mapping_subject.h"
#include "policy/report.h"
#include "policy/request_name.h"
#include "policy/role_list.h"
#include "policy/xpack_answers.h"
#include "policy/xpack_headers.h"

namespace pkigate::policy {

namespace {

constexpr char kSuperuser[] = "superuser";
constexpr char kAnonymousRealm[] = "__anonymous";
// What rests on neither a certificate nor a cache's time: good until the policy changes.
constexpr int64_t kUntilReload = std::numeric_limits<int64_t>::max();

// A realm of either kind, on its way into the chain.
struct Candidate {
  const XpackRealmModel* pki = nullptr;
  const identity::PasswordRealmModel* passwords = nullptr;

  const std::string& name() const { return pki != nullptr ? pki->pki.name : passwords->name; }
  // X-SET-10.
  int64_t order() const {
    return (pki != nullptr ? pki->pki.order : passwords->order)
        .value_or(std::numeric_limits<int32_t>::max());
  }
};

// X-SET-10: ascending order, ties by name.
bool ComesBefore(const Candidate& a, const Candidate& b) {
  return a.order() != b.order() ? a.order() < b.order() : a.name() < b.name();
}

std::vector<Candidate> InChainOrder(const XpackModel& model) {
  std::vector<Candidate> candidates;
  for (const XpackRealmModel& realm : model.realms) {
    candidates.push_back({.pki = &realm});
  }
  for (const identity::PasswordRealmModel& realm : model.password_realms) {
    candidates.push_back({.passwords = &realm});
  }
  std::sort(candidates.begin(), candidates.end(), ComesBefore);
  return candidates;
}

bool IsBasic(identity::XpackAuthorization::Kind kind) {
  return kind == identity::XpackAuthorization::Kind::kBasic ||
         kind == identity::XpackAuthorization::Kind::kBadBasic;
}

}  // namespace

std::shared_ptr<const CompiledXpackPolicy> CompiledXpackPolicy::Compile(const XpackModel& model,
                                                                        uint64_t generation,
                                                                        CompileCache& cache,
                                                                        Diagnostics& diagnostics) {
  std::shared_ptr<CompiledXpackPolicy> policy(new CompiledXpackPolicy);
  policy->generation_ = generation;
  policy->answers_ = model.answers;
  policy->prefer_certificate_ = model.prefer_certificate;
  policy->tokens_ = model.tokens;
  policy->anonymous_ = model.anonymous;
  policy->run_as_enabled_ = model.run_as_enabled;
  policy->defined_roles_ = DefinedRoles(model.run_as, model.anonymous.roles);
  xpack_headers::AddReadTo(policy->watch_);
  const bool realms_good = policy->AddRealms(model, diagnostics);
  const bool mappings_good = policy->AddMappings(model, cache, diagnostics);
  const bool run_as_good = policy->AddRunAs(model, diagnostics);
  return realms_good && mappings_good && run_as_good ? policy : nullptr;
}

bool CompiledXpackPolicy::AddRealms(const XpackModel& model, Diagnostics& diagnostics) {
  std::vector<identity::RealmChain::Realm> chain;
  std::map<std::string, size_t> positions;
  std::vector<std::pair<size_t, const XpackRealmModel*>> lookups;
  if (model.reserved_realm) {
    chain.push_back({.passwords = std::make_unique<const identity::PasswordRealm>(
                         identity::ReservedRealm(model.reserved_users))});
    orders_.push_back(std::numeric_limits<int64_t>::min());
  }
  bool good = true;
  for (const Candidate& candidate : InChainOrder(model)) {
    if (candidate.passwords != nullptr) {
      if (candidate.passwords->enabled) {
        positions[candidate.name()] = chain.size();
        orders_.push_back(candidate.order());
        chain.push_back(
            {.passwords = std::make_unique<const identity::PasswordRealm>(*candidate.passwords)});
      }
      continue;
    }
    const identity::PkiRealmModel& pki = candidate.pki->pki;
    Result<std::unique_ptr<const identity::PkiRealm>> compiled = identity::PkiRealm::Compile(pki);
    if (!compiled.ok()) {
      const bool username = std::string_view(compiled.error().code) != "cache_ttl";
      Report(diagnostics, Diagnostic::Severity::kError, username ? pki.username_where : pki.where,
             pki.key_prefix, compiled.error().message);
      good = false;
      continue;
    }
    // A disabled realm is checked and then left out (X-SET-11).
    if (!pki.enabled) {
      continue;
    }
    std::vector<roles::FileMapping> bad;
    file_roles_.resize(chain.size() + 1);
    file_roles_.back() = roles::FileMapper(candidate.pki->file_mappings, &bad);
    for (const roles::FileMapping& entry : bad) {  // X-MAP-4: skipped, the others stay
      Report(diagnostics, Diagnostic::Severity::kEntryError, entry.where, entry.role,
             fmt::format("invalid DN [{}] found in [pki] role mappings [{}] for realm [pki/{}]",
                         entry.dn, entry.where.file, pki.name),
             "the entry grants nothing; wildcards are for the role mapping API");
    }
    positions[pki.name] = chain.size();
    orders_.push_back(candidate.order());
    lookups.emplace_back(chain.size(), candidate.pki);
    chain.push_back({.pki = std::move(compiled).value()});
  }
  for (const auto& [index, realm] : lookups) {
    for (const std::string& name : realm->authorization_realms) {
      const auto found = positions.find(name);
      if (found == positions.end() || found->second == index) {  // X-SET-48
        Report(diagnostics, Diagnostic::Severity::kError, realm->pki.where, realm->pki.key_prefix,
               fmt::format("configured authorization realm [{}] does not exist (or is not enabled)",
                           name));
        good = false;
        continue;
      }
      chain[index].authorization_realms.push_back(found->second);
    }
  }
  file_roles_.resize(chain.size());
  chain_ = identity::RealmChain(std::move(chain));
  return good;
}

bool CompiledXpackPolicy::AddMappings(const XpackModel& model, CompileCache& cache,
                                      Diagnostics& diagnostics) {
  bool good = true;
  for (const auto& [name, document] : model.api_mappings) {
    Result<std::shared_ptr<const roles::XpackMapping>> mapping =
        cache.xpack_mappings.Get(name, document, roles::ParseXpackMapping);
    if (!mapping.ok()) {
      Report(diagnostics, Diagnostic::Severity::kError, {}, "role_mapping/" + name,
             mapping.error().message);
      good = false;
      continue;
    }
    if ((*mapping)->enabled && roles::HasEmptyAll((*mapping)->rules)) {
      Report(diagnostics, Diagnostic::Severity::kWarning, {}, "role_mapping/" + name,
             "an empty [all] matches everybody");  // X-MAP-32
    }
    api_mappings_.emplace_hint(api_mappings_.end(), name, std::move(mapping).value());
  }
  Result<std::unique_ptr<const roles::XpackRoleMapper>> mapper =
      roles::XpackRoleMapper::Compile(api_mappings_, cache.shards);
  if (!mapper.ok()) {
    Report(diagnostics, Diagnostic::Severity::kError, {}, "role_mapping", mapper.error().message);
    return false;
  }
  mapper_ = std::move(mapper).value();
  return good;
}

bool CompiledXpackPolicy::AddRunAs(const XpackModel& model, Diagnostics& diagnostics) {
  auto compiled = roles::RunAsPermissions::Compile(model.run_as);
  if (!compiled.ok()) {
    Report(diagnostics, Diagnostic::Severity::kError, {}, "run_as", compiled.error().message);
    return false;
  }
  run_as_ = std::move(compiled).value();
  return true;
}

std::unique_ptr<Scratch> CompiledXpackPolicy::NewScratch() const {
  auto scratch = std::make_unique<CompiledScratch>();
  mapper_->ReserveIn(scratch->matching);
  run_as_->ReserveIn(scratch->matching);
  return scratch;
}

std::vector<XpackPolicy::RealmName> CompiledXpackPolicy::Realms() const {
  std::vector<RealmName> names;
  for (size_t index = 0; index < orders_.size(); ++index) {
    const identity::RealmChain::Realm& realm = chain_.realms()[index];
    names.push_back({.name = realm.pki ? realm.pki->name() : realm.passwords->name(),
                     .type = realm.pki ? std::string_view("pki") : realm.passwords->type(),
                     .order = orders_[index]});
  }
  return names;
}

bool CompiledXpackPolicy::HeadersDecide(std::span<const identity::HeaderField> headers) const {
  return watch_.Sees(headers);
}

Authentication CompiledXpackPolicy::Authenticate(const identity::Credentials& credentials,
                                                 Scratch& scratch) const {
  if (xpack_headers::HasInternal(credentials.headers)) {  // X-AUT-76
    Authentication refused;
    refused.why = "a header that only nodes may send";
    return Refuse(std::move(refused), "error attempting to authenticate request");
  }
  if (const auto header = xpack_headers::Contradiction(credentials.headers)) {
    Authentication refused;
    refused.why = fmt::format("several {} headers that differ", *header);
    refused.refusal = XpackContradiction(answers_, *header);
    return refused;
  }
  match::Scratch& matching = MatchingOf(scratch);
  Authentication caller = AuthenticateCaller(credentials, matching);
  if (caller.outcome != Authentication::Outcome::kAuthenticated) {
    return caller;
  }
  const auto target = xpack_headers::RunAs(credentials.headers);
  // X-AUT-90: a user that a realm vouches for.
  if (run_as_enabled_ && target.has_value() && !caller.user.anonymous) {
    caller = RunAs(std::move(caller), identity::FromLatin1(*target), credentials, matching);
  }
  // X-AUT-83.
  caller.roles.insert(caller.roles.end(), anonymous_.roles.begin(), anonymous_.roles.end());
  SortRoles(&caller.roles);
  return caller;
}

Authentication CompiledXpackPolicy::AuthenticateCaller(const identity::Credentials& credentials,
                                                       match::Scratch& scratch) const {
  using Kind = identity::XpackAuthorization::Kind;
  const identity::XpackAuthorization header = identity::ReadXpackAuthorization(credentials.headers);
  const bool token = header.kind == Kind::kBearer || header.kind == Kind::kApiKey;
  if (prefer_certificate_ && (IsBasic(header.kind) || token)) {  // X-DEC-1
    Authentication result = ByCertificate(credentials, scratch);
    if (result.outcome == Authentication::Outcome::kAuthenticated) {
      result.pass_authorization = token && tokens_ == TokenTreatment::kForward;
      return result;
    }
  }
  if (header.kind == Kind::kBasic) {
    return ByPassword(header.username, header.password, credentials, scratch);
  }
  if (header.kind == Kind::kBadBasic) {
    Authentication refused;
    refused.why = "Authorization header: " + std::string(header.problem);
    return Refuse(std::move(refused), header.problem);
  }
  if (token && tokens_ == TokenTreatment::kReject) {
    Authentication refused;
    refused.why = "Authorization header: tokens are not validated here (authc.tokens: reject)";
    if (answers_ == 7) {  // X-AUT-74: up to 7.10 as if nothing had been sent
      return Refuse(std::move(refused), MissingCredentials(credentials.target));
    }
    return Refuse(std::move(refused),
                  "unable to authenticate with provided credentials and anonymous access is not "
                  "allowed for this request",
                  header.kind == Kind::kBearer ? "oauth2 token: invalid token"
                                               : "API key: invalid ApiKey value");
  }
  Authentication result = ByCertificate(credentials, scratch);
  if (result.outcome == Authentication::Outcome::kNoCredentials && !anonymous_.roles.empty() &&
      !token) {  // X-AUT-80
    identity::Note(credentials.trace, "", kAnonymousRealm, identity::Trace::Said::kAccepted,
                   "nothing else names the caller");
    return Anonymous(result.why);
  }
  result.pass_authorization = token && tokens_ == TokenTreatment::kForward;
  return result;
}

Authentication CompiledXpackPolicy::ByCertificate(const identity::Credentials& credentials,
                                                  match::Scratch& scratch) const {
  return Finish(chain_.ByCertificate(credentials, scratch), credentials, scratch);
}

Authentication CompiledXpackPolicy::ByPassword(std::string_view username, std::string_view password,
                                               const identity::Credentials& credentials,
                                               match::Scratch& scratch) const {
  return Finish(chain_.ByPassword(username, password, credentials), credentials, scratch);
}

Authentication CompiledXpackPolicy::Finish(identity::RealmChain::Outcome outcome,
                                           const identity::Credentials& credentials,
                                           match::Scratch& scratch) const {
  using Kind = identity::RealmChain::Outcome::Kind;
  Authentication result;
  result.user = std::move(outcome.user);
  result.why = std::move(outcome.why);
  switch (outcome.kind) {
    case Kind::kNoToken:
      result.outcome = Authentication::Outcome::kNoCredentials;
      return result;
    case Kind::kPending:
      result.outcome = Authentication::Outcome::kPending;
      return result;
    case Kind::kRefused: {
      const std::string reason = UnableToAuthenticate(result.user.username, credentials.target);
      return Refuse(std::move(result), reason);
    }
    case Kind::kAuthenticated:
      break;
  }
  result.roles = std::move(outcome.roles);
  if (outcome.mapped_by.has_value() &&
      !MapRoles(*outcome.mapped_by, credentials.trace, scratch, &result)) {
    return result;
  }
  SortRoles(&result.roles);
  result.outcome = Authentication::Outcome::kAuthenticated;
  result.expires_unix = outcome.expires_unix;
  const std::string& caller =
      result.user.principal.empty() ? result.user.username : result.user.principal;
  result.why = fmt::format("{}: {} has roles [{}]", result.user.realm_name, caller,
                           Joined(result.roles, ","));
  return result;
}

bool CompiledXpackPolicy::MapRoles(size_t realm, identity::Trace* trace, match::Scratch& scratch,
                                   Authentication* result) const {
  const identity::User& user = result->user;
  file_roles_[realm].AddRoles(user.principal, &result->roles);
  const roles::XpackSubject subject = SubjectOf(user);
  if (trace != nullptr) {
    trace->mapped = {.user = user, .files = result->roles, .mappings = {}};
    // What cannot be judged is a refusal right below.
    (void)mapper_->AddMatched(subject, scratch, &trace->mapped->mappings);
  }
  const Status mapped = mapper_->AddRoles(subject, scratch, &result->roles, &result->problems);
  if (mapped.ok()) {
    return true;
  }
  result->roles.clear();
  result->why = user.realm_name + ": " + mapped.error().message;
  *result = Refuse(std::move(*result), "error attempting to authenticate request");
  return false;
}

Authentication CompiledXpackPolicy::Anonymous(std::string_view why) const {
  Authentication result;
  result.outcome = Authentication::Outcome::kAuthenticated;
  result.user.username = anonymous_.username;
  result.user.realm_name = kAnonymousRealm;
  result.user.realm_type = kAnonymousRealm;
  result.user.anonymous = true;
  result.user.metadata.push_back({.key = "_reserved", .value = "true", .is_json = true});
  result.expires_unix = kUntilReload;
  result.why = fmt::format("{}: anonymous, with roles [{}]", why, Joined(anonymous_.roles, ","));
  return result;
}

Authentication CompiledXpackPolicy::RunAs(Authentication caller, std::string_view target,
                                          const identity::Credentials& credentials,
                                          match::Scratch& scratch) const {
  std::string name(target);
  if (name.empty()) {  // X-AUT-91
    caller.why = fmt::format("{} wants to run as nobody: an empty header", caller.user.username);
    const std::string reason = UnableToAuthenticate(caller.user.username, credentials.target);
    return Refuse(std::move(caller), reason);
  }
  std::optional<identity::RealmChain::Found> found = chain_.Lookup(name);
  // X-AUT-92: by the roles of who is really there.
  std::vector<std::string> effective = caller.roles;
  effective.insert(effective.end(), anonymous_.roles.begin(), anonymous_.roles.end());
  if (!found.has_value() || !run_as_->Allow(effective, name, scratch)) {
    caller.outcome = Authentication::Outcome::kRefused;
    caller.why = fmt::format("{} may not run as [{}]{}", caller.user.username, name,
                             found.has_value() ? "" : ", whom no realm knows");
    caller.run_as = std::move(name);
    return caller;
  }
  if (!found->enabled) {  // X-AUT-75
    caller.why = fmt::format("the user [{}] is disabled", name);
    const std::string reason = UnableToAuthenticate(caller.user.username, credentials.target);
    return Refuse(std::move(caller), reason);
  }
  // X-AUT-93.
  identity::User user = std::move(found->user);
  user.lookup_realm_name = std::exchange(user.realm_name, caller.user.realm_name);
  user.lookup_realm_type = std::exchange(user.realm_type, caller.user.realm_type);
  user.authenticated_as = caller.user.username;
  user.principal = caller.user.principal;
  caller.why = fmt::format("{}; run as [{}]", caller.why, name);
  caller.user = std::move(user);
  caller.roles = std::move(found->roles);
  return caller;
}

Authentication CompiledXpackPolicy::Refuse(Authentication result, std::string_view reason,
                                           std::string_view additional_credentials) const {
  result.outcome = Authentication::Outcome::kRefused;
  result.refusal = XpackUnauthorized(answers_, reason, additional_credentials);
  return result;
}

Decision CompiledXpackPolicy::Authorize(const Authentication& caller,
                                        const RequestFacts& request) const {
  Decision decision;
  decision.why = caller.why;
  if (caller.refusal.has_value()) {
    decision.refusal = *caller.refusal;
    return decision;
  }
  if (caller.run_as.has_value()) {
    decision.refusal = XpackForbidden(
        answers_,
        RunAsUnauthorized(answers_, caller, defined_roles_, ActionOf(request), *caller.run_as));
    return decision;
  }
  switch (caller.outcome) {
    case Authentication::Outcome::kRefused:
    case Authentication::Outcome::kPending:  // nobody asks before it is known
      decision.refusal = XpackUnauthorized(answers_, "error attempting to authenticate request");
      return decision;
    case Authentication::Outcome::kNoCredentials:
      decision.refusal = XpackUnauthorized(answers_, MissingCredentials(request.target));
      return decision;
    case Authentication::Outcome::kAuthenticated:
      break;
  }
  if (!caller.roles.empty()) {
    decision.allowed = true;
    return decision;
  }
  const std::string action = ActionOf(request);
  decision.refusal =
      caller.user.anonymous && !anonymous_.authz_exception
          ? XpackUnauthorized(answers_, ActionRequiresAuthentication(action))
          : XpackForbidden(answers_, ActionUnauthorized(answers_, caller, defined_roles_, action));
  return decision;
}

bool CompiledXpackPolicy::MayManage(const Authentication& caller) const {
  return caller.outcome == Authentication::Outcome::kAuthenticated &&
         std::find(caller.roles.begin(), caller.roles.end(), kSuperuser) != caller.roles.end();
}

}  // namespace pkigate::policy
