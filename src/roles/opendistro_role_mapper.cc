// SPDX-License-Identifier: Apache-2.0
#include "roles/opendistro_role_mapper.h"

#include <utility>

#include "match/dialect_pattern.h"

namespace pkigate::roles {

struct OpendistroRoleMapper::SetBuilder {
  Dialect dialect;
  match::PatternSet::Builder patterns = {};
  Set set = {};

  // Adds `role` to `lists` for each of `texts`; returns how many different patterns they are.
  Result<uint32_t> Add(const std::vector<std::string>& texts, uint32_t role,
                       match::TagLists& lists) {
    uint32_t num_distinct = 0;
    for (const std::string& text : texts) {
      const match::DialectPattern pattern = PKIGATE_TRY(match::ReadOpendistroPattern(
          text, /*blank_matches_itself=*/dialect == Dialect::kOpendistro));
      const uint32_t id = PKIGATE_TRY(patterns.Add(pattern));
      if (text == "*") {
        set.anything = id;
      }
      // Roles come one after the other: this one, if it is there, was added last.
      bool repeated = false;
      lists.VisitWhile(id, [&](uint32_t last) {
        repeated = last == role;
        return false;
      });
      if (!repeated) {
        lists.Add(id, role);
        ++num_distinct;
      }
    }
    return num_distinct;
  }

  Result<Set> Finish(match::ShardCache& shards) {
    set.patterns = PKIGATE_TRY(patterns.Compile(shards));
    return std::move(set);
  }
};

Result<std::unique_ptr<const OpendistroRoleMapper>> OpendistroRoleMapper::Compile(
    Dialect dialect, const OpendistroMappings& mappings, match::ShardCache& shards) {
  std::unique_ptr<OpendistroRoleMapper> made(new OpendistroRoleMapper);
  SetBuilder users{dialect};
  SetBuilder backend_roles{dialect};
  SetBuilder hosts{dialect};
  for (const auto& [name, mapping] : mappings) {
    const auto role = static_cast<uint32_t>(made->roles_.size());
    made->roles_.push_back(name);
    const Result<uint32_t> num_and =
        backend_roles.Add(mapping->and_backend_roles, role, backend_roles.set.helps);
    const Result<uint32_t> all_added[] = {
        users.Add(mapping->users, role, users.set.grants),
        backend_roles.Add(mapping->backend_roles, role, backend_roles.set.grants), num_and,
        hosts.Add(mapping->hosts, role, hosts.set.grants)};
    for (const Result<uint32_t>& added : all_added) {
      if (!added.ok()) {
        return Error{added.error().code,
                     "mapping of role '" + name + "': " + added.error().message};
      }
    }
    made->num_and_patterns_.push_back(*num_and);
  }
  made->users_ = PKIGATE_TRY(users.Finish(shards));
  made->backend_roles_ = PKIGATE_TRY(backend_roles.Finish(shards));
  made->hosts_ = PKIGATE_TRY(hosts.Finish(shards));
  return std::unique_ptr<const OpendistroRoleMapper>(std::move(made));
}

Result<std::unique_ptr<const OpendistroRoleMapper>> OpendistroRoleMapper::Compile(
    Dialect dialect, const std::map<std::string, OpendistroMapping>& mappings) {
  OpendistroMappings shared;
  for (const auto& [name, mapping] : mappings) {
    shared.emplace(name, std::make_shared<const OpendistroMapping>(mapping));
  }
  match::ShardCache none;
  return Compile(dialect, shared, none);
}

void OpendistroRoleMapper::ReserveIn(match::Scratch& scratch) const {
  for (const Set* set : {&users_, &backend_roles_, &hosts_}) {
    scratch.Reserve(*set->patterns);
  }
}

Status OpendistroRoleMapper::AddRoles(const OpendistroSubject& subject, match::Scratch& scratch,
                                      std::vector<std::string>* roles) const {
  bool judged = true;
  match::HitSet& hits = scratch.hits();
  const auto scan = [&](const Set& set, std::string_view text) {
    judged = set.patterns->Scan(text, scratch, hits) && judged;
  };
  const auto grant_from = [&](const Set& set) {
    for (const uint32_t id : hits.ids()) {
      set.grants.VisitWhile(id, [&](uint32_t role) {
        roles->push_back(roles_[role]);
        return true;
      });
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
    backend_roles_.helps.VisitWhile(id, [&](uint32_t role) {
      if (++num_found[role] == num_and_patterns_[role]) {
        roles->push_back(roles_[role]);
      }
      return true;
    });
  }
  if (!judged) {
    return MakeError("not_judged", "a value of the user cannot be matched by the role mappings");
  }
  return {};
}

}  // namespace pkigate::roles
