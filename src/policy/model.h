// SPDX-License-Identifier: Apache-2.0
//
// Model: what a policy is compiled from, as plain values. src/config fills it from the dialect's
// files; the control thread lays the API's objects over a copy of it; Compile (compile.h) checks it
// completely and makes the immutable Policy.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "base/source_line.h"
#include "identity/dialect.h"
#include "identity/domain_model.h"
#include "identity/failure_listener_model.h"
#include "identity/forwarded_address.h"
#include "identity/internal_user.h"
#include "identity/password_realm_model.h"
#include "identity/pki_realm_model.h"
#include "roles/file_mapping.h"
#include "roles/opendistro_mapping.h"
#include "roles/run_as_permissions.h"

namespace pkigate::policy {

// A pki realm with the role mapping file that belongs to it.
struct XpackRealmModel {
  identity::PkiRealmModel pki;
  std::vector<roles::FileMapping> file_mappings;
  // Names of realms that users are looked up in instead of having roles mapped (X-SET-21).
  std::vector<std::string> authorization_realms;
};

// Who may come without credentials (xpack.md, 2.8): nobody while there are no roles.
struct XpackAnonymous {
  std::string username = "_anonymous";
  std::vector<std::string> roles;
  bool authz_exception = true;  // what an anonymous user may not do is a 403, else a 401
};

// What becomes of `Authorization: Bearer` and `ApiKey`, which are not validated here (X-DEC-2).
enum class TokenTreatment : uint8_t {
  kReject,   // 401
  kIgnore,   // as if it were not there; it is not passed on
  kForward,  // the certificate decides here, and the header goes on to the upstream
};

struct XpackModel {
  std::vector<XpackRealmModel> realms;  // in the file's order; disabled ones are checked, too
  std::vector<identity::PasswordRealmModel> password_realms;
  // The reserved realm stands before all others, unless it is switched off; these are the passwords
  // that its users have been given.
  bool reserved_realm = true;
  identity::PasswordUsers reserved_users;
  XpackAnonymous anonymous;
  bool run_as_enabled = true;
  roles::RunAsPatterns run_as;
  TokenTreatment tokens = TokenTreatment::kReject;
  // Made through the API: name -> document (roles/xpack_mapping.h).
  std::map<std::string, std::string> api_mappings;
  // 7 or 8: the form of local answers (`xpack.answers`).
  int answers = 8;
  // Who a certificate names is not asked for the Authorization header beside it (X-DEC-1).
  bool prefer_certificate = false;
};

struct OpendistroFileMapping {
  roles::OpendistroMapping mapping;
  SourceLine where;
};

// What becomes of the authenticated user's roles (opendistro.md, 4.5).
enum class RolesMappingResolution : uint8_t { kMappingOnly, kBackendrolesOnly, kBoth };
// What a `hosts` pattern is compared with (4.4).
enum class HostsResolverMode : uint8_t { kIpOnly, kIpHostname, kIpHostnameLookup };
// Which attributes of a multi-valued RDN are seen (decisions.md).
enum class MultiValuedRdn : uint8_t { kFirstType, kAll };

struct AdminDn {
  std::string dn;  // as written
  SourceLine where;
};

// Who may act as whom over HTTP (3.7).
struct ImpersonationModel {
  std::vector<std::string> targets;  // patterns
  SourceLine where;
};

struct OpendistroModel {
  std::vector<identity::DomainModel> domains;
  std::map<std::string, identity::InternalUser> internal_users;
  bool internal_authz = false;  // an `authz` domain of backend internal is enabled (3.3, 8)
  bool anonymous = false;
  identity::XffModel xff;
  int64_t cache_ttl_seconds = 60 * 60;  // how long a right password may be remembered
  std::map<std::string, ImpersonationModel> impersonation;  // by the user who may
  std::vector<AdminDn> admin_dns;
  // roles_mapping.yml: role -> entry.
  std::map<std::string, OpendistroFileMapping> file_mappings;
  // Made through the API: role -> document (roles/opendistro_mapping.h), which replaces the file's
  // entry; nullopt: the file's entry is deleted.
  std::map<std::string, std::optional<std::string>> api_mappings;
  // Roles that exist (built in and roles.yml), and those of them that are hidden.
  std::set<std::string> known_roles;
  std::set<std::string> hidden_roles;
  RolesMappingResolution resolution = RolesMappingResolution::kMappingOnly;
  HostsResolverMode hosts_resolver_mode = HostsResolverMode::kIpOnly;
  std::vector<identity::FailureListenerModel> failure_listeners;
  MultiValuedRdn multi_valued_rdn = MultiValuedRdn::kFirstType;
  bool dn_as_backend_role = false;  // opendistro.dn_as_backend_role
};

struct Model {
  Dialect dialect = Dialect::kXpack;
  // XpackModel exactly when the dialect is kXpack.
  std::variant<XpackModel, OpendistroModel> body;
};

}  // namespace pkigate::policy
