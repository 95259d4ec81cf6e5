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
#include <unordered_set>
#include <vector>

#include "identity/clientcert_domain.h"
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
                                                                 Diagnostics& diagnostics);

  Dialect dialect() const override { return dialect_; }
  uint64_t generation() const override { return generation_; }
  std::unique_ptr<Scratch> NewScratch() const override;
  bool HeadersDecide(std::span<const identity::HeaderField> headers) const override;
  Authentication Authenticate(const identity::Credentials& credentials,
                              Scratch& scratch) const override;
  Decision Authorize(const Authentication& caller, const RequestFacts& request) const override;
  bool MayManage(const Authentication& caller) const override;
  const std::map<std::string, roles::OpendistroMapping>& mappings() const override {
    return mappings_;
  }
  const std::set<std::string>& known_roles() const override { return known_roles_; }
  std::shared_ptr<const identity::FailureListeners> failure_listeners() const override {
    return failure_listeners_;
  }

 private:
  CompiledOpendistroPolicy() = default;
  bool AddDomains(const OpendistroModel& model, Diagnostics& diagnostics);
  void AddAdmins(const OpendistroModel& model, Diagnostics& diagnostics);
  bool AddFailureListeners(const OpendistroModel& model, Diagnostics& diagnostics);
  bool AddMappings(const OpendistroModel& model, Diagnostics& diagnostics);
  static bool CheckFileMapping(const OpendistroModel& model, const std::string& role,
                               const OpendistroFileMapping& entry, Diagnostics& diagnostics);
  bool IsAdmin(std::string_view dn) const;
  // What the certificate comes to: superadmin, or the domain chain (3.4, steps 6 to 9).
  Authentication AuthenticateChain(const identity::Credentials& credentials,
                                   match::Scratch& matching) const;
  // Roles, expiry and the reason of an authenticated user.
  Authentication Finish(identity::User user, const identity::Credentials& credentials,
                        match::Scratch& scratch) const;

  Dialect dialect_ = Dialect::kOpendistro;
  uint64_t generation_ = 0;
  RolesMappingResolution resolution_ = RolesMappingResolution::kMappingOnly;
  bool dn_as_backend_role_ = false;
  std::vector<identity::ClientcertDomain> domains_;  // in chain order
  std::unordered_set<std::string> admin_keys_;       // x509::LdapName::ComparisonKey
  std::unordered_set<std::string> reversed_admin_keys_;
  std::map<std::string, roles::OpendistroMapping> mappings_;
  std::set<std::string> known_roles_;
  std::unique_ptr<const roles::OpendistroRoleMapper> mapper_;
  std::shared_ptr<const identity::FailureListeners> failure_listeners_;  // null: none
};

}  // namespace pkigate::policy
