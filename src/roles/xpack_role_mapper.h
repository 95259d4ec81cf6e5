// SPDX-License-Identifier: Apache-2.0
//
// XpackRoleMapper: which roles a user gets by all mappings made through the API, at once (xpack.md,
// 3.4 and 3.5).
//
// Every value of every rule becomes a predicate. The texts of one field are one pattern set, so a
// user's value is looked up once whatever the number of mappings; then those mappings are evaluated
// that could hold given what was found (RuleExpression::Triggers). Cost grows with the user's texts
// and with the mappings that nearly match, not with the mappings there are.
//
// Immutable; any number of threads may use it at once, each with a Scratch of its own.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "match/scratch.h"
#include "match/shard_cache.h"
#include "match/tag_lists.h"
#include "roles/rule_expression.h"
#include "roles/xpack_mapping.h"
#include "roles/xpack_subject.h"

namespace pkigate::roles {

class XpackRoleMapper {
 public:
  // Disabled mappings are left out. Fails, naming the mapping, when a pattern cannot be compiled.
  static Result<std::unique_ptr<const XpackRoleMapper>> Compile(const XpackMappings& mappings,
                                                                match::ShardCache& shards);
  static Result<std::unique_ptr<const XpackRoleMapper>> Compile(
      const std::map<std::string, XpackMapping>& mappings);  // all patterns anew

  XpackRoleMapper(const XpackRoleMapper&) = delete;
  XpackRoleMapper& operator=(const XpackRoleMapper&) = delete;
  ~XpackRoleMapper();

  // Adds the roles of every mapping that holds to `roles`, possibly more than once. A mapping with
  // a template that makes no role names for this user adds nothing, and a text about it is added to
  // `problems`, unless that is null (X-TPL-4). Fails with `not_judged` when a value of the user
  // cannot be matched; then nothing may be concluded, since a rule can also hold because something
  // did not match.
  Status AddRoles(const XpackSubject& subject, match::Scratch& scratch,
                  std::vector<std::string>* roles,
                  std::vector<std::string>* problems = nullptr) const;

  // The names of the mappings that AddRoles takes roles from, for who wants to know why.
  Status AddMatched(const XpackSubject& subject, match::Scratch& scratch,
                    std::vector<std::string>* names) const;

  void ReserveIn(match::Scratch& scratch) const;

 private:
  class Field;
  class Builder;

  struct Mapping {
    std::shared_ptr<const XpackMapping> source;
    RuleExpression rule;
    std::vector<CompiledRoleTemplate> templates;
  };

  XpackRoleMapper();

  // The mappings that hold.
  Status Find(const XpackSubject& subject, match::Scratch& scratch,
              std::vector<const Mapping*>* held) const;

  std::vector<std::unique_ptr<const Field>> fields_;
  size_t num_predicates_ = 0;
  std::vector<Mapping> mappings_;
  match::TagLists triggered_;     // by predicate: mappings to evaluate
  std::vector<uint32_t> always_;  // mappings to evaluate for everybody
};

}  // namespace pkigate::roles
