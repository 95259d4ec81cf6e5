// SPDX-License-Identifier: Apache-2.0
#include "roles/run_as_permissions.h"

#include <algorithm>
#include <utility>

#include "match/dialect_pattern.h"

namespace pkigate::roles {

namespace {

constexpr std::string_view kSuperuser = "superuser";  // 5.4: the one built-in role with run_as

}  // namespace

Result<std::unique_ptr<const RunAsPermissions>> RunAsPermissions::Compile(
    const RunAsPatterns& patterns) {
  std::unique_ptr<RunAsPermissions> made(new RunAsPermissions);
  match::PatternSet::Builder builder;
  const auto add = [&](std::string_view role, std::string_view text) -> Status {
    const Result<match::DialectPattern> pattern = match::ReadXpackPermissionPattern(text);
    const Result<uint32_t> id = pattern.ok() ? builder.Add(*pattern) : pattern.error();
    if (!id.ok()) {
      return MakeError(id.error().code, "run_as pattern [{}] of role [{}]: {}", text, role,
                       id.error().message);
    }
    made->roles_.resize(std::max<size_t>(made->roles_.size(), *id + 1));
    made->roles_[*id].emplace_back(role);
    return {};
  };
  if (const Status added = add(kSuperuser, "*"); !added.ok()) {
    return added.error();
  }
  for (const auto& [role, texts] : patterns) {
    for (const std::string& text : texts) {
      if (role == kSuperuser) {
        continue;
      }
      if (const Status added = add(role, text); !added.ok()) {
        return added.error();
      }
    }
  }
  Result<std::unique_ptr<const match::PatternSet>> set = builder.Compile();
  if (!set.ok()) {
    return set.error();
  }
  made->set_ = std::move(set).value();
  return std::unique_ptr<const RunAsPermissions>(std::move(made));
}

bool RunAsPermissions::Allow(const std::vector<std::string>& roles, std::string_view username,
                             match::Scratch& scratch) const {
  match::HitSet& hits = scratch.hits();
  hits.Reset(set_->size());
  if (!set_->Scan(username, scratch, hits)) {
    return false;
  }
  return std::ranges::any_of(hits.ids(), [&](uint32_t id) {
    return std::ranges::any_of(roles_[id], [&](const std::string& role) {
      return std::ranges::find(roles, role) != roles.end();
    });
  });
}

}  // namespace pkigate::roles
