// SPDX-License-Identifier: Apache-2.0
//
// DomainChain: the domains of one Open Distro configuration in their order, walked for each request
// until one of them knows the caller (opendistro.md, 3.5). Immutable.
//
// Of each domain in turn:
//
//   it challenges by configuration, and none was noted  -> noted as the challenger
//   its credentials cannot be read                      -> next
//   their user name is blocked at its backend           -> next
//   it finds none                                       -> it challenges now: stop
//                                                          (not where the caller may be anonymous)
//   its backend refuses them                            -> a failed login of that name; next
//   their name is a superadmin's DN                     -> refused: stop
//   else                                                -> that is the user: stop
//
// Then: the anonymous user, where one is allowed and the last domain that looked found nothing;
// else the noted challenger's 401; else a plain one.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "identity/admin_dns.h"
#include "identity/dialect.h"
#include "identity/domain.h"
#include "identity/domain_model.h"
#include "identity/internal_user.h"
#include "identity/login_failures.h"
#include "x509/opendistro_form.h"

namespace pkigate::identity {

struct DomainChainModel {
  Dialect dialect = Dialect::kOpendistro;
  std::vector<DomainModel> domains;  // disabled ones, too
  std::map<std::string, InternalUser> internal_users;
  // An enabled `authz` domain of backend internal: whoever is found, by whatever domain, also has
  // the backend roles of the internal user of that name.
  bool internal_authz = false;
  bool anonymous = false;
  int64_t keep_password_seconds = 60 * 60;  // cache.ttl_minutes
  x509::MultiValuedRdn multi_valued_rdn = x509::MultiValuedRdn::kFirst;
};

struct ChainOutcome {
  enum class End : uint8_t {
    kRefused,      // nobody knows the caller; `challenge` is what to answer with
    kUser,         // `user`
    kAdminByName,  // `user` has the name of a superadmin, who is one by certificate only
    kPending,      // a password is being checked
  };
  End end = End::kRefused;
  User user;
  Challenge challenge = Challenge::kNone;
  // Credentials of some kind were there, right or wrong.
  bool found_credentials = false;
  std::vector<LoginFailure> failures;  // of user names and, where it counts, of the address
  // Query parameters that were looked into for credentials: no handler may find them unknown.
  std::vector<std::string> parameters;
  std::string why;  // which domain said what
};

class DomainChain {
 public:
  // On failure nothing but the index of the domain at fault and what is wrong with it.
  struct Fault {
    size_t domain = 0;
    std::string key;  // below the domain: `order`, `http_authenticator`
    std::string problem;
    std::string hint;
  };
  // Null exactly when `fault` was filled.
  static std::unique_ptr<const DomainChain> Compile(DomainChainModel model, Fault* fault);

  // No domain is enabled for HTTP.
  bool empty() const { return links_.empty(); }
  // Neither a domain nor the anonymous user: nobody can get in (3.4, step 7).
  bool initialized() const { return !links_.empty() || model_.anonymous; }

  ChainOutcome Walk(const DomainRequest& request, const AdminDns& admins) const;
  // The user of that name at the first backend that knows one, for impersonation (3.7). A backend
  // that asks nobody knows everybody.
  std::optional<User> FindUser(std::string_view username) const;

  void AddReadTo(HeaderWatch& watch) const;
  void ReserveIn(match::Scratch& scratch) const;

 private:
  struct Link {
    std::string name;
    bool challenge = true;
    Backend backend = Backend::kNoop;
    std::unique_ptr<const Domain> domain;
  };
  // What a backend says.
  enum class Verdict : uint8_t { kRight, kWrong, kPending };

  DomainChain() = default;
  Result<std::unique_ptr<const Domain>> CompileDomain(const DomainModel& model) const;
  // Completes the user on success.
  Verdict AskBackend(const Link& link, const FoundCredentials& found, PasswordChecker* passwords,
                     User* user) const;
  void AddInternal(const InternalUser& internal, User* user) const;
  void AddAuthzRoles(User* user) const;
  bool MayBeAnonymous(const Credentials& credentials) const;
  void Refuse(Challenge challenge, ChainOutcome* outcome) const;

  DomainChainModel model_;   // without its domains
  std::vector<Link> links_;  // in order
};

}  // namespace pkigate::identity
