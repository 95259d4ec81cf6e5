// SPDX-License-Identifier: Apache-2.0
#include "roles/opendistro_role_mapper.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "match/dialect_pattern.h"

namespace pkigate::roles {

struct OpendistroRoleMapper::SetBuilder {
  Dialect dialect;
  match::PatternSet::Builder patterns = {};
  std::vector<std::vector<Grant>> grants = {};
  std::optional<uint32_t> anything = {};

  // Adds to `*num_distinct` how many different patterns `texts` holds.
  Status Add(const std::vector<std::string>& texts, const Grant& grant, uint32_t* num_distinct) {
    for (const std::string& text : texts) {
      const match::DialectPattern pattern = PKIGATE_TRY(match::ReadOpendistroPattern(
          text, /*blank_matches_itself=*/dialect == Dialect::kOpendistro));
      const uint32_t id = PKIGATE_TRY(patterns.Add(pattern));
      if (text == "*") {
        anything = id;
      }
      grants.resize(std::max<size_t>(grants.size(), id + 1));
      // Roles come one after the other: what there is of this one stands at the end.
      const size_t num_last = std::min<size_t>(2, grants[id].size());
      const bool repeated =
          std::any_of(grants[id].end() - static_cast<std::ptrdiff_t>(num_last), grants[id].end(),
                      [&](const Grant& other) {
                        return other.role == grant.role && other.with_others == grant.with_others;
                      });
      if (!repeated) {
        grants[id].push_back(grant);
        *num_distinct += 1;
      }
    }
    return {};
  }

  Result<Set> Finish(match::ShardCache& shards) {
    Set set;
    set.patterns = PKIGATE_TRY(patterns.Compile(shards));
    set.grants = std::move(grants);
    set.anything = anything;
    return set;
  }
};

Result<std::unique_ptr<const OpendistroRoleMapper>> OpendistroRoleMapper::Compile(
    Dialect dialect, const std::map<std::string, OpendistroMapping>& mappings,
    match::ShardCache& shards) {
  std::unique_ptr<OpendistroRoleMapper> made(new OpendistroRoleMapper);
  SetBuilder users{dialect};
  SetBuilder backend_roles{dialect};
  SetBuilder hosts{dialect};
  for (const auto& [name, mapping] : mappings) {
    const auto role = static_cast<uint32_t>(made->roles_.size());
    made->roles_.push_back(name);
    uint32_t num_and = 0;
    uint32_t uncounted = 0;
    const Status all_added[] = {
        users.Add(mapping.users, {role, false}, &uncounted),
        backend_roles.Add(mapping.backend_roles, {role, false}, &uncounted),
        backend_roles.Add(mapping.and_backend_roles, {role, true}, &num_and),
        hosts.Add(mapping.hosts, {role, false}, &uncounted),
    };
    made->num_and_patterns_.push_back(num_and);
    for (const Status& added : all_added) {
      if (!added.ok()) {
        return Error{added.error().code,
                     "mapping of role '" + name + "': " + added.error().message};
      }
    }
  }
  made->users_ = PKIGATE_TRY(users.Finish(shards));
  made->backend_roles_ = PKIGATE_TRY(backend_roles.Finish(shards));
  made->hosts_ = PKIGATE_TRY(hosts.Finish(shards));
  return std::unique_ptr<const OpendistroRoleMapper>(std::move(made));
}

Result<std::unique_ptr<const OpendistroRoleMapper>> OpendistroRoleMapper::Compile(
    Dialect dialect, const std::map<std::string, OpendistroMapping>& mappings) {
  match::ShardCache none;
  return Compile(dialect, mappings, none);
}

void OpendistroRoleMapper::ReserveIn(match::Scratch& scratch) const {
  for (const Set* set : {&users_, &backend_roles_, &hosts_}) {
    scratch.Reserve(*set->patterns);
  }
}

Status OpendistroRoleMapper::AddRoles(const OpendistroSubject& subject, match::Scratch& scratch,
                                      std::vector<std::string>* roles) const {
  bool judged = true;
  match::HitSet hits;
  const auto scan = [&](const Set& set, std::string_view text) {
    judged = set.patterns->Scan(text, scratch, hits) && judged;
  };
  const auto grant_from = [&](const Set& set) {
    for (const uint32_t id : hits.ids()) {
      for (const Grant& grant : set.grants[id]) {
        if (!grant.with_others) {
          roles->push_back(roles_[grant.role]);
        }
      }
    }
  };
  hits.Reset(users_.patterns->size());
  scan(users_, subject.username);
  grant_from(users_);

  hits.Reset(hosts_.patterns->size());
  for (const std::string& host : subject.hosts) {
    scan(hosts_, host);
  }
  grant_from(hosts_);

  hits.Reset(backend_roles_.patterns->size());
  for (const std::string& backend_role : *subject.backend_roles) {
    scan(backend_roles_, backend_role);
  }
  if (subject.backend_roles->empty() && backend_roles_.anything.has_value()) {
    hits.Add(*backend_roles_.anything);
  }
  grant_from(backend_roles_);
  // and_backend_roles: every pattern of the role has to be among the hits (4.1).
  std::map<uint32_t, uint32_t> num_found;
  for (const uint32_t id : hits.ids()) {
    for (const Grant& grant : backend_roles_.grants[id]) {
      if (grant.with_others && ++num_found[grant.role] == num_and_patterns_[grant.role]) {
        roles->push_back(roles_[grant.role]);
      }
    }
  }
  if (!judged) {
    return MakeError("not_judged", "a value of the user cannot be matched by the role mappings");
  }
  return {};
}

}  // namespace pkigate::roles
