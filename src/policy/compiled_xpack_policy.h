// SPDX-License-Identifier: Apache-2.0
//
// The X-Pack policy, compiled: the realm chain and the role mappings (xpack.md, 2 and 3).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "identity/pki_realm.h"
#include "policy/model.h"
#include "policy/xpack_policy.h"
#include "roles/file_mapper.h"
#include "roles/xpack_role_mapper.h"

namespace pkigate::policy {

class CompiledXpackPolicy final : public XpackPolicy {
 public:
  // Null exactly when an error was added to `diagnostics`.
  static std::shared_ptr<const CompiledXpackPolicy> Compile(const XpackModel& model,
                                                            uint64_t generation,
                                                            Diagnostics& diagnostics);

  Dialect dialect() const override { return Dialect::kXpack; }
  uint64_t generation() const override { return generation_; }
  std::unique_ptr<Scratch> NewScratch() const override;
  bool HeadersDecide(std::span<const identity::HeaderField> headers) const override;
  Authentication Authenticate(const identity::Credentials& credentials,
                              Scratch& scratch) const override;
  Decision Authorize(const Authentication& caller, const RequestFacts& request) const override;
  bool MayManage(const Authentication& caller) const override;
  const std::map<std::string, roles::XpackMapping>& api_mappings() const override {
    return api_mappings_;
  }
  int answers() const override { return answers_; }

 private:
  struct Realm {
    std::unique_ptr<const identity::PkiRealm> pki;
    roles::FileMapper file_roles;
  };
  // What the certificate comes to, by the realm chain alone.
  Authentication AuthenticateChain(const identity::Credentials& credentials,
                                   match::Scratch& scratch) const;

  CompiledXpackPolicy() = default;
  bool AddRealms(const XpackModel& model, Diagnostics& diagnostics);
  bool AddMappings(const XpackModel& model, Diagnostics& diagnostics);
  // Roles, expiry and the log's line of a user whom `realm` trusts until `trusted_until`.
  Authentication Succeed(const Realm& realm, std::string username, std::string dn,
                         int64_t trusted_until, const identity::Credentials& credentials,
                         match::Scratch& scratch) const;

  uint64_t generation_ = 0;
  int answers_ = 8;
  bool prefer_certificate_ = false;
  std::vector<Realm> realms_;  // in chain order
  std::map<std::string, roles::XpackMapping> api_mappings_;
  std::unique_ptr<const roles::XpackRoleMapper> mapper_;
};

}  // namespace pkigate::policy
