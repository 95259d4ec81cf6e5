// SPDX-License-Identifier: Apache-2.0
//
// The X-Pack policy, compiled: the realm chain and the role mappings (xpack.md, 2 and 3).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "identity/header_watch.h"
#include "identity/realm_chain.h"
#include "policy/compile_cache.h"
#include "policy/defined_roles.h"
#include "policy/model.h"
#include "policy/xpack_policy.h"
#include "roles/file_mapper.h"
#include "roles/run_as_permissions.h"
#include "roles/xpack_role_mapper.h"

namespace pkigate::policy {

class CompiledXpackPolicy final : public XpackPolicy {
 public:
  // Null exactly when an error was added to `diagnostics`.
  static std::shared_ptr<const CompiledXpackPolicy> Compile(const XpackModel& model,
                                                            uint64_t generation,
                                                            CompileCache& cache,
                                                            Diagnostics& diagnostics);

  Dialect dialect() const override { return Dialect::kXpack; }
  uint64_t generation() const override { return generation_; }
  std::unique_ptr<Scratch> NewScratch() const override;
  bool HeadersDecide(std::span<const identity::HeaderField> headers) const override;
  Authentication Authenticate(const identity::Credentials& credentials,
                              Scratch& scratch) const override;
  Decision Authorize(const Authentication& caller, const RequestFacts& request) const override;
  bool MayManage(const Authentication& caller) const override;
  const roles::XpackMappings& api_mappings() const override { return api_mappings_; }
  std::vector<RealmName> Realms() const override;
  int answers() const override { return answers_; }
  const DefinedRoles& defined_roles() const override { return defined_roles_; }

 private:
  CompiledXpackPolicy() = default;
  bool AddRealms(const XpackModel& model, Diagnostics& diagnostics);
  bool AddMappings(const XpackModel& model, CompileCache& cache, Diagnostics& diagnostics);
  bool AddRunAs(const XpackModel& model, Diagnostics& diagnostics);

  // Whom the request's own credentials name, run-as left aside.
  Authentication AuthenticateCaller(const identity::Credentials& credentials,
                                    match::Scratch& scratch) const;
  Authentication ByCertificate(const identity::Credentials& credentials,
                               match::Scratch& scratch) const;
  Authentication ByPassword(std::string_view username, std::string_view password,
                            const identity::Credentials& credentials,
                            match::Scratch& scratch) const;
  // What the chain said, with mapped roles.
  Authentication Finish(identity::RealmChain::Outcome outcome,
                        const identity::Credentials& credentials, match::Scratch& scratch) const;
  // The roles of a pki realm's user; false, with a refusal, when they cannot be told.
  bool MapRoles(size_t realm, identity::Trace* trace, match::Scratch& scratch,
                Authentication* result) const;
  Authentication Anonymous(std::string_view why) const;
  // `caller` as the user it wants to be, or refused.
  Authentication RunAs(Authentication caller, std::string_view target,
                       const identity::Credentials& credentials, match::Scratch& scratch) const;
  Authentication Refuse(Authentication result, std::string_view reason,
                        std::string_view additional_credentials = {}) const;

  uint64_t generation_ = 0;
  int answers_ = 8;
  bool prefer_certificate_ = false;
  TokenTreatment tokens_ = TokenTreatment::kReject;
  XpackAnonymous anonymous_;
  bool run_as_enabled_ = true;
  DefinedRoles defined_roles_;
  identity::HeaderWatch watch_;  // which decide who the caller is
  identity::RealmChain chain_;
  std::vector<int64_t> orders_;                // by position in the chain
  std::vector<roles::FileMapper> file_roles_;  // the same
  roles::XpackMappings api_mappings_;
  std::unique_ptr<const roles::XpackRoleMapper> mapper_;
  std::unique_ptr<const roles::RunAsPermissions> run_as_;
};

}  // namespace pkigate::policy
