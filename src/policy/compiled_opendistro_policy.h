// SPDX-License-Identifier: Apache-2.0
//
// The Open Distro and OpenSearch policy, compiled: superadmins, the domain chain, the role mappings
// (opendistro.md, 3 and 4).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "identity/admin_dns.h"
#include "identity/domain_chain.h"
#include "identity/forwarded_address.h"
#include "identity/header_watch.h"
#include "identity/impersonation.h"
#include "policy/compile_cache.h"
#include "policy/model.h"
#include "policy/opendistro_policy.h"
#include "roles/opendistro_role_mapper.h"

namespace pkigate::policy {

class CompiledOpendistroPolicy final : public OpendistroPolicy {
 public:
  // Null exactly when an error was added to `diagnostics`.
  static std::shared_ptr<const CompiledOpendistroPolicy> Compile(Dialect dialect,
                                                                 const OpendistroModel& model,
                                                                 uint64_t generation,
                                                                 CompileCache& cache,
                                                                 Diagnostics& diagnostics);

  Dialect dialect() const override { return dialect_; }
  uint64_t generation() const override { return generation_; }
  std::unique_ptr<Scratch> NewScratch() const override;
  bool HeadersDecide(std::span<const identity::HeaderField> headers) const override;
  Authentication Authenticate(const identity::Credentials& credentials,
                              Scratch& scratch) const override;
  Decision Authorize(const Authentication& caller, const RequestFacts& request) const override;
  bool MayManage(const Authentication& caller) const override;
  const roles::OpendistroMappings& mappings() const override { return mappings_; }
  const std::set<std::string>& known_roles() const override { return known_roles_; }
  bool initialized() const override { return chain_->initialized(); }
  std::shared_ptr<const identity::FailureListeners> failure_listeners() const override {
    return failure_listeners_;
  }

 private:
  CompiledOpendistroPolicy() = default;
  bool AddChain(const OpendistroModel& model, Diagnostics& diagnostics);
  void AddAdmins(const OpendistroModel& model, Diagnostics& diagnostics);
  bool AddForwarding(const OpendistroModel& model, Diagnostics& diagnostics);
  bool AddImpersonation(const OpendistroModel& model, Diagnostics& diagnostics);
  void AddWatch();
  bool AddFailureListeners(const OpendistroModel& model, Diagnostics& diagnostics);
  bool AddMappings(const OpendistroModel& model, CompileCache& cache, Diagnostics& diagnostics);
  static bool CheckFileMapping(const OpendistroModel& model, const std::string& role,
                               const OpendistroFileMapping& entry, Diagnostics& diagnostics);
  // Whether the request needs no user: OPTIONS, and the paths that say how things are (3.4, step
  // 4).
  bool IsOpen(std::string_view method, std::string_view path) const;
  // 3.4, from step 5 on.
  Authentication Identify(const identity::Credentials& credentials, match::Scratch& matching) const;
  // 3.4, from step 8 on, for a caller who is no superadmin.
  Authentication WalkChain(const identity::Credentials& credentials, const std::string& principal,
                           match::Scratch& matching) const;
  // Replaces the user by the one it wants to act as (3.7); false when it may not, and `result` is
  // the refusal.
  bool Impersonate(const identity::Credentials& credentials, match::Scratch& matching,
                   Authentication* result) const;
  // Roles, expiry and the reason of the authenticated user in `result`.
  void Finish(const identity::Credentials& credentials, match::Scratch& matching,
              Authentication* result) const;
  // What the caller's host is called (4.4); false while the name is being looked up.
  bool HostsOf(const IpAddress& address, identity::HostNames* names,
               std::vector<std::string>* hosts) const;

  Dialect dialect_ = Dialect::kOpendistro;
  uint64_t generation_ = 0;
  RolesMappingResolution resolution_ = RolesMappingResolution::kMappingOnly;
  bool dn_as_backend_role_ = false;
  std::unique_ptr<const identity::DomainChain> chain_;
  identity::AdminDns admins_;
  identity::ForwardedAddress forwarded_;
  identity::Impersonation impersonation_;
  identity::HeaderWatch node_headers_;  // which make every request refused
  identity::HeaderWatch watch_;         // which decide who the caller is
  roles::OpendistroMappings mappings_;
  std::set<std::string> known_roles_;
  bool looks_up_hosts_ = false;  // some mapping could ask for a name
  std::unique_ptr<const roles::OpendistroRoleMapper> mapper_;
  std::shared_ptr<const identity::FailureListeners> failure_listeners_;  // null: none
};

}  // namespace pkigate::policy
