// SPDX-License-Identifier: Apache-2.0
#include "policy/compiled_xpack_policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "policy/compiled_scratch.h"
#include "policy/report.h"
#include "policy/request_name.h"
#include "policy/role_list.h"
#include "policy/xpack_answers.h"
#include "policy/xpack_headers.h"
#include "x509/jdk_form.h"

namespace pkigate::policy {

namespace {

constexpr char kSuperuser[] = "superuser";

// X-SET-10: ascending order, ties by name.
bool ComesBefore(const XpackRealmModel* a, const XpackRealmModel* b) {
  constexpr int64_t kLast = std::numeric_limits<int32_t>::max();
  const int64_t order_a = a->pki.order.value_or(kLast);
  const int64_t order_b = b->pki.order.value_or(kLast);
  return order_a != order_b ? order_a < order_b : a->pki.name < b->pki.name;
}

}  // namespace

std::shared_ptr<const CompiledXpackPolicy> CompiledXpackPolicy::Compile(const XpackModel& model,
                                                                        uint64_t generation,
                                                                        Diagnostics& diagnostics) {
  std::shared_ptr<CompiledXpackPolicy> policy(new CompiledXpackPolicy);
  policy->generation_ = generation;
  policy->answers_ = model.answers;
  policy->prefer_certificate_ = model.prefer_certificate;
  const bool realms_good = policy->AddRealms(model, diagnostics);
  const bool mappings_good = policy->AddMappings(model, diagnostics);
  return realms_good && mappings_good ? policy : nullptr;
}

bool CompiledXpackPolicy::AddRealms(const XpackModel& model, Diagnostics& diagnostics) {
  std::vector<const XpackRealmModel*> sorted;
  for (const XpackRealmModel& realm : model.realms) {
    sorted.push_back(&realm);
  }
  std::sort(sorted.begin(), sorted.end(), ComesBefore);
  bool good = true;
  for (const XpackRealmModel* source : sorted) {
    Result<std::unique_ptr<const identity::PkiRealm>> compiled =
        identity::PkiRealm::Compile(source->pki);
    if (!compiled.ok()) {
      const bool username = std::string_view(compiled.error().code) != "cache_ttl";
      Report(diagnostics, Diagnostic::Severity::kError,
             username ? source->pki.username_where : source->pki.where, source->pki.key_prefix,
             compiled.error().message);
      good = false;
      continue;
    }
    // A disabled realm is checked and then left out (X-SET-11).
    if (!source->pki.enabled) {
      continue;
    }
    Realm realm;
    realm.pki = std::move(compiled).value();
    std::vector<roles::FileMapping> bad;
    realm.file_roles = roles::FileMapper(source->file_mappings, &bad);
    for (const roles::FileMapping& entry : bad) {  // X-MAP-4: skipped, the others stay
      Report(diagnostics, Diagnostic::Severity::kEntryError, entry.where, entry.role,
             fmt::format("invalid DN [{}] found in [pki] role mappings [{}] for realm [pki/{}]",
                         entry.dn, entry.where.file, source->pki.name),
             "the entry grants nothing; wildcards are for the role mapping API");
    }
    realms_.push_back(std::move(realm));
  }
  return good;
}

bool CompiledXpackPolicy::AddMappings(const XpackModel& model, Diagnostics& diagnostics) {
  bool good = true;
  for (const auto& [name, document] : model.api_mappings) {
    Result<roles::XpackMapping> mapping = roles::ParseXpackMapping(name, document);
    if (!mapping.ok()) {
      Report(diagnostics, Diagnostic::Severity::kError, {}, "role_mapping/" + name,
             mapping.error().message);
      good = false;
      continue;
    }
    if (mapping->enabled && roles::HasEmptyAll(mapping->rules)) {
      Report(diagnostics, Diagnostic::Severity::kWarning, {}, "role_mapping/" + name,
             "an empty [all] matches everybody");  // X-MAP-32
    }
    api_mappings_.emplace(name, std::move(mapping).value());
  }
  Result<std::unique_ptr<const roles::XpackRoleMapper>> mapper =
      roles::XpackRoleMapper::Compile(api_mappings_);
  if (!mapper.ok()) {
    Report(diagnostics, Diagnostic::Severity::kError, {}, "role_mapping", mapper.error().message);
    return false;
  }
  mapper_ = std::move(mapper).value();
  return good;
}

std::unique_ptr<Scratch> CompiledXpackPolicy::NewScratch() const {
  auto scratch = std::make_unique<CompiledScratch>();
  mapper_->ReserveIn(scratch->matching);
  return scratch;
}

bool CompiledXpackPolicy::HeadersDecide(std::span<const identity::HeaderField> headers) const {
  return xpack_headers::Decide(headers);
}

Authentication CompiledXpackPolicy::Authenticate(const identity::Credentials& credentials,
                                                 Scratch& scratch) const {
  Authentication result;
  if (xpack_headers::HasInternal(credentials.headers)) {  // X-AUT-76
    result.why = "a header that only nodes may send";
    result.refusal = XpackUnauthorized(answers_, "error attempting to authenticate request");
    return result;
  }
  result =
      prefer_certificate_ ? AuthenticateChain(credentials, MatchingOf(scratch)) : Authentication();
  const bool certificate_decides = result.outcome == Authentication::Outcome::kAuthenticated;
  if (const auto failed = certificate_decides
                              ? std::nullopt
                              : xpack_headers::FailedAuthorization(credentials.headers, answers_,
                                                                   credentials.target)) {
    result = Authentication();
    result.why = "Authorization header: no realm takes such credentials";
    result.user.username = failed->username;
    result.refusal = XpackUnauthorized(answers_, failed->reason, failed->additional_credentials);
    return result;
  }
  if (!prefer_certificate_) {
    result = AuthenticateChain(credentials, MatchingOf(scratch));
  }
  const auto target = xpack_headers::RunAs(credentials.headers);
  if (!target.has_value() || result.outcome != Authentication::Outcome::kAuthenticated) {
    return result;
  }
  // No realm of ours can look up another user, so nobody can be run as (X-AUT-91, X-AUT-94).
  Authentication refused;
  refused.user = std::move(result.user);
  refused.roles = std::move(result.roles);
  refused.why = fmt::format("{} may not run as [{}]", refused.user.username, *target);
  if (target->empty()) {
    refused.refusal = XpackUnauthorized(
        answers_, UnableToAuthenticate(refused.user.username, credentials.target));
  } else {
    refused.run_as = *target;
  }
  return refused;
}

Authentication CompiledXpackPolicy::AuthenticateChain(const identity::Credentials& credentials,
                                                      match::Scratch& matching) const {
  Authentication result;
  if (credentials.chain == nullptr) {
    result.outcome = Authentication::Outcome::kNoCredentials;
    result.why = "no client certificate";
    return result;
  }
  const x509::Name& subject = credentials.chain->leaf.subject;
  const std::string dn = x509::JdkForm(subject);
  // X-AUT-3: the first realm with a token decides that there is one.
  std::optional<std::string> principal;
  const uint64_t num_given_up = matching.num_given_up();
  for (const Realm& realm : realms_) {
    principal = realm.pki->UsernameOf(subject, dn, matching);
    if (principal.has_value()) {
      break;
    }
  }
  if (!principal.has_value()) {
    result.outcome = Authentication::Outcome::kNoCredentials;
    result.why = "no realm finds a username in " + dn;
    if (matching.num_given_up() != num_given_up) {  // X-AUT-26
      result.why += " (a username_pattern was given up: it takes too many steps)";
    }
    return result;
  }
  for (const Realm& realm : realms_) {
    std::string why;
    const std::optional<int64_t> trusted_until =
        realm.pki->TrustsUntil(*credentials.chain, credentials.now_unix, &why);
    if (!trusted_until.has_value()) {
      result.why += fmt::format("{}: certificate is not trusted ({}); ", realm.pki->name(), why);
      continue;
    }
    // X-AUT-33: by the pattern of the realm that authenticates.
    std::optional<std::string> username = realm.pki->UsernameOf(subject, dn, matching);
    if (!username.has_value()) {
      result.why += fmt::format("{}: no username in {}; ", realm.pki->name(), dn);
      continue;
    }
    return Succeed(realm, std::move(*username), dn, *trusted_until, credentials, matching);
  }
  result.user.username = *principal;
  result.user.principal = dn;
  result.refusal =
      XpackUnauthorized(answers_, UnableToAuthenticate(*principal, credentials.target));
  return result;
}

Authentication CompiledXpackPolicy::Succeed(const Realm& realm, std::string username,
                                            std::string dn, int64_t trusted_until,
                                            const identity::Credentials& credentials,
                                            match::Scratch& scratch) const {
  Authentication result;
  result.user.username = std::move(username);
  result.user.realm_name = realm.pki->name();
  result.user.realm_type = "pki";
  result.user.principal = dn;
  result.user.metadata.push_back({.key = "pki_dn", .value = dn});  // X-AUT-50
  realm.file_roles.AddRoles(dn, &result.roles);
  roles::XpackSubject subject;
  subject.username = result.user.username;
  subject.dn = dn;
  subject.realm_name = result.user.realm_name;
  for (const identity::MetadataEntry& entry : result.user.metadata) {
    subject.metadata.emplace_back(entry.key, roles::SubjectValue{entry.value});
  }
  const Status mapped = mapper_->AddRoles(subject, scratch, &result.roles, &result.problems);
  if (!mapped.ok()) {
    result.roles.clear();
    result.why = realm.pki->name() + ": " + mapped.error().message;
    result.refusal = XpackUnauthorized(answers_, "error attempting to authenticate request");
    return result;
  }
  SortRoles(&result.roles);
  result.outcome = Authentication::Outcome::kAuthenticated;
  result.why =
      fmt::format("{}: {} has roles [{}]", realm.pki->name(), dn, Joined(result.roles, ","));
  // X-AUT-101: not past the certificate; X-SET-55: a ttl of 0 keeps nothing.
  result.expires_unix =
      std::min(credentials.now_unix + realm.pki->cache_ttl_seconds(), trusted_until);
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
        answers_, RunAsUnauthorized(answers_, caller, ActionOf(request), *caller.run_as));
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
  decision.refusal =
      XpackForbidden(answers_, ActionUnauthorized(answers_, caller, ActionOf(request)));
  return decision;
}

bool CompiledXpackPolicy::MayManage(const Authentication& caller) const {
  return caller.outcome == Authentication::Outcome::kAuthenticated &&
         std::find(caller.roles.begin(), caller.roles.end(), kSuperuser) != caller.roles.end();
}

}  // namespace pkigate::policy
