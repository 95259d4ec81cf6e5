// SPDX-License-Identifier: Apache-2.0
//
// OpendistroRoleMapper: which security roles a user gets by all role mappings in force, at once
// (opendistro.md, 4.1 to 4.4). Compiled, immutable. One pattern set for users, one for backend
// roles, one for hosts: each of the user's values is looked up once, whatever the number of
// mappings.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "identity/dialect.h"
#include "match/hit_set.h"
#include "match/pattern_set.h"
#include "match/scratch.h"
#include "match/shard_cache.h"
#include "match/tag_lists.h"
#include "roles/opendistro_mapping.h"

namespace pkigate::roles {

struct OpendistroSubject {
  std::string_view username;
  const std::vector<std::string>* backend_roles = nullptr;
  // What the caller's host is called: its address as text, and names where the mode has them look
  // up (4.4). Empty for a superadmin, whose address is not resolved.
  std::vector<std::string> hosts;
};

class OpendistroRoleMapper {
 public:
  // Fails, naming the role, when a pattern cannot be compiled.
  static Result<std::unique_ptr<const OpendistroRoleMapper>> Compile(
      Dialect dialect, const OpendistroMappings& mappings, match::ShardCache& shards);
  static Result<std::unique_ptr<const OpendistroRoleMapper>> Compile(
      Dialect dialect,
      const std::map<std::string, OpendistroMapping>& mappings);  // all patterns anew

  // Adds the mapped roles to `roles`, possibly more than once. Fails when a value of the user
  // cannot be judged by the patterns.
  Status AddRoles(const OpendistroSubject& subject, match::Scratch& scratch,
                  std::vector<std::string>* roles) const;

  void ReserveIn(match::Scratch& scratch) const;

 private:
  struct Set {
    std::unique_ptr<const match::PatternSet> patterns;
    // By pattern id, as roles may share a pattern: the roles it grants, and those that it, being
    // one of their and_backend_roles, helps to grant.
    match::TagLists grants;
    match::TagLists helps;
    // The pattern `*`, which upstream finds even among no texts at all; `**` and `/.*/` want one.
    std::optional<uint32_t> anything;
  };
  struct SetBuilder;

  OpendistroRoleMapper() = default;

  std::vector<std::string> roles_;
  std::vector<uint32_t> num_and_patterns_;  // by role: all of these distinct ones must be found
  Set users_;
  Set backend_roles_;
  Set hosts_;
};

}  // namespace pkigate::roles
